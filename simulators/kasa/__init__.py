"""Simulated Kasa plugs and strips that speak the legacy protocol on TCP and UDP 9999."""

from .models import MODELS, Model
from .relays import Command
from .simulator import KasaSimulator

__all__ = ["MODELS", "Command", "KasaSimulator", "Model"]
