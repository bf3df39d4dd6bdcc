"""Simulated miners that speak the CGMiner API on TCP 4028, several models of them."""

from .models import MODELS, Model
from .reading import BoardReading, Reading, State
from .simulator import EVERYONE, AntminerSimulator

__all__ = [
    "EVERYONE",
    "MODELS",
    "AntminerSimulator",
    "BoardReading",
    "Model",
    "Reading",
    "State",
]
