"""Polls one miner over as few connections as its firmware allows."""

import asyncio
from collections.abc import Callable, Collection, Mapping
import math
import time
from typing import Any

from ...errors import Failure, MinerError
from ...identity import normalise_model
from ...models import MinerSnapshot
from ..decoding import raise_for_status, split_joined
from ..tcp import TransportError
from .capabilities import Capabilities, Form, Request, identify, is_new_shape
from .client import CGMinerClient
from .families import choose
from .family import Family
from .judgement import extend, is_mute, judge, spare
from .memory import from_memory, to_memory
from .parsing import parse_snapshot
from .replies import NEW_API_STATS, Replies
from .reply_store import ReplyStore

_MAX_UNCLEAR_TRIALS = 3
_MAX_FAILURES = 3
# With `stats`, two trials of several and one of `new_api` a first poll takes eight.
_FIRST_POLL_SINGLES = 4
_STEADY = 0.8
"""Of the rate at the poll before: what is left when no board and no pool was lost."""

_REFUSALS = (Failure.DENIED, Failure.UNKNOWN_COMMAND)
_ANSWERS = (*_REFUSALS, Failure.COMMAND_FAILED)
_UNCLEAR = (
    Failure.REFUSED,
    Failure.TIMEOUT,
    Failure.UNREACHABLE,
    Failure.COMMAND_FAILED,
)
"""Failures of a trial that need not be the firmware's doing."""


