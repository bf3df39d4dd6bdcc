"""Simulated mining pools: their web APIs, for one account with some workers."""

from .pool import Pool
from .simulator import PoolSimulator
from .worker import Worker

__all__ = ["Pool", "PoolSimulator", "Worker"]
