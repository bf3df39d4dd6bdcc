"""Simulated Antspace containers: HK3 and Immersion, as the mock or as a living plant."""

from .replies import Corruption
from .simulator import PORT, AntspaceSimulator, Request
from .tables import Model

__all__ = ["PORT", "AntspaceSimulator", "Corruption", "Model", "Request"]
