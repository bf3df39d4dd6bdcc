"""What can go wrong between a client and the controller, on command."""

from dataclasses import dataclass, replace
import json
from typing import override

from simulators.commands import command
from simulators.device import SimulatedDevice
from simulators.http import Wire

from .replies import Corruption, Reply, answer, spoil

READS = ("coolerState", "minerInfo")
WRITES = ("open", "close", "reset", "setTemp")
OPERATIONS = (*READS, *WRITES)
_ELSEWHERE = "http://192.0.2.1/"


@dataclass(slots=True)
class _Fault:
    """One that strikes these operations so many times more, or for ever."""

    name: str
    operations: frozenset[str]
    left: int | None = None
    how: Corruption | None = None
    midway: bool = False
    reply: Reply | None = None

    def strikes(self, operation: str | None) -> bool:
        """Return whether it strikes an operation now, and count."""
        if operation not in self.operations or self.left == 0:
            return False
        if self.left is not None:
            self.left -= 1
        return True

    def apply(self, reply: Reply) -> Reply | None:
        """Return what is answered in place of an answer; None is nothing at all."""
        if self.name == "drop":
            return replace(reply, breaks_off=True) if self.midway else None
        return self.reply or (spoil(reply, self.how) if self.how else reply)


class Faults(SimulatedDevice[Wire]):
    """The faults of one controller; they stay until `restore`.

    Each is of some operations, parted by commas, or of all, and can end by itself after
    it struck so many `times`. There is one fault of the answers at a time; beside it
    there may be `refuse`, `delay` and `ack_without_effect`.
    """

    def __init__(self, wire: Wire) -> None:
        """Begin without any."""
        super().__init__(wire)
        self._fault: _Fault | None = None
        self._unheard: _Fault | None = None
        self._slow = (0.0, frozenset[str]())

    @property
    @override
    def faults(self) -> frozenset[str]:
        """Commands whose effect lasts."""
        struck = (self._fault, self._unheard)
        names = {fault.name for fault in struck if fault and fault.left != 0}
        names |= {"delay"} if self._slow[0] else set()
        return super().faults | names

    @command
    def delay(self, seconds: float, operations: str = "") -> None:
        """Answer that much later; what is asked is done at once."""
        if seconds < 0:
            raise ValueError(f"seconds must be 0 or more, not {seconds}")
        self._slow = seconds, _chosen(operations)

    @command
    def hang(self, operations: str = "", times: int | None = None) -> None:
        """Accept requests, and do and answer nothing."""
        self._set(_Fault("hang", _chosen(operations), times))

    @command
    def drop(
        self, operations: str = "", times: int | None = None, *, midway: bool = False
    ) -> None:
        """Do what is asked, and break the connection before the answer or in it."""
        self._set(_Fault("drop", _chosen(operations), times, midway=midway))

    @command
    def corrupt(
        self, how: str = "html", operations: str = "", times: int | None = None
    ) -> None:
        """Do what is asked, and spoil the answer: see Corruption for how."""
        if how not in list(Corruption):
            raise ValueError(f"how must be one of {', '.join(Corruption)}, not {how!r}")
        self._set(_Fault("corrupt", _chosen(operations), times, how=Corruption(how)))

    @command
    def break_down(
        self, status: int = 500, operations: str = "", times: int | None = None
    ) -> None:
        """Answer that the server failed, and do nothing."""
        if not 400 <= status <= 599:
            raise ValueError(f"status must be from 400 to 599, not {status}")
        reply = answer({"statusCode": status, "error": "Internal Server Error"}, status)
        self._set(_Fault("break_down", _chosen(operations), times, reply=reply))

    @command
    def redirect(
        self,
        location: str = _ELSEWHERE,
        operations: str = "",
        times: int | None = None,
    ) -> None:
        """Send clients elsewhere, and do nothing."""
        reply = Reply(b"", 302, headers={"Location": location})
        self._set(_Fault("redirect", _chosen(operations), times, reply=reply))

    @command
    def answer_with(
        self,
        body: str,
        status: int = 200,
        operations: str = "",
        times: int | None = None,
    ) -> None:
        """Answer that JSON, and do nothing."""
        try:
            content = json.loads(body)
        except ValueError as error:
            raise ValueError(f"body must be JSON: {error}") from error
        reply = answer(content, status)
        self._set(_Fault("answer_with", _chosen(operations), times, reply=reply))

    @command
    def ack_without_effect(
        self, operations: str = "", times: int | None = None
    ) -> None:
        """Answer ok, and change nothing."""
        self._unheard = _Fault(
            "ack_without_effect", _chosen(operations, WRITES), _counted(times)
        )

    def _cure_all(self) -> None:
        """Lose every fault."""
        self._fault = self._unheard = None
        self._slow = 0.0, frozenset()
        self._marks.clear()

    def _struck(self, operation: str | None) -> _Fault | None:
        """Return the fault that this answer has."""
        fault = self._fault
        return fault if fault is not None and fault.strikes(operation) else None

    def _is_unheard(self, operation: str) -> bool:
        return self._unheard is not None and self._unheard.strikes(operation)

    def _lag(self, operation: str | None) -> float:
        """Return the seconds until this answer."""
        seconds, operations = self._slow
        return seconds if operation in operations else 0.0

    def _set(self, fault: _Fault) -> None:
        _counted(fault.left)
        self._fault = fault


def _chosen(text: str, known: tuple[str, ...] = OPERATIONS) -> frozenset[str]:
    """Return the operations of a list in text, all when it is empty."""
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    if unknown := names - set(known):
        raise ValueError(f"no operation {', '.join(sorted(unknown))}")
    return names or frozenset(known)


def _counted(times: int | None) -> int | None:
    if times is not None and times < 1:
        raise ValueError(f"times must be 1 or more, not {times}")
    return times
