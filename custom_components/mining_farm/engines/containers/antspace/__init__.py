"""Antspace: cooling containers by their controller's HTTP interface, HK3 and immersion."""

from ..driver import Maker
from .client import AntspaceClient
from .detect import detect
from .miner_parsing import parse_miners
from .models import Model
from .parsing import parse_plant
from .tables import TABLES

ANTSPACE = Maker(
    plants=tuple(TABLES.values()),
    # Controllers listen on the first, the mock server that developers use on the second.
    ports=(80, 8000),
    connect=AntspaceClient,
)

__all__ = [
    "ANTSPACE",
    "TABLES",
    "AntspaceClient",
    "Model",
    "detect",
    "parse_miners",
    "parse_plant",
]
