"""What can go wrong with a miner, on command."""

from dataclasses import replace

from simulators.commands import command
from simulators.device import SimulatedDevice

from .hostile import crowded, nested, widened
from .machine import Machine
from .reading import Reading, State
from .wire import Cut, Deny, Drip, Flood, Garble, Hang, Instead, Wire, WireFault

_WIRE = frozenset(
    (
        "hang",
        "deny",
        "drip",
        "truncate",
        "drop",
        "garble",
        "flood",
        "nest",
        "widen",
        "crowd",
    )
)
"""Faults of the replies; there is one at a time."""
_CURED_BY_RESTART = _WIRE - {"deny"} | {"freeze", "zero", "stop_hashing"}


class Faults(SimulatedDevice[Wire]):
    """The faults of one miner.

    A restart or a power cycle cures what is wrong with the software. What is broken
    (boards, chips, fans), misconfigured (deny, refuse, sleep) or elsewhere (the pool)
    stays until `restore`.
    """

    def __init__(self, machine: Machine, wire: Wire) -> None:
        """Begin without any."""
        super().__init__(wire)
        self._machine = machine
        self._lasting: set[str] = set()
        self._frozen: Reading | None = None

    @command
    def kill_board(self, board: int) -> None:
        """Let all chips of a board die; the firmware still finds it."""
        self._machine.kill_chips(board)
        self._marks.add("kill_board")

    @command
    def lose_board(self, board: int) -> None:
        """Let a board vanish: no chips found, one board less."""
        self._machine.lose_board(board)
        self._marks.add("lose_board")

    @command
    def kill_chips(self, board: int, count: int = 1) -> None:
        """Let some more chips of a board die."""
        self._machine.kill_chips(board, count)
        self._marks.add("kill_chips")

    @command
    def overheat(self, degrees: float = 25.0, board: int | None = None) -> None:
        """Let one board, or all, become that much hotter at full load."""
        self._machine.overheat(degrees, board)
        self._marks.add("overheat")

    @command
    def fail_fan(self, fan: int | None = None) -> None:
        """Let one fan, or all, stand still."""
        self._machine.fail_fan(fan)
        self._marks.add("fail_fan")

    @command
    def fail_pool(self) -> None:
        """Let the main pool die; work goes on at the backup pool."""
        self._machine.fail_pool()
        self._marks.add("fail_pool")

    @command
    def stop_hashing(self, *, lasting: bool = False) -> None:
        """Stop hashing though everything answers; a lasting fault survives restarts."""
        self._machine.rest(State.IDLE)
        self._marks.add("stop_hashing")
        if lasting:
            self._lasting.add("stop_hashing")

    @command
    def sleep(self) -> None:
        """Stop hashing, as a user commands in the web interface."""
        if not self._machine.model.can_sleep:
            raise ValueError(f"{self._machine.model.type} knows no sleep")
        self._machine.rest(State.SLEEPING)
        self._marks.add("sleep")

    @command
    def hang(self, *, lasting: bool = False) -> None:
        """Accept connections and never answer; a lasting fault survives restarts."""
        self._set_wire("hang", Hang())
        if lasting:
            self._lasting.add("hang")

    @command
    def deny(self, *, reset: bool = False) -> None:
        """Close every connection with zero bytes, or reset it."""
        self._set_wire("deny", Deny(reset))

    @command
    def drip(self, size: int = 16, interval: float = 1.0) -> None:
        """Send replies in drops of `size` bytes, `interval` seconds apart."""
        if size < 1 or interval < 0:
            raise ValueError("size must be 1 or more, interval 0 or more")
        self._set_wire("drip", Drip(size, interval))

    @command
    def truncate(self, share: float = 0.5) -> None:
        """End replies after that share of them, without the NUL."""
        self._set_wire("truncate", Cut(_share(share), reset=False))

    @command
    def drop(self, share: float = 0.5) -> None:
        """Reset connections after that share of the reply."""
        self._set_wire("drop", Cut(_share(share), reset=True))

    @command
    def garble(self, size: int = 512) -> None:
        """Send random bytes."""
        if size < 1:
            raise ValueError(f"size must be 1 or more, not {size}")
        self._set_wire("garble", Garble(size))

    @command
    def flood(self, size: int = 65_536) -> None:
        """Send JSON that never ends, in blocks of that size."""
        self._set_wire("flood", Flood(b'{"STATUS":[' + b"{}," * (_sized(size) // 3)))

    @command
    def nest(self, depth: int = 40_000) -> None:
        """Send JSON of that depth."""
        reply = nested(_sized(depth))
        self._set_wire("nest", Instead(lambda _: reply))

    @command
    def widen(self, values: int = 20_000) -> None:
        """Send a sound reply with that many values which mean nothing."""
        reply = widened(_sized(values))
        self._set_wire("widen", Instead(lambda _: reply))

    @command
    def crowd(self, boards: int = 256, *, shifting: bool = False) -> None:
        """Report that many hashboards, with other numbers in each reply if shifting."""
        _sized(boards)
        step = boards if shifting else 0
        self._set_wire("crowd", Instead(lambda nth: crowded(boards, nth * step)))

    @command
    def freeze(self) -> None:
        """Go on reporting the present numbers, with time and uptime moving."""
        self._frozen = self._machine.read()
        self._marks.add("freeze")

    @command
    def zero(self) -> None:
        """Report 0 for everything that is measured."""
        self._marks.add("zero")

    @command
    def slow(self, seconds: float) -> None:
        """Take that long for each reply."""
        if seconds < 0:
            raise ValueError(f"seconds must be 0 or more, not {seconds}")
        self._wire.latency = seconds

    def _shown(self) -> Reading:
        """Return what the replies are drawn from: the truth, or a lie."""
        truth = self._machine.read()
        if "zero" in self._marks:
            return truth.without_numbers()
        if self._frozen is not None:
            return replace(self._frozen, time=truth.time, elapsed=truth.elapsed)
        return truth

    def _cure_software(self) -> None:
        """Lose the faults that a restart cures."""
        self._marks -= _CURED_BY_RESTART - self._lasting
        self._frozen = None
        if not self._marks & _WIRE:
            self._wire.fault = None
        if "stop_hashing" in self._marks:
            self._machine.rest(State.IDLE)

    def _cure_all(self) -> None:
        """Lose every fault."""
        self._marks.clear()
        self._lasting.clear()
        self._frozen = None
        self._wire.latency = 0.0
        self._wire.fault = None
        self._machine.repair()

    def _set_wire(self, name: str, fault: WireFault) -> None:
        self._wire.fault = fault
        self._marks -= _WIRE
        self._marks.add(name)


def _sized(size: int) -> int:
    if size < 1:
        raise ValueError(f"it must be 1 or more, not {size}")
    return size


def _share(share: float) -> float:
    if not 0 <= share < 1:
        raise ValueError(f"share must be from 0 to below 1, not {share}")
    return share
