"""The relays of a plug or strip: what clients command, what they do, what flows through."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from simulators.clock import Clock

from .models import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a client commanded an outlet to do."""

    at: float
    """Seconds since the Unix epoch."""
    outlet_id: str
    on: bool


@dataclass(slots=True)
class Relay:
    """One outlet."""

    id: str
    alias: str
    on: bool
    since: float
    """When it went on or off."""
    refuses: set[bool] = field(default_factory=set)
    """States that it does not go to, though it says yes."""
    energy_wh: float = 0.0


class Relays:
    """All outlets of one device, and whether the device itself has power."""

    def __init__(self, model: Model, device_id: str, clock: Clock, *, on: bool) -> None:
        """Begin with all outlets on or off."""
        self.commands: list[Command] = []
        """Everything that clients commanded, oldest first."""
        self.on_change: Callable[[str, bool], None] | None = None
        """Called when the power of an outlet comes (True) or goes, with the outlet's id."""
        self.watts: Callable[[str], float] = lambda _: 100.0
        """Asked what hangs on an outlet draws while it has power."""
        self.powered = True
        self.lag = 0.0
        """Seconds between the answer to a command and the click."""
        self._clock = clock
        self._settled = clock.now()
        names = (
            {device_id: "Plug"}
            if model.outlets is None
            else {f"{device_id}{n:02}": f"Outlet {n + 1}" for n in range(model.outlets)}
        )
        self.outlets = [
            Relay(id=id_, alias=alias, on=on, since=self._settled)
            for id_, alias in names.items()
        ]

    def command(self, relays: list[Relay], *, on: bool) -> None:
        """Do what a client says, unless the relay refuses."""
        for relay in relays:
            self.commands.append(
                Command(at=self._clock.now(), outlet_id=relay.id, on=on)
            )
            if on in relay.refuses:
                continue
            if self.lag:
                self._clock.call_later(self.lag, partial(self.move, relay, on=on))
            else:
                self.move(relay, on=on)

    def move(self, relay: Relay, *, on: bool) -> None:
        """Let a relay click, whoever wants it."""
        if relay.on is on:
            return
        self._settle()
        relay.on, relay.since = on, self._clock.now()
        if self.powered:
            self._tell(relay, power=on)

    def supply(self, *, power: bool) -> None:
        """Give power to the device or take it; relays come back as they were."""
        if self.powered is power:
            return
        self._settle()
        self.powered = power
        for relay in self.outlets:
            if relay.on:
                relay.since = self._clock.now()
                self._tell(relay, power=power)

    def power_w(self, relay: Relay) -> float:
        """Return what flows through an outlet now."""
        return self.watts(relay.id) if self.powered and relay.on else 0.0

    def energy_wh(self, relay: Relay) -> float:
        """Return what has flowed through an outlet so far."""
        self._settle()
        return relay.energy_wh

    def _settle(self) -> None:
        """Count the energy up to now, at the power that flows now."""
        now = self._clock.now()
        for relay in self.outlets:
            relay.energy_wh += self.power_w(relay) * (now - self._settled) / 3600
        self._settled = now

    def _tell(self, relay: Relay, *, power: bool) -> None:
        if self.on_change is not None:
            self.on_change(relay.id, power)
