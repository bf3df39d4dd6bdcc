"""What a miner's firmware may be asked, learned once and kept until it changes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from .family import Family


class Form(StrEnum):
    """Ways to ask; the first two bring several replies over one connection."""

    JOINED = "joined"
    """`a+b`: cgminer since API 3.1 and its descendants, but not the S19/S21 rewrite."""
    ARRAY = "array"
    """A list of names: the S19/S21 rewrite may take it, and nothing else does."""
    SINGLE = "single"


class Rhythm(NamedTuple):
    """How often a command is worth a connection, how long its reply holds true; in s."""

    every_s: float
    keep_s: float


# Each reply is kept for more than two turns, so that one lost answer hides nothing.
READING = Rhythm(every_s=0, keep_s=180)
# Every fifth poll of 30 s, however exact its timer is.
SLOW = Rhythm(every_s=140, keep_s=360)
# 25 polls: of a miner that hashes as it did, which it could not without its pools. The
# poll that shows that it does not brings them, too.
STEADY = Rhythm(every_s=740, keep_s=1600)
FIXED = Rhythm(every_s=3600, keep_s=7500)
# A miner that was put to sleep is known as such before anything is decided about it.
STATE = Rhythm(every_s=50, keep_s=180)

# In these Whatsminer, LuxOS and Auradine say that they were put to sleep.
_STATE_COMMANDS = ("status", "config", "mode")

BASE_COMMANDS = ("stats", "devs", "summary", "pools", "version")


class Request(NamedTuple):
    """What goes over one connection."""

    commands: tuple[str, ...]
    form: Form = Form.SINGLE
    new_api: bool = False

    @property
    def command(self) -> str | tuple[str, ...]:
        """The command as the client takes it."""
        return self.commands if self.form is Form.ARRAY else "+".join(self.commands)


class Firmware(NamedTuple):
    """What distinguishes one firmware from another in any reply."""

    description: str | None = None
    model: str | None = None

    def contradicts(self, other: Firmware) -> bool:
        """Return whether the two cannot be one; what one leaves out proves nothing."""
        pairs = zip(self, other, strict=True)
        return any(a != b for a, b in pairs if a is not None and b is not None)


@dataclass(slots=True, kw_only=True)
class Capabilities:
    """What has been learned about one miner; None where it was not tried yet."""

    firmware: Firmware = field(default_factory=Firmware)
    family: Family | None = None
    """How it is read: chosen once, and kept until the firmware changes."""
    form: Form | None = None
    ruled_out: set[Form] = field(default_factory=set)
    unclear_trials: int = 0
    """Trials whose failure need not have been the firmware's doing."""
    new_api: bool | None = None
    """Whether `stats` takes the flag that shows the boards of stock S19 and later."""
    water: bool | None = None
    """Whether that other shape is asked for beside this one, for the water in it."""
    refused: set[str] = field(default_factory=set)
    """Commands that this firmware does not have or does not allow."""
    failures: Counter[str] = field(default_factory=Counter)
    """How often each command has failed beside one that was answered."""
    useless: set[str] = field(default_factory=set)
    """Commands whose reply adds nothing: `devs` where `stats` shows the boards, and
    `summary` where `pools` counts the same shares."""
    extended: tuple[str, ...] = ()
    """`edevs`, `estats`: where `devs` or `stats` bring no boards, or no rate."""
    primary: str | None = None
    """The command that holds the boards, else the hashrate, else anything: always asked."""
    shows_boards: bool = False
    """Whether the primary does hold boards."""
    steady: bool = False
    """Whether it hashes as it did at the poll before."""
    settled: bool = False
    """Whether the boards were those of a miner that hashes, so that nothing is open."""

    @property
    def commands(self) -> tuple[str, ...]:
        """Commands worth asking, the most informative first."""
        more = self.family.commands if self.family else ()
        names = [*BASE_COMMANDS, *more, *self.apart, *self.extended]
        refused, useless = self.refused, self.useless
        return tuple([n for n in names if n not in refused and n not in useless])

    @property
    def apart(self) -> tuple[str, ...]:
        """Commands that are never joined with others."""
        return self.family.apart if self.family else ()

    @property
    def several(self) -> bool:
        """Whether one connection brings several replies."""
        return self.form in (Form.JOINED, Form.ARRAY)

    def rhythm(self, command: str) -> Rhythm:
        """Return how often to ask for a command beside the primary."""
        if command == "version":
            return FIXED
        if command in _STATE_COMMANDS:
            return STATE
        if self.several:
            return READING
        if command == "devdetails":
            return FIXED
        if self.primary == "stats" and self.shows_boards:
            return STEADY if self.steady else SLOW
        return SLOW if command == "pools" else READING

    def plan(self, primary: str, due: tuple[str, ...]) -> list[Request]:
        """Return the one or two connections of a poll.

        `due` names what to ask beside the primary, the most overdue first.
        """
        # The flag is for `stats` alone: it is not known to work with a list.
        new_api = primary == "stats" and self.new_api is True
        if not self.several:
            return [
                Request((primary,), new_api=new_api),
                *(Request((name,)) for name in due[:1]),
            ]
        together = tuple(name for name in due if name not in self.apart)
        alone = [Request((name,)) for name in due if name in self.apart][:1]
        if new_api or primary in self.apart:
            first = Request((primary,), new_api=new_api)
            later = [self._request(together)] if together else alone
            return [first, *later]
        return [self._request((primary, *together)), *alone]

    def _request(self, commands: tuple[str, ...]) -> Request:
        """Return the request for commands that share a connection."""
        if len(commands) == 1 or self.form is None:
            return Request(commands)
        return Request(commands, self.form)


def _find(reply: Mapping[str, Any], *keys: str) -> object:
    """Return the first value that any section has under one of the keys."""
    for section in reply.values():
        for row in section if isinstance(section, list) else (section,):
            if isinstance(row, dict):
                for key in keys:
                    if key in row:
                        return row[key]
    return None


def identify(reply: Mapping[str, Any]) -> Firmware:
    """Return what a reply says about the firmware that sent it."""
    # Whatsminers spell the status out beside a plain "STATUS": "S".
    description = reply.get("Description", _find(reply, "Description"))
    model = _find(reply, "Type", "type")
    return Firmware(
        description if isinstance(description, str) else None,
        model if isinstance(model, str) else None,
    )


def elapsed(reply: Mapping[str, Any]) -> float | None:
    """Return the s since the mining process started."""
    match _find(reply, "Elapsed", "elapsed"):
        case bool():
            return None
        case int() | float() as seconds:
            return seconds
        case str() as text if text.isdecimal():
            return float(text)
        case _:
            return None


def is_new_shape(reply: Mapping[str, Any]) -> bool:
    """Return whether `stats` came in the shape that `new_api` asks for."""
    return isinstance(_find(reply, "chain"), list)
