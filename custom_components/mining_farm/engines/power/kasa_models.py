"""Kasa devices and their outlets as data, and the choice of one outlet."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .models import OutletGoneError, OutletUnsupportedError

type ConnectionParameters = Mapping[str, str | int | bool]
"""How a device that is not a legacy one is spoken to; made and read by python-kasa."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The user's account at TP-Link."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KasaAddress:
    """Where a device is, who it is, and how to speak to it: what is worth storing."""

    host: str
    device_id: str
    connection_parameters: ConnectionParameters | None = None
    """None for a legacy device."""
    credentials: Credentials | None = field(default=None, repr=False)
    credentials_hash: str | None = field(default=None, repr=False)
    """In place of credentials, as an earlier connection made it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KasaOutletInfo:
    """One outlet of a device."""

    id: str
    """The device's id, on a strip that of the outlet."""
    number: int
    """Place on the strip, counted from 1."""
    alias: str
    on: bool
    measures: bool
    on_for: float | None = field(default=None, compare=False)
    """Seconds since its relay was closed, where it reports that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KasaDevice:
    """A plug or a strip at one moment."""

    host: str
    device_id: str
    mac: str
    alias: str
    model: str
    is_strip: bool
    outlets: tuple[KasaOutletInfo, ...]
    connection_parameters: ConnectionParameters | None = None
    credentials_hash: str | None = field(default=None, repr=False)

    @property
    def address(self) -> KasaAddress:
        """How it can be reached again, with the hash in place of the credentials."""
        return KasaAddress(
            host=self.host,
            device_id=self.device_id,
            connection_parameters=self.connection_parameters,
            credentials_hash=self.credentials_hash,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsCredentials:
    """A plug or strip that reports no more without the right credentials."""

    host: str
    mac: str
    model: str


def find_outlet(
    device: KasaDevice,
    *,
    name: str | None = None,
    number: int | None = None,
    id: str | None = None,  # noqa: A002 - the outlet's own word for it
) -> KasaOutletInfo:
    """Return the one outlet that all given criteria fit.

    `name` is smart_strip_plug_name of the original configuration; without a match as it
    stands, upper and lower case count as the same. `number` is smart_strip_plug_number,
    which counts from 0, unlike KasaOutletInfo.number. A plug needs no criterion.

    Raises:
        LookupError: None fits, or more than one does; the text names those there are.
    """
    fitting = list(device.outlets)
    if id is not None:
        fitting = [o for o in fitting if o.id.casefold() == id.casefold()]
    if number is not None:
        fitting = [o for o in fitting if o.number == number + 1]
    if name is not None:
        exact = [o for o in fitting if o.alias == name]
        fitting = exact or [o for o in fitting if _plain(o.alias) == _plain(name)]
    if len(fitting) == 1:
        return fitting[0]
    asked = ", ".join(
        f"{key} {value!r}"
        for key, value in (("id", id), ("number", number), ("name", name))
        if value is not None
    )
    known = ", ".join(f"{o.number - 1}: {o.alias!r}" for o in device.outlets)
    problem = "several outlets" if fitting else "no outlet"
    raise LookupError(
        f"{problem} of {device.model} at {device.host} for {asked or 'no criterion'}; "
        f"there are {known}"
    )


def _plain(name: str) -> str:
    return name.strip().casefold()


def outlet_of(
    device: KasaDevice, device_id: str, child_id: str | None
) -> KasaOutletInfo:
    """Return the outlet of a plug, or that child of a strip.

    Raises OutletGoneError and OutletUnsupportedError.
    """
    # Firmware has been seen to change the case of the ids.
    if device.device_id.casefold() != device_id.casefold():
        raise OutletGoneError(
            f"{device.host} is now the address of another device, {device.model} "
            f"{device.mac}"
        )
    if child_id is None:
        if device.is_strip:
            raise OutletUnsupportedError(
                f"{device.model} at {device.host} is a strip: one of its "
                f"{len(device.outlets)} outlets must be chosen"
            )
        return device.outlets[0]
    for outlet in device.outlets:
        if outlet.id.casefold() == child_id.casefold():
            return outlet
    # Strips have answered without some of their outlets for a while, off or not.
    raise OutletGoneError(
        f"{device.model} at {device.host} has no outlet {child_id} any more"
    )
