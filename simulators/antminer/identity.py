"""Who a simulated machine is; the same for the same seed."""

from dataclasses import dataclass
from typing import Self

from .noise import bits

_SERIAL, _MAC = -3, -4


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What distinguishes one machine of a model from another."""

    serial: str
    """16 hexadecimal digits, as in miner_id."""
    mac: str
    worker: str
    """User at the pools."""

    @classmethod
    def of(cls, seed: int, worker: str) -> Self:
        """Return the identity that belongs to a seed; the MAC is locally administered."""
        octets = bits(seed, _MAC, 0).to_bytes(8)[:5]
        return cls(
            serial=f"{bits(seed, _SERIAL, 0):016x}",
            mac=":".join(f"{octet:02X}" for octet in (0x02, *octets)),
            worker=worker,
        )
