"""Where a miner is reached."""

from typing import NamedTuple


class Address(NamedTuple):
    """Host and port of one way to a miner."""

    host: str
    port: int
