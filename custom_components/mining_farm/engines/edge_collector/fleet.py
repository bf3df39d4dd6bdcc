"""One of many miners that are polled in turns: whoever does not answer holds up nobody.

A member finds out by itself how its miner is read, and what it has learned can be kept.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
import json
from typing import Any, Self

from .credentials import Credentials
from .driver import TIMEOUT_S, Reader
from .errors import Failure, MinerError
from .models import MinerSnapshot
from .profile import MinerProfile
from .registry import (
    CGMINER,
    DEFAULT_PORT,
    Way,
    async_find_second,
    async_identify,
    create_reader,
    driver_names,
)
from .ways import joined

SILENT = (Failure.TIMEOUT, Failure.UNREACHABLE)
"""Failures that take the whole time limit."""
_STRANGE = (
    Failure.DENIED,
    Failure.INVALID_REPLY,
    Failure.NOT_CGMINER,
    Failure.REFUSED,
    Failure.UNKNOWN_COMMAND,
)
"""Failures of a miner that has got another firmware, or of another device."""
_STRANGE_POLLS = 20
"""So many of them in a row, and it is found out anew what is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a miner is, and what is needed to read it."""

    host: str
    port: int | None = None
    """None: the usual one of each protocol."""
    credentials: Credentials | None = None
    timeout_s: float = TIMEOUT_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a miner and worth keeping over a restart."""

    way: Way
    second: Way | None = None
    memory: Mapping[str, Any] | None = None
    profile: MinerProfile = field(default_factory=MinerProfile)
    hardware: str | None = None
    """What identifies the machine wherever it stands: the MAC or serial it stated first."""

    def to_json(self) -> str:
        """Return it as text."""
        return json.dumps(
            {
                "way": self.way,
                "second": self.second,
                "memory": self.memory,
                "profile": asdict(self.profile),
                "hardware": self.hardware,
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> Self | None:
        """Return what a text holds; None where this version did not write it."""
        try:
            stored = json.loads(text)
            way = Way(*stored["way"])
            second = stored["second"] and Way(*stored["second"])
            if not {way.driver, *(second or ())[:1]} <= {*driver_names()}:
                return None
            return cls(
                way=way,
                second=second,
                memory=stored["memory"],
                profile=MinerProfile.from_dict(stored["profile"]),
                hardware=stored["hardware"],
            )
        except AttributeError, KeyError, RecursionError, TypeError, ValueError:
            return None


class Member:
    """Polls one miner, one attempt each time; not from two tasks at a time."""

    __slots__ = ("_is_doubtful", "_reader", "_strange", "known", "target")

    def __init__(self, target: Target, known: Known | None = None) -> None:
        """Take where the miner is, and what was known of it before."""
        self.target = target
        self.known = known
        self._reader: Reader | None = None
        self._strange = 0
        self._is_doubtful = False
        """Whether it has to be found out anew how this miner is read."""

    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none."""
        try:
            snapshot = await self._async_read()
        except MinerError as err:
            self._note_failure(err.failure)
            raise
        self._strange = 0
        self._learn(snapshot)
        return snapshot

    def remembered(self) -> Known | None:
        """Return what is known by now, with what the reader has learned."""
        if self.known is None or self._reader is None:
            return self.known
        memory = self._reader.memory
        return self.known if memory is None else replace(self.known, memory=memory)

    async def _async_read(self) -> MinerSnapshot:
        if (known := self.known) is None or self._is_doubtful:
            snapshot = await self._async_identify()
            self._is_doubtful = False
            if known is not None:
                self._recognise(known, snapshot)
            return snapshot
        if self._reader is None:
            self._reader = self._create_reader(known)
        return await self._reader.async_poll()

    def _recognise(self, before: Known, snapshot: MinerSnapshot) -> None:
        """Go on with what was known of a machine that is found out about anew."""
        assert self.known is not None  # noqa: S101 It was just read
        if is_another(before.profile, snapshot):
            return
        if self.known.way.driver == before.way.driver:
            self.known = replace(
                self.known, profile=before.profile, hardware=before.hardware
            )
        elif before.hardware in (snapshot.mac, snapshot.hardware_id):
            # Another firmware has other boards, limits and commands.
            self.known = replace(self.known, hardware=before.hardware)

    async def _async_identify(self) -> MinerSnapshot:
        """Return a first reading, and know by which way it came."""
        target = self.target
        port = target.port or DEFAULT_PORT
        known = Known(way=Way(CGMINER, port))
        # The most common protocol by what will read it: what that learns is kept.
        reader = self._create_reader(known)
        try:
            snapshot = await reader.async_poll()
        except MinerError as err:
            if err.failure in SILENT:
                raise
            found = await async_identify(
                target.host,
                target.port,
                timeout_s=target.timeout_s,
                silence_ends=True,
            )
            way = Way(found.driver, found.port)
            self.known = Known(way=way, second=found.second)
            return found.snapshot
        second = await async_find_second(
            target.host, port, snapshot, timeout_s=target.timeout_s
        )
        if second is None:
            self.known, self._reader = known, reader
            return snapshot
        self.known = replace(known, second=second[0], memory=reader.memory)
        return joined(snapshot, second[1])

    def _create_reader(self, known: Known) -> Reader:
        target = self.target
        reader = create_reader(
            target.host,
            known.way.port,
            driver=known.way.driver,
            second=known.second,
            credentials=target.credentials,
            timeout_s=target.timeout_s,
            once=True,
        )
        reader.recall(known.memory)
        return reader

    def _learn(self, snapshot: MinerSnapshot) -> None:
        """Add what a reading shows; another machine at this address starts afresh."""
        if (known := self.known) is None:
            return
        profile, hardware = known.profile, known.hardware
        if is_another(profile, snapshot):
            profile, hardware = MinerProfile(), None
        profile = profile.learn(snapshot)
        hardware = hardware or profile.mac or profile.hardware_id
        if (profile, hardware) != (known.profile, known.hardware):
            self.known = replace(known, profile=profile, hardware=hardware)

    def _note_failure(self, failure: Failure) -> None:
        """Find out anew what is there when what was there is not for long.

        Until that is found it stays who it was: most only have a miner that ended.
        """
        self._strange = self._strange + 1 if failure in _STRANGE else 0
        if self._strange >= _STRANGE_POLLS:
            self._reader = None
            self._is_doubtful = self.known is not None
            self._strange = 0


def is_another(profile: MinerProfile, snapshot: MinerSnapshot) -> bool:
    """Return whether a reading is of another machine than the one that is known.

    The MAC decides where both have one, else the serial.
    """
    for known, now in (
        (profile.mac, snapshot.mac),
        (profile.hardware_id, snapshot.hardware_id),
    ):
        if known is not None and now is not None:
            return known != now
    return False
