"""How long machines rest between two orders, on disk: a restart forgets none of it."""

import asyncio
from collections.abc import Callable
import json
import logging
from pathlib import Path
import time

from .engine import Command, ControlError, ControlFailure, Wear
from .inventory import Shard
from .machine import Machine
from .replacing import replace_file

LEAST_REST_S = 600.0
"""For which a miner stays paused: each start heats its boards by 50 K."""
LEAST_S = {Wear.LIVE: 300.0, Wear.RETUNES: 900.0, Wear.RESTARTS: 1800.0}
"""Between two changes, by what they do to a miner."""
WALL = time.time
"""By whose clock a rest outlives the process, in s since 1970."""
_LONGEST_S = max(LEAST_REST_S, *LEAST_S.values())
_VERSION = 2
_LOGGER = logging.getLogger(__name__)


class Rests:
    """When each machine was last ordered what; by a clock that never jumps.

    Where that is not known from before, every machine rests first: without a file, with
    one that cannot be read, which is set aside, and with one of another number of
    collectors, by which some machines were ordered by others.
    """

    def __init__(
        self, folder: Path, shard: Shard, monotonic: Callable[[], float]
    ) -> None:
        """Take the folder, which collector of how many this is, and a clock in s."""
        self._path = folder / f"rests-{shard.number}.json"
        self._collectors = shard.count
        self._monotonic = monotonic
        self._since: dict[tuple[str, str], float] = {}
        """By the name of a machine, its address or what its hardware says."""
        self._all_since: float | None = None
        """Since when nothing is known from before."""
        self._saving: asyncio.Task[None] | None = None
        self._is_changed = False

    def load(self) -> None:
        """Read what an earlier process has left."""
        try:
            collectors = self._take(json.loads(self._path.read_text("utf-8")))
        except FileNotFoundError:
            self._rest_all("Rest times are not known from before")
        except (OSError, RecursionError, TypeError, ValueError) as err:
            self._set_aside()
            self._rest_all(
                f"Rest times cannot be read, the file is kept as {self._aside.name}, "
                f"{err}"
            )
        else:
            if collectors != self._collectors:
                self._rest_all("The number of collectors has changed")

    def require(self, machine: Machine, command: Command) -> None:
        """Refuse what would wear a machine; ControlError: TOO_SOON."""
        if command is Command.PAUSE:
            return
        after, least_s = str(command), 0.0
        capabilities = machine.profile.capabilities
        if command is Command.RESUME:
            after, least_s = str(Command.PAUSE), LEAST_REST_S
        elif capabilities is not None:
            wear = capabilities.wear.get(command, Wear.NONE)
            least_s = LEAST_S.get(wear, 0.0)
        known = [self._since.get((name, after)) for name in _names(machine)]
        known.append(self._all_since)
        since = max((each for each in known if each is not None), default=None)
        if since is None:
            return
        left_s = since + least_s - self._monotonic()
        if left_s > 0:
            raise ControlError(
                ControlFailure.TOO_SOON, f"possible in {left_s:.0f} seconds"
            )

    def begin(self, machine: Machine, command: Command) -> Callable[[], None]:
        """Let a machine rest from now on; return what takes that back."""
        now = self._monotonic()
        keys = [(name, str(command)) for name in _names(machine)]
        before = {key: self._since.get(key) for key in keys}
        self._since |= dict.fromkeys(keys, now)

        def take_back() -> None:
            for key, at in before.items():
                # Unless another order came meanwhile.
                if self._since.get(key) != now:
                    continue
                if at is None:
                    del self._since[key]
                else:
                    self._since[key] = at

        return take_back

    async def async_save(self) -> None:
        """Return once what is known by now is on disk, or cannot be."""
        self._is_changed = True
        while self._is_changed or self._saving is not None:
            if self._saving is None:
                self._is_changed = False
                self._saving = asyncio.create_task(self._async_write())
                self._saving.add_done_callback(self._note_saved)
            await asyncio.wait({self._saving})

    def _note_saved(self, _: asyncio.Task[None]) -> None:
        self._saving = None

    async def _async_write(self) -> None:
        try:
            await asyncio.to_thread(replace_file, self._path, [self._record()])
        except OSError as err:
            _LOGGER.error("Rest times cannot be written: %s", err)

    def _record(self) -> str:
        """Return what may still matter, and forget the rest."""
        now, wall = self._monotonic(), WALL()
        oldest = now - _LONGEST_S
        self._since = {key: at for key, at in self._since.items() if at > oldest}
        if self._all_since is not None and self._all_since <= oldest:
            self._all_since = None
        done: dict[str, dict[str, float]] = {}
        for (ident, command), at in self._since.items():
            done.setdefault(ident, {})[command] = wall - (now - at)
        lost = None if self._all_since is None else wall - (now - self._all_since)
        record = {"version": _VERSION, "collectors": self._collectors, "lost": lost}
        return json.dumps(record | {"done": done})

    def _take(self, stored: object) -> int:
        """Take what a file says, and return by how many collectors."""
        match stored:
            case {
                "version": 2,
                "collectors": int(collectors),
                "lost": float() | None as lost,
                "done": dict() as done,
            }:
                pass
            case _:
                raise ValueError("it is of another version")
        since = {
            (name, str(Command(command))): self._moment(at)
            for name, commands in done.items()
            for command, at in dict(commands).items()
        }
        self._since = since
        self._all_since = None if lost is None else self._moment(lost)
        return collectors

    def _moment(self, at: float) -> float:
        """Return a moment of the wall clock by ours.

        One that is still to come, by a clock that was put back, is taken as now.
        """
        return self._monotonic() - max(0.0, WALL() - float(at))

    @property
    def _aside(self) -> Path:
        return self._path.with_suffix(".unreadable")

    def _set_aside(self) -> None:
        try:
            self._path.replace(self._aside)
        except OSError as err:
            _LOGGER.warning("%s cannot be set aside: %s", self._path, err)

    def _rest_all(self, reason: str) -> None:
        """Let every machine rest from now on, also if this process ends soon."""
        self._all_since = self._monotonic()
        _LOGGER.warning("%s: every miner rests before it is ordered", reason)
        try:
            replace_file(self._path, [self._record()])
        except OSError as err:
            _LOGGER.error("Rest times cannot be written: %s", err)


def _names(machine: Machine) -> set[str]:
    """Return the names of a machine: its hardware is not known at each moment."""
    return {machine.ident, machine.spot.address}
