"""Client of the CGMiner API: one command, one connection, one reply or one error."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum, auto
from functools import lru_cache
import json
import threading
from typing import Any, NamedTuple

from ...errors import Failure, MinerError
from ..decoding import decode_reply, raise_for_status
from ..tcp import Ending, LateError, RawReply, TransportError, async_exchange

DEFAULT_PORT = 4028

READ_ONLY_COMMANDS = frozenset(
    {
        "config",
        "devdetails",
        "devs",
        "edevs",
        "estats",
        "fans",
        "mode",
        "pools",
        "power",
        "stats",
        "status",
        "summary",
        "temps",
        "tunerstatus",
        "version",
    }
)
"""All that is ever sent: the API also has commands that stop or redirect a miner."""

_FIRST_BACK_OFF_S = 0.5
_PATIENCE = 5


class _Patience(Enum):
    """What is known of a miner that was late."""

    UNTRIED = auto()
    TRIED = auto()
    """Waits longer for the next answer."""
    PROVED = auto()
    """Answered when it was given longer, and gets that from then on."""
    IN_VAIN = auto()


class Answer(NamedTuple):
    """A reply as it came, and as it reads."""

    raw: bytes
    names: str
    """What was asked, joined by "+": a reply of text cannot be read without it."""
    reply: dict[str, Any]


def command_names(command: str | Sequence[str]) -> list[str]:
    """Return the names in a single, joined ("a+b") or array command."""
    return command.split("+") if isinstance(command, str) else list(command)


def build_payload(command: str | Sequence[str], *, new_api: bool = False) -> bytes:
    """Return the bytes of a request: JSON, and no newline.

    A string is one command or several joined by "+", a sequence is the array form.
    Raises MinerError for a command that does not only read.
    """
    names = command_names(command)
    if not names or not READ_ONLY_COMMANDS.issuperset(names):
        raise MinerError(
            Failure.UNKNOWN_COMMAND,
            f"not sent, as it is no read-only command: {command!r}",
        )
    request: dict[str, object] = {
        "command": command if isinstance(command, str) else names
    }
    if new_api:
        request["new_api"] = True
    # Every firmware takes JSON; the text form is unknown to Braiins and
    # Whatsminer, and in cgminer's source a newline becomes part of its command.
    return json.dumps(request, separators=(",", ":")).encode()


# A farm sends the same few requests again and again.
_built = lru_cache(maxsize=128)(build_payload)


class CGMinerClient:
    """Asks one miner, over one connection at a time.

    The coroutines belong to one event loop; the blocking forms are for scripts.
    """

    __slots__ = (
        "_one_at_a_time",
        "_one_thread_at_a_time",
        "_patience",
        "_retries",
        "_sleep",
        "host",
        "port",
        "timeout",
    )

    def __init__(
        self,
        host: str,
        port: int = DEFAULT_PORT,
        timeout: float = 3.0,
        *,
        retries: int = 3,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Take the address; the timeout in s is the deadline of each exchange.

        It grows once for a miner that is late, as a busy S9 may need 15 s for `stats`.
        """
        self.host = host
        self.port = port
        self.timeout = timeout
        self._retries = retries
        self._patience = _Patience.UNTRIED
        self._sleep = sleep
        # The API serves one connection after the other: a second one only waits.
        self._one_at_a_time = asyncio.Lock()
        self._one_thread_at_a_time = threading.Lock()

    async def async_request(
        self,
        command: str | Sequence[str],
        *,
        new_api: bool = False,
        retries: int | None = None,
    ) -> dict[str, Any]:
        """Return a reply as it came, an error STATUS included.

        Raises MinerError when there is none, after the retries where they may help.
        """
        answer = await self.async_answer(command, new_api=new_api, retries=retries)
        return answer.reply

    async def async_answer(
        self,
        command: str | Sequence[str],
        *,
        new_api: bool = False,
        retries: int | None = None,
    ) -> Answer:
        """Return a reply as `async_request` does, with the bytes that it came as."""
        asked = command if isinstance(command, str) else tuple(command)
        payload = _built(asked, new_api=new_api)
        names = asked if isinstance(asked, str) else "+".join(asked)
        attempts = self._retries if retries is None else retries
        for attempt in range(attempts):
            try:
                return await self._async_attempt(payload, names)
            except TransportError as err:
                self._wait_longer(err)
                await self._sleep(_FIRST_BACK_OFF_S * 2**attempt)
        try:
            return await self._async_attempt(payload, names)
        except LateError as err:
            # Also without retries; not for a trial, which a firmware may never answer.
            if retries is not None or not self._wait_longer(err):
                raise
        return await self._async_attempt(payload, names)

    async def async_send_command(self, command: str | Sequence[str]) -> dict[str, Any]:
        """Return the reply to a command; MinerError also for an error STATUS."""
        reply = await self.async_request(command)
        raise_for_status(reply)
        return reply

    async def async_get_stats(self) -> dict[str, Any]:
        """Return the reply to `stats`: on most miners everything but the pools."""
        return await self.async_send_command("stats")

    async def async_get_devs(self) -> dict[str, Any]:
        """Return the reply to `devs`: a dummy row on stock S19 and S21."""
        return await self.async_send_command("devs")

    def send_command(self, command: str | Sequence[str]) -> dict[str, Any]:
        """Return the reply to a command, blocking; RuntimeError inside an event loop."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            with self._one_thread_at_a_time:
                return asyncio.run(self.async_send_command(command))
        raise RuntimeError(
            "a blocking call inside an event loop: await async_send_command instead"
        )

    def get_stats(self) -> dict[str, Any]:
        """Return the reply to `stats`, blocking; RuntimeError inside an event loop."""
        return self.send_command("stats")

    def get_devs(self) -> dict[str, Any]:
        """Return the reply to `devs`, blocking; RuntimeError inside an event loop."""
        return self.send_command("devs")

    async def _async_attempt(self, payload: bytes, names: str) -> Answer:
        """Return the reply of one exchange."""
        async with self._one_at_a_time:
            loop = asyncio.get_running_loop()
            began, deadline_s = loop.time(), self._deadline_s
            raw = await async_exchange(self.host, self.port, payload, deadline_s)
            took_s = loop.time() - began
        reply = self._decode(raw, names, deadline_s)
        if self._patience is not _Patience.PROVED:
            slow = self._patience is _Patience.TRIED and took_s > self.timeout
            self._patience = _Patience.PROVED if slow else _Patience.UNTRIED
        return Answer(raw.data, names, reply)

    @property
    def _deadline_s(self) -> float:
        """Deadline of the next exchange in s."""
        longer = self._patience in (_Patience.TRIED, _Patience.PROVED)
        return self.timeout * _PATIENCE if longer else self.timeout

    def _wait_longer(self, err: TransportError) -> bool:
        """Return whether a longer deadline is worth a try now, and set it.

        A miner that was late then as well does not answer at all: no more of that until
        it does.
        """
        if not isinstance(err, LateError):
            return False
        if self._patience is _Patience.TRIED:
            self._patience = _Patience.IN_VAIN
        if self._patience is not _Patience.UNTRIED:
            return False
        self._patience = _Patience.TRIED
        return True

    def _decode(self, raw: RawReply, names: str, deadline_s: float) -> dict[str, Any]:
        """Return the decoded reply; TransportError for one that was cut."""
        try:
            reply = decode_reply(raw.data, names)
        except MinerError as err:
            if err.failure is Failure.INVALID_REPLY and raw.ending is not Ending.NUL:
                raise _cut(raw, deadline_s) from err
            raise
        # JSON shows that it is whole; plain text that was cut passes for a reply.
        orderly = raw.ending is Ending.NUL or raw.ending is Ending.EOF
        if not orderly and not raw.data.lstrip().startswith(b"{"):
            raise _cut(raw, deadline_s)
        return reply


def _cut(raw: RawReply, deadline_s: float) -> TransportError:
    """Return what is wrong with a reply that did not end."""
    if raw.ending is Ending.DEADLINE:
        return LateError(
            Failure.TIMEOUT, f"the reply did not end within {deadline_s:g} s"
        )
    return TransportError(Failure.INVALID_REPLY, "the reply is cut")
