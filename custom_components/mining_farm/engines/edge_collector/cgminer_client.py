"""The client of the CGMiner API under the name that the original gives it."""

from .drivers.cgminer.client import CGMinerClient, build_payload
from .errors import MinerError as CGMinerError

__all__ = ["CGMinerClient", "CGMinerError", "build_payload"]
