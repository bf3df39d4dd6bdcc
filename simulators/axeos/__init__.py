"""Simulated Bitaxe and NerdQAxe++: AxeOS over HTTP, with faults on demand."""

from .models import MODELS
from .simulator import PORT, AxeOsSimulator

__all__ = ["MODELS", "PORT", "AxeOsSimulator"]
