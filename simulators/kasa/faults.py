"""What can go wrong with a plug, on command."""

from typing import override

from simulators.commands import command
from simulators.device import SimulatedDevice

from .firmware import Firmware
from .relays import Relay, Relays
from .wire import Wire, WireFault


class Faults(SimulatedDevice[Wire]):
    """The faults of one device; they stay until `restore`.

    Faults of the wire can wait until some more replies have gone well (`after`), and end
    by themselves after some (`times`).
    """

    def __init__(self, relays: Relays, firmware: Firmware, wire: Wire) -> None:
        """Begin without any."""
        super().__init__(wire)
        self._relays = relays
        self._firmware = firmware
        self._lost: list[tuple[int, Relay]] = []

    @property
    @override
    def faults(self) -> frozenset[str]:
        """Commands whose effect lasts."""
        now = {
            "slow": bool(self._wire.latency),
            "lag": bool(self._relays.lag),
            str(self._wire.fault): self._wire.fault is not None,
        }
        return frozenset(self._marks | {name for name, lasts in now.items() if lasts})

    @command
    def hang(self, after: int = 0, times: int | None = None) -> None:
        """Accept connections and requests, and do nothing."""
        self._fail(WireFault.HANG, after, times)

    @command
    def deny(self, after: int = 0, times: int | None = None) -> None:
        """Close the connections there are, and new ones unread."""
        self._fail(WireFault.DENY, after, times)

    @command
    def drop(self, after: int = 0, times: int | None = None) -> None:
        """Do what is asked, and reset the connection in place of the reply."""
        self._fail(WireFault.DROP, after, times)

    @command
    def garble(self, after: int = 0, times: int | None = None) -> None:
        """Do what is asked, and reply with random bytes."""
        self._fail(WireFault.GARBLE, after, times)

    @command
    def slow(self, seconds: float) -> None:
        """Reply that much later; what is asked is done at once."""
        if seconds < 0:
            raise ValueError(f"seconds must be 0 or more, not {seconds}")
        self._wire.latency = seconds

    @command
    def lag(self, seconds: float) -> None:
        """Reply at once, and let the relay click that much later."""
        if seconds < 0:
            raise ValueError(f"seconds must be 0 or more, not {seconds}")
        self._relays.lag = seconds

    @command
    def stick_off(self, outlet: int | None = None) -> None:
        """Let an outlet, or all, accept every command and never go on."""
        self._stick("stick_off", outlet, refuses=True)

    @command
    def stick_on(self, outlet: int | None = None) -> None:
        """Let an outlet, or all, accept every command and never go off."""
        self._stick("stick_on", outlet, refuses=False)

    @command
    def fail_meter(self) -> None:
        """Answer that there is no meter."""
        self._firmware.meter_works = False
        self._marks.add("fail_meter")

    @command
    def lose_outlet(self, outlet: int) -> None:
        """Let a strip no longer list an outlet."""
        lost = self._outlet(outlet)
        if len(self._relays.outlets) == 1:
            raise ValueError("it has only one")
        self._lost.append((outlet - 1, lost))
        self._relays.outlets.remove(lost)
        self._marks.add("lose_outlet")

    def _cure_all(self) -> None:
        """Lose every fault."""
        self._marks.clear()
        self._wire.fail(None)
        self._wire.latency = self._relays.lag = 0.0
        self._firmware.meter_works = True
        while self._lost:
            self._relays.outlets.insert(*self._lost.pop())
        for relay in self._relays.outlets:
            relay.refuses.clear()

    def _outlet(self, number: int) -> Relay:
        outlets = self._relays.outlets
        if not 1 <= number <= len(outlets):
            raise ValueError(f"no outlet {number}; there are 1 to {len(outlets)}")
        return outlets[number - 1]

    def _chosen(self, outlet: int | None) -> list[Relay]:
        return self._relays.outlets if outlet is None else [self._outlet(outlet)]

    def _stick(self, name: str, outlet: int | None, *, refuses: bool) -> None:
        for relay in self._chosen(outlet):
            relay.refuses.add(refuses)
        self._marks.add(name)

    def _fail(self, fault: WireFault, after: int, times: int | None) -> None:
        if after < 0 or (times is not None and times < 1):
            raise ValueError("after must be 0 or more, times 1 or more")
        self._wire.fail(fault, after, times)
