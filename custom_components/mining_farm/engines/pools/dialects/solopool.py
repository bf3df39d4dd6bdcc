"""SoloPool.org: the same program as 2Miners, at hosts of its own."""

from typing import ClassVar

from .two_miners import TwoMiners


class SoloPool(TwoMiners):
    """Solo pools, one host per coin."""

    key = "solopool"
    name = "SoloPool.org"
    solo = True
    base_url = "https://{coin}.solopool.org"
    coins: ClassVar[tuple[str, ...] | None] = ("etc", "rvn")
