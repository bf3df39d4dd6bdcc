"""What can go wrong with a pool, on command."""

from collections.abc import Callable
from email.utils import formatdate

from simulators.clock import Clock
from simulators.commands import command
from simulators.device import SimulatedDevice
from simulators.http import Wire

from .view import Reply, View

_NOTICE = (
    "<!DOCTYPE html><html><head><title>{0}</title></head>"
    "<body><center><h1>{0}</h1></center></body></html>"
)
_REPLIES = frozenset(
    ("break_down", "maintain", "challenge", "truncate", "rate_limit", "redirect")
)
"""Faults of the replies; there is one at a time."""


class Faults(SimulatedDevice[Wire]):
    """The faults of one pool; each lasts until `restore` unless it says otherwise."""

    def __init__(self, wire: Wire, clock: Clock, look: Callable[[], View]) -> None:
        """Begin without any; `look` returns what is true."""
        super().__init__(wire)
        self.latency = 0.0
        """Seconds that each reply takes."""
        self._clock = clock
        self._look = look
        self._frozen: View | None = None
        self._status = 503
        self._limited_until = 0.0
        self._dated: bool | None = False

    @command
    def break_down(self, status: int = 503) -> None:
        """Answer with an error page of the web server before the API."""
        if not 500 <= status <= 599:
            raise ValueError(f"status must be from 500 to 599, not {status}")
        self._status = status
        self._set_reply("break_down")

    @command
    def maintain(self) -> None:
        """Answer with a web page, and HTTP 200."""
        self._set_reply("maintain")

    @command
    def challenge(self) -> None:
        """Answer like a guard that lets browsers through only."""
        self._set_reply("challenge")

    @command
    def truncate(self) -> None:
        """End answers in their middle."""
        self._set_reply("truncate")

    @command
    def redirect(self) -> None:
        """Send clients to another host."""
        self._set_reply("redirect")

    @command
    def rate_limit(
        self, seconds: float = 120.0, *, dated: bool = False, silent: bool = False
    ) -> None:
        """Answer 429 for so long; Retry-After in seconds, as a date, or not at all."""
        if seconds <= 0:
            raise ValueError(f"seconds must be above 0, not {seconds}")
        self._limited_until = self._clock.now() + seconds
        self._dated = None if silent else dated
        self._set_reply("rate_limit")

    @command
    def freeze(self) -> None:
        """Go on reporting the present shares and times: no share arrives any more."""
        self._frozen = self._look()
        self._marks.add("freeze")

    @command
    def forget(self) -> None:
        """Know the account no more."""
        self._marks.add("forget")

    @command
    def slow(self, seconds: float) -> None:
        """Take that long for each answer."""
        if seconds < 0:
            raise ValueError(f"seconds must be 0 or more, not {seconds}")
        self.latency = seconds
        self._marks.add("slow")

    @command
    def restore(self) -> None:
        """Undo every fault."""
        self._marks.clear()
        self._frozen = None
        self.latency = 0.0
        self._listen()

    def shown(self) -> View:
        """Return what answers are drawn from: the truth, or an old truth."""
        return self._frozen or self._look()

    def instead(self) -> Reply | None:
        """Return what is answered in place of an answer."""
        match next(iter(self._marks & _REPLIES), None):
            case "break_down":
                return _page(self._status, f"{self._status} Service Unavailable")
            case "maintain":
                return _page(200, "Maintenance")
            case "challenge":
                return _page(403, "Just a moment...")
            case "redirect":
                return Reply("", 302, headers={"Location": "http://192.0.2.1/"})
            case "rate_limit":
                return self._limit()
        return None

    def _limit(self) -> Reply | None:
        left = self._limited_until - self._clock.now()
        if left <= 0:
            self._marks.discard("rate_limit")
            return None
        match self._dated:
            case True:
                wait = {"Retry-After": formatdate(self._limited_until, usegmt=True)}
            case False:
                wait = {"Retry-After": str(round(left) or 1)}
            case None:
                wait = {}
        return Reply({"error": "Too Many Requests"}, 429, headers=wait)

    def _set_reply(self, name: str) -> None:
        self._marks -= _REPLIES
        self._marks.add(name)


def _page(status: int, title: str) -> Reply:
    return Reply(_NOTICE.format(title), status, "text/html; charset=UTF-8")
