"""One simulated plug or strip: relays, firmware, wire, and everything that fails."""

from collections.abc import Callable
import random
from typing import Any, override

from simulators.clock import Clock, SystemClock
from simulators.commands import command

from .faults import Faults
from .firmware import Firmware
from .models import MODELS, Model
from .relays import Command, Relay, Relays
from .wire import Traffic, Wire

PORT = 9999


class KasaSimulator(Faults):
    """A plug or strip at an address of its own; its state outlives a stop and start."""

    def __init__(
        self,
        model: str | Model,
        host: str = "127.0.0.1",
        port: int = PORT,
        *,
        seed: int = 1,
        clock: Clock | None = None,
        on: bool = True,
        on_change: Callable[[str, bool], None] | None = None,
        watts: Callable[[str], float] | None = None,
    ) -> None:
        """Be the device that belongs to `seed`, with all outlets on by default.

        `on_change` and `watts` join an outlet, named by its id, to what hangs on it.

        Raises:
            ValueError: There is no such model.
        """
        if isinstance(model, str):
            if model not in MODELS:
                raise ValueError(f"no model {model!r}; models: {', '.join(MODELS)}")
            model = MODELS[model]
        self.model = model
        digits = random.Random(f"{model.name} {seed}")
        self.serial = f"8006{digits.getrandbits(144):036X}"
        self.mac = ":".join(f"{octet:02X}" for octet in (2, *digits.randbytes(5)))
        clock = clock or SystemClock()
        relays = Relays(model, self.serial, clock, on=on)
        relays.on_change = on_change
        if watts is not None:
            relays.watts = watts
        firmware = Firmware(model, self.serial, self.mac, relays, clock)
        super().__init__(relays, firmware, Wire(host, port, firmware.answer, clock))

    @property
    def traffic(self) -> Traffic:
        """What clients have done so far."""
        return self._wire.traffic

    @property
    def outlets(self) -> list[Relay]:
        """The outlets, in order; a plug has one."""
        return self._relays.outlets

    @property
    def commands(self) -> list[Command]:
        """Every command to switch that was carried out, or refused with a yes."""
        return self._relays.commands

    @property
    def on_change(self) -> Callable[[str, bool], None] | None:
        """Called when the power of an outlet comes (True) or goes."""
        return self._relays.on_change

    @on_change.setter
    def on_change(self, called: Callable[[str, bool], None] | None) -> None:
        self._relays.on_change = called

    @property
    def watts(self) -> Callable[[str], float]:
        """Asked what hangs on an outlet draws while it has power."""
        return self._relays.watts

    @watts.setter
    def watts(self, asked: Callable[[str], float]) -> None:
        self._relays.watts = asked

    def cuts(self, outlet: int = 1) -> int:
        """Return how often an outlet was switched off by a client."""
        id_ = self._outlet(outlet).id
        return sum(c.outlet_id == id_ and not c.on for c in self.commands)

    @override
    def describe(self) -> dict[str, Any]:
        """Return its present state, fit for JSON."""
        relays = self._relays
        return {
            **super().describe(),
            "model": self.model.type,
            "mac": self.mac,
            "serial": self.serial,
            "powered": relays.powered,
            "outlets": {
                number: {
                    "id": relay.id,
                    "alias": relay.alias,
                    "on": relay.on,
                    "power_w": relays.power_w(relay),
                    "energy_wh": round(relays.energy_wh(relay), 1),
                    "cuts": self.cuts(number),
                }
                for number, relay in enumerate(relays.outlets, 1)
            },
            "connections": self.traffic.connections,
        }

    @command
    def press(self, outlet: int = 1) -> None:
        """Press the button of an outlet: it goes on or off without a client."""
        if not self._relays.powered:
            raise ValueError("it has no power")
        relay = self._outlet(outlet)
        self._relays.move(relay, on=not relay.on)

    @command
    def rename(self, alias: str, outlet: int = 1) -> None:
        """Give an outlet another name, as its owner does in the phone's app."""
        self._outlet(outlet).alias = alias

    @command
    def power_off(self) -> None:
        """Take the power of the device itself, and so of everything on it."""
        self._relays.supply(power=False)
        self._wire.close()

    @command
    def power_on(self) -> None:
        """Give the power back; outlets come back as they were."""
        self._relays.supply(power=True)
        self._listen()

    @command
    def restore(self) -> None:
        """Undo every fault; what has no power stays without."""
        self._cure_all()
        self._listen()

    @override
    def _listen(self) -> None:
        if self._relays.powered:
            super()._listen()