class MinerCollector:
    """Reads one miner again and again, and learns what it may be asked.

    The first poll takes up to eight connections, later ones take one or two. What moves
    slowly (shares, pools) may be up to six minutes old, of a miner that hashes steadily
    half an hour, and then is unknown.
    """

    __slots__ = (
        "_capabilities",
        "_client",
        "_has_read",
        "_one_poll_at_a_time",
        "_rate_ghs",
        "_replies",
    )

    def __init__(
        self, client: CGMinerClient, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take the client of the miner and a clock in s."""
        self._client = client
        self._replies = ReplyStore(clock)
        self._capabilities = Capabilities()
        self._has_read = False
        self._rate_ghs = math.inf
        self._one_poll_at_a_time = asyncio.Lock()

    @property
    def capabilities(self) -> Capabilities:
        """What has been learned so far."""
        return self._capabilities

    @property
    def memory(self) -> dict[str, Any] | None:
        """What has been learned, as JSON; None before it is beyond doubt."""
        return to_memory(self._capabilities)

    def recall(self, memory: object) -> None:
        """Take over what was learned before; another firmware is noticed as ever."""
        self._capabilities = from_memory(memory) or self._capabilities

    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none."""
        async with self._one_poll_at_a_time:
            self._replies.begin()
            try:
                return await self._async_snapshot()
            finally:
                self._replies.end(self._capabilities)

    async def _async_snapshot(self) -> MinerSnapshot:
        primary = self._capabilities.primary
        if primary is None or self._capabilities.form is None:
            await self._async_learn()
        else:
            await self._async_read(primary)
        self._has_read = True
        snapshot = self._parse()
        if self._is_unsettled(snapshot):
            # Now its pools matter: they are not left as they were some minutes ago.
            await self._async_ask_due()
            snapshot = self._parse()
        if is_mute(snapshot):
            replies = self._replies.current(self._capabilities)
            for command in extend(self._capabilities, replies):
                # Asked in its turn, not before what was waiting for longer.
                self._replies.note_asked(command)
        return snapshot

    def _parse(self) -> MinerSnapshot:
        replies = self._replies.current(self._capabilities)
        return parse_snapshot(replies, self._family(replies), replies.memo)

    def _is_unsettled(self, snapshot: MinerSnapshot) -> bool:
        """Return whether the miner no longer hashes as it did; note whether it does."""
        before, rate = self._rate_ghs, snapshot.hashrate_ghs or 0.0
        was_steady, self._rate_ghs = self._capabilities.steady, rate
        self._capabilities.steady = rate > 0 and rate >= _STEADY * before
        return was_steady and not self._capabilities.steady

    async def _async_ask_due(self) -> None:
        """Ask for one of what is due, unless this poll has asked for one already."""
        capabilities = self._capabilities
        if capabilities.primary is None or len(self._replies.fresh) > 1:
            return
        due = self._replies.due(capabilities)
        for request in capabilities.plan(capabilities.primary, due)[1:]:
            await self._async_ask_beside(request)

    async def _async_read(self, primary: str) -> None:
        """Ask a known miner for its primary command and for what is due."""
        capabilities = self._capabilities
        first, *later = capabilities.plan(primary, self._replies.due(capabilities))
        try:
            await self._async_ask(first)
            reply = self._replies.require(primary)
        except MinerError as err:
            # A stopped Whatsminer answers "btminer process is down" to all but
            # `status` and its version (capture): that is no other firmware.
            if _is_answer(err) and await self._async_sleeps():
                return
            if not _is_answer(err, _REFUSALS) and primary not in capabilities.refused:
                raise
            # It refuses what it used to answer: this is another firmware.
            self._forget()
            await self._async_learn()
            return
        if identify(reply).contradicts(capabilities.firmware):
            self._forget()
            return
        self._replies.drop_if_restarted(reply)
        if self._may_try_new_api():
            await self._async_try_new_api()
        elif not (self._has_read or capabilities.several):
            # What was learned outlives a restart of Home Assistant, the replies do not.
            await self._async_learn_singles()
        else:
            for request in later:
                await self._async_ask_beside(request)
            if not later:
                await self._async_ask_water()
        self._judge()

    async def _async_learn(self) -> None:
        """Find out what a miner may be asked, and read it on the way."""
        capabilities = self._capabilities
        # LuxOS may refuse a second connection within a second, and so every trial
        # that comes after another request.
        if capabilities.unclear_trials:
            await self._async_learn_form()
        failure = await self._async_learn_stats()
        if failure is not None and await self._async_sleeps():
            return
        if capabilities.form is None:
            await self._async_learn_form()
        if not capabilities.several:
            failure = await self._async_learn_singles() or failure
        self._judge()
        if self._may_try_new_api() and not (
            # Left to the next poll where this one has taken enough connections.
            "stats" in capabilities.refused and self._replies.fresh
        ):
            await self._async_try_new_api()
            self._judge()
        await self._async_ask_water()
        if not self._replies.fresh:
            capabilities.form = None
            raise failure or MinerError(
                Failure.DENIED, "the miner refuses every command that only reads"
            )

    async def _async_sleeps(self) -> bool:
        """Return whether a miner that refuses what it is asked was put to sleep.

        Earlier replies then describe what it no longer does.
        """
        for command in self._capabilities.apart[:1]:
            await self._async_ask_beside(Request((command,)))
            if command in self._replies.fresh:
                reply = {command: self._replies.require(command)}
                if parse_snapshot(reply, self._capabilities.family).sleeping:
                    self._replies.drop_readings()
                    return True
        return False

    async def _async_learn_stats(self) -> MinerError | None:
        """Ask for `stats`, which nearly every miner answers; return its refusal."""
        capabilities = self._capabilities
        others = "stats" in capabilities.refused and capabilities.commands
        if others or "stats" in self._replies.fresh:
            return None
        try:
            await self._async_ask(Request(("stats",)))
        except MinerError as err:
            if not _is_answer(err):
                raise
            return err
        if "stats" in capabilities.refused:
            # Access rights have changed: the other refusals may be gone as well.
            capabilities.refused.clear()
        stats = self._replies.require("stats")
        capabilities.firmware = identify(stats)
        capabilities.family = choose(Replies({"stats": stats}))
        return None

    async def _async_learn_form(self) -> None:
        """Try the ways to ask for several replies at once, each one time."""
        capabilities = self._capabilities
        read = self._replies.fresh & {"stats"}
        commands = tuple(
            name
            for name in capabilities.commands
            if name not in read and name not in capabilities.apart
        )
        for form in (Form.JOINED, Form.ARRAY):
            if form in capabilities.ruled_out or len(commands) < 2:
                continue
            try:
                await self._async_ask(Request(commands, form), retries=0)
            except MinerError as err:
                if self._may_be_chance(err):
                    return
                capabilities.ruled_out.add(form)
            else:
                capabilities.form = form
                return
        capabilities.form = Form.SINGLE

    async def _async_learn_singles(self) -> MinerError | None:
        """Ask for the rest one by one; return the first failure."""
        failure: MinerError | None = None
        capabilities = self._capabilities
        primary = () if capabilities.primary is None else (capabilities.primary,)
        names = (*primary, *self._replies.due(capabilities))
        outstanding = [name for name in names if name not in self._replies.fresh]
        for name in outstanding[:_FIRST_POLL_SINGLES]:
            err = await self._async_ask_beside(Request((name,)))
            failure = failure or err
            if err is not None and not _is_answer(err):
                break
        return failure

    def _may_try_new_api(self) -> bool:
        """Return whether `stats` may have another shape that shows the boards."""
        capabilities = self._capabilities
        return (
            capabilities.new_api is None
            and capabilities.form in (Form.ARRAY, Form.SINGLE)
            and "stats" in self._replies.fresh | capabilities.refused
            and not capabilities.shows_boards
        )

    async def _async_try_new_api(self) -> None:
        """Ask for `stats` in its other shape; older firmware ignores the flag."""
        capabilities = self._capabilities
        try:
            answer = await self._client.async_answer("stats", new_api=True, retries=0)
            raise_for_status(answer.reply)
        except MinerError as err:
            if not self._may_be_chance(err):
                capabilities.new_api = False
            return
        capabilities.new_api = is_new_shape(answer.reply)
        if capabilities.new_api:
            capabilities.refused.discard("stats")
            self._replies.keep("stats", answer.reply, answer)

    async def _async_ask_water(self) -> None:
        """Ask for the shape of `stats` that holds the water, where it is not primary.

        The shapes number the boards differently, so one does not replace the other.
        """
        capabilities = self._capabilities
        model = normalise_model(capabilities.firmware.model)
        if (
            capabilities.new_api
            or capabilities.water is False
            or capabilities.family is None
            or not capabilities.family.has_water_apart(model)
        ):
            return
        try:
            answer = await self._client.async_answer("stats", new_api=True, retries=0)
            raise_for_status(answer.reply)
        except MinerError as err:
            if not self._may_be_chance(err):
                capabilities.water = False
            return
        capabilities.water = is_new_shape(answer.reply)
        if capabilities.water:
            self._replies.keep(NEW_API_STATS, answer.reply, answer)

    def _may_be_chance(self, err: MinerError) -> bool:
        """Count a trial that shows nothing; False once there were too many of them."""
        if err.failure not in _UNCLEAR:
            return False
        # A miner that has not answered at all in this poll may just be off.
        if not self._replies.fresh:
            return True
        self._capabilities.unclear_trials += 1
        return self._capabilities.unclear_trials < _MAX_UNCLEAR_TRIALS

    async def _async_ask(self, request: Request, *, retries: int | None = None) -> None:
        """Send a request and keep what it brings; MinerError when it brings nothing."""
        if request.form is Form.SINGLE:
            self._replies.note_asked(request.commands[0])
        answer = await self._client.async_answer(
            request.command, new_api=request.new_api, retries=retries
        )
        parts = {request.commands[0]: answer.reply}
        if request.form is not Form.SINGLE:
            raise_for_status(answer.reply)
            parts = split_joined(answer.reply)
        failure: MinerError | None = None
        for command in request.commands:
            if (part := parts.get(command)) is None:
                continue
            try:
                raise_for_status(part)
            except MinerError as err:
                failure = failure or err
                self._note_description(part)
                if err.failure in _REFUSALS:
                    self._capabilities.refused.add(command)
            else:
                self._replies.keep(command, part, answer)
        if self._replies.fresh.isdisjoint(request.commands):
            raise failure or MinerError(
                Failure.UNKNOWN_COMMAND, "several commands were answered as one"
            )

    def _note_description(self, refusal: Mapping[str, Any]) -> None:
        """Take the family from a refusal where nothing else has shown it yet."""
        if self._capabilities.family is None:
            family = choose(Replies({"refusal": refusal}))
            self._capabilities.family = family if family.kept else None

    async def _async_ask_beside(self, request: Request) -> MinerError | None:
        """Ask a miner that answers for what it need not have; return the failure."""
        failures = self._capabilities.failures
        try:
            await self._async_ask(request, retries=0)
        except MinerError as err:
            # An E while btminer is down (Whatsminer) says nothing about the firmware.
            if err.failure is not Failure.COMMAND_FAILED:
                failures.update(request.commands)
            for name in request.commands:
                if failures[name] >= _MAX_FAILURES and not self._replies.has(name):
                    self._capabilities.refused.add(name)
            return err
        for name in request.commands:
            del failures[name]
        return None

    def _judge(self) -> None:
        """Learn from the replies which of them are worth asking for."""
        capabilities = self._capabilities
        if capabilities.settled and "summary" not in self._replies.fresh:
            return
        replies = self._replies.current(capabilities)
        self._family(replies)
        judge(capabilities, replies)
        if "summary" in self._replies.fresh:
            spare(capabilities, replies)

    def _family(self, replies: Mapping[str, Mapping[str, Any]]) -> Family:
        """Return the family, chosen from the replies until one is beyond doubt."""
        capabilities = self._capabilities
        if capabilities.family is None or not (
            capabilities.settled and capabilities.family.kept
        ):
            capabilities.family = choose(Replies(replies))
        return capabilities.family

    def _forget(self) -> None:
        """Drop all that was learned and kept, but for what came in this poll."""
        self._capabilities = Capabilities()
        self._replies.forget_earlier()


def _is_answer(err: MinerError, failures: Collection[Failure] = _ANSWERS) -> bool:
    """Return whether the miner itself said no, rather than nothing."""
    return err.failure in failures and not isinstance(err, TransportError)
