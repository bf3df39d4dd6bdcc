"""What the two languages of Kasa devices have in common; both through python-kasa.

The library's device objects keep earlier answers without saying that they are out of
date, so states and meters are asked for directly; and its retries could switch twice, so
nothing is sent more than once.
"""

from dataclasses import replace
import math
from typing import Protocol, override

from kasa import Device, KasaException

from .kasa_models import KasaDevice

FAILURES = (
    KasaException,
    OSError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What an answer that never came, or that makes no sense, can raise; also TimeoutError."""


class Driver(Protocol):
    """An open device, asked one thing at a time; raises any of FAILURES."""

    async def async_describe(self) -> KasaDevice:
        """Return the state of the device now; OutletUnsupportedError if it is no plug."""

    async def async_meter(
        self, child_id: str | None
    ) -> tuple[float | None, float | None]:
        """Return power in W and energy in kWh of an outlet that measures."""

    async def async_switch(self, child_id: str | None, *, on: bool) -> None:
        """Send the command, once."""

    async def async_close(self) -> None:
        """Close the connection."""


class BaseDriver(Driver):
    """What both languages have in common."""

    def __init__(self, device: Device) -> None:
        """Speak through a device object of the library."""
        self._device = device

    @override
    async def async_close(self) -> None:
        await self._device.disconnect()

    def _reachable(self, device: KasaDevice) -> KasaDevice:
        """Return a description together with how the device is spoken to."""
        config = self._device.config
        parameters = config.connection_type.to_dict() if config.uses_http else None
        return replace(
            device,
            connection_parameters=parameters,
            credentials_hash=self._device.credentials_hash,
        )


def truth(state: object) -> bool:
    """Return an on/off state that came over the wire; ValueError if it is none."""
    if state not in (0, 1):
        raise ValueError("neither on nor off")
    return bool(state)


def measured(value: object) -> float | None:
    """Return a measured value, None for anything that is not a number of 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and value >= 0 else None


def seconds(value: object) -> float | None:
    """Return a time in s; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < float("inf") else None
