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
_VERSION = 1
_LOGGER = logging.getLogger(__name__)


class Rests:
    """When each machine was last ordered what; by a clock that never jumps.

    A file that cannot be read is set aside, and every machine rests from then on.
    """

    def __init__(
        self, folder: Path, shard: Shard, monotonic: Callable[[], float]
    ) -> None:
        """Take the folder, whose file is read, and a clock in s."""
        self._path = folder / f"rests-{shard.number}.json"
        self._monotonic = monotonic
        self._since: dict[tuple[str, str], float] = {}
        self._all_since: float | None = None
        """When a file was lost, so that nothing is known from before."""
        self._saving: asyncio.Task[None] | None = None
        self._is_changed = False
        self._load()

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
        known = (self._since.get((machine.ident, after)), self._all_since)
        since = max((each for each in known if each is not None), default=None)
        if since is None:
            return
        left_s = since + least_s - self._monotonic()
        if left_s > 0:
            raise ControlError(
                ControlFailure.TOO_SOON, f"possible in {left_s:.0f} seconds"
            )

    def begin(self, ident: str, command: Command) -> Callable[[], None]:
        """Let a machine rest from now on; return what takes that back."""
        key = ident, str(command)
        before, now = self._since.get(key), self._monotonic()
        self._since[key] = now

        def take_back() -> None:
            # Unless another order came meanwhile.
            if self._since.get(key) == now:
                if before is None:
                    del self._since[key]
                else:
                    self._since[key] = before

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
        return json.dumps({"version": _VERSION, "lost": lost, "done": done})

    def _load(self) -> None:
        try:
            self._take(json.loads(self._path.read_text("utf-8")))
        except FileNotFoundError:
            return
        except (OSError, RecursionError, TypeError, ValueError) as err:
            self._since.clear()
            self._all_since = self._monotonic()
            self._set_aside(err)

    def _take(self, stored: object) -> None:
        match stored:
            case {"version": 1, "lost": float() | None as lost, "done": dict() as done}:
                pass
            case _:
                raise ValueError("it is of another version")
        self._all_since = None if lost is None else self._moment(lost)
        for ident, commands in done.items():
            for command, at in dict(commands).items():
                self._since[ident, str(Command(command))] = self._moment(at)

    def _moment(self, at: float) -> float:
        """Return a moment of the wall clock by ours.

        One that is still to come, by a clock that was put back, is taken as now.
        """
        return self._monotonic() - max(0.0, WALL() - float(at))

    def _set_aside(self, err: Exception) -> None:
        aside = self._path.with_suffix(".unreadable")
        try:
            self._path.replace(aside)
            replace_file(self._path, [self._record()])
        except OSError as failed:
            _LOGGER.warning("%s cannot be set aside: %s", self._path, failed)
        _LOGGER.error(
            "Rest times cannot be read, so that every miner rests from now on; "
            "the file is kept as %s: %s",
            *(aside.name, err),
        )
