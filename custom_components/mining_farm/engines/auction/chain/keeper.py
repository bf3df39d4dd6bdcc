"""Keeps one connection to the chain, and leaves it for the next endpoint in time."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
import time
from typing import Any, Final

from ..errors import ChainError, ChainUnavailableError
from ..models import MAX_LAG, BlockRef, EndpointState
from ..windows import BLOCK_SECONDS
from .connection import (
    BROKEN,
    FLOODED,
    Connection,
    ConnectionLostError,
    EndpointLimitedError,
    NodeError,
)
from .endpoints import OTHER_CHAIN, EndpointTable
from .pace import Pace
from .reading import read_bytes, read_number

_NOT_IN_ORDER = frozenset((FLOODED,))
"""Why an endpoint is left alone for some time before it is asked again."""
NOW_KEY: Final = "0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb"
"""Where each Substrate chain keeps the time of a block, `Timestamp.Now`: ms, u64."""
_LONGEST_AGE: Final = 7 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Callbacks of the keeper; all are called in its loop."""

    head: Callable[[BlockRef], None]
    endpoints: Callable[[tuple[EndpointState, ...]], None]


class ConnectionKeeper:
    """One connection, replaced whenever it is lost, silent or behind."""

    def __init__(
        self,
        urls: Sequence[str],
        pace: Pace,
        listener: Listener,
        genesis: str | None = None,
    ) -> None:
        """Use endpoints of the chain with this first block only; None: of the first."""
        self.table = EndpointTable(urls)
        self.pace = pace
        self._listener = listener
        self._connection: Connection | None = None
        self._changed = asyncio.Event()
        self._genesis = genesis
        self._doubt: asyncio.Future[str] | None = None
        self._head_at = asyncio.get_running_loop().time()
        self._reported: tuple[EndpointState, ...] = ()

    async def connection(self) -> Connection:
        """Return the connection; ChainUnavailableError once no endpoint has worked."""
        while (connection := self._connection) is None:
            if self.table.exhausted:
                raise ChainUnavailableError(f"no endpoint: {self.table.trouble}")
            changed = self._changed
            await changed.wait()
        return connection

    async def request(self, method: str, params: Sequence[Any] = ()) -> Any:  # noqa: ANN401 JSON
        """Ask the node in use, whichever it is by now."""
        return await (await self.connection()).request(method, params)

    async def run(self) -> None:
        """Keep the connection until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            if (url := self.table.next(loop.time())) is None:
                await asyncio.sleep(self.table.wait(loop.time()))
                continue
            self.table.tried(url, loop.time())
            try:
                async with asyncio.timeout(self.pace.connect):
                    connection, height = await self._open(url)
            except TimeoutError:
                self._fail(url, "the endpoint is silent")
            except ChainError as error:
                self._rest(url, error)
                self._fail(url, str(error))
            except Exception as error:  # noqa: BLE001 One endpoint ends not all
                self._fail(url, _unexpected(error))
            else:
                self._use(url, connection, height)
                try:
                    reason = await self._stay(url, connection)
                    if connection.limit is not None:
                        self._rest(url, connection.limit)
                        reason = str(connection.limit)
                except Exception as error:  # noqa: BLE001 One endpoint ends not all
                    reason = _unexpected(error)
                finally:
                    self._connection = None
                    with suppress(TimeoutError):
                        async with asyncio.timeout(1):
                            await connection.close()
                if reason in _NOT_IN_ORDER:
                    self.table.leave_alone(url, loop.time(), None)
                # A broken connection is opened again first; it counts when that fails.
                self._fail(url, reason, count=reason != BROKEN)
            if self.table.exhausted:
                await asyncio.sleep(self.pace.pause)

    async def compare(self) -> None:
        """Ask the endpoints that are not in use for their height, all at once."""
        async with asyncio.TaskGroup() as group:
            for url in self.table.others(asyncio.get_running_loop().time()):
                group.create_task(self._probe(url))
        self._report()

    def distrust(self, reason: str) -> None:
        """Leave the endpoint in use, which is not what it says, for another one."""
        others = self.table.others(asyncio.get_running_loop().time())
        if others and self._doubt is not None and not self._doubt.done():
            self._doubt.set_result(reason)

    async def _open(self, url: str) -> tuple[Connection, int]:
        """Connect; return the connection and the endpoint's height."""
        connection = await Connection.open(url)
        try:
            await self._check_chain(connection)
            height = read_number(await connection.request("chain_getHeader"))
        except BaseException:
            await connection.close()
            raise
        return connection, height

    async def _check_chain(self, connection: Connection) -> None:
        """Refuse an endpoint whose first block is not that of the others."""
        genesis = str(await connection.request("chain_getBlockHash", [0]))
        if self._genesis not in {None, genesis}:
            raise ChainUnavailableError(OTHER_CHAIN)
        self._genesis = genesis

    async def _stay(self, url: str, connection: Connection) -> str:
        """Follow the chain on a connection; return why it has to be left."""
        self._doubt = asyncio.get_running_loop().create_future()
        tasks = [
            asyncio.create_task(work)
            for work in (
                _awaited(self._doubt),
                connection.lost(),
                self._ask(connection),
                self._stay_level(connection),
                self._follow_heads(url, connection),
            )
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(iter(done)).result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, connection: Connection) -> str:
        """Ask an endpoint that has been quiet; return when it does not answer."""
        loop = asyncio.get_running_loop()
        while True:
            quiet = loop.time() - connection.heard_at
            if quiet < self.pace.quiet:
                await asyncio.sleep(self.pace.quiet - quiet)
                continue
            try:
                async with asyncio.timeout(self.pace.answer):
                    await connection.request("chain_getBlockHash", [0])
            except TimeoutError:
                return "the endpoint fell silent"
            except ConnectionLostError as error:
                return str(error)
            except NodeError:
                # It answers, if only to refuse.
                await asyncio.sleep(self.pace.quiet)

    async def _stay_level(self, connection: Connection) -> str:
        """Compare with the other endpoints, more often while no head comes."""
        loop = asyncio.get_running_loop()
        while True:
            await self.compare()
            # The last head may be older than what the others have just reported.
            with suppress(ChainError):
                header = await connection.request("chain_getHeader")
                height = read_number(header)
                lag = self.table.measure(height)
                if lag is not None and lag > MAX_LAG:
                    return f"the endpoint is {lag} blocks behind"
                if self.table.alone:
                    self.table.note_late(await self._late(connection, height))
                    self._report()
            compared_at = loop.time()
            late = self.pace.block_time * 1.5
            while loop.time() < compared_at + self.pace.compare:
                await asyncio.sleep(self.pace.block_time)
                if loop.time() - self._head_at > late or self.table.late > MAX_LAG:
                    break

    async def _late(self, connection: Connection, height: int) -> int:
        """Return how many blocks a head is behind the clock, that nothing else tells.

        An endpoint that stands still is left for no other: there is none that is known
        to be better, and it may be our clock that is wrong.
        """
        silent = asyncio.get_running_loop().time() - self._head_at
        stalled = int(silent / self.pace.block_time) - 1
        try:
            found = await connection.request("chain_getBlockHash", [height])
            stored = await connection.request("state_getStorage", [NOW_KEY, found])
            made_at = int.from_bytes(read_bytes(stored), "little") / 1000
        except NodeError, ValueError:
            return max(stalled, 0)
        age = time.time() - made_at
        # A chain of one's own may count time as it likes.
        by_clock = int(age / BLOCK_SECONDS) if age < _LONGEST_AGE else 0
        return max(stalled, by_clock, 0)

    async def _follow_heads(self, url: str, connection: Connection) -> str:
        def take(block: BlockRef) -> None:
            self._head_at = asyncio.get_running_loop().time()
            self.table.heard(url, block.number)
            self._listener.head(block)
            self._report()

        try:
            return await _follow_heads(connection, take)
        except ConnectionLostError as error:
            return str(error)
        except ChainError:
            self.fall_back("heads are polled: the node offers no subscription to them")
        return await self._poll_heads(connection, take)

    async def _poll_heads(
        self, connection: Connection, take: Callable[[BlockRef], None]
    ) -> str:
        """Ask for the head, twice a block, on behalf of who follows it."""
        last = None
        while True:
            try:
                number = read_number(await connection.request("chain_getHeader"))
                found = await connection.request("chain_getBlockHash", [number])
                if isinstance(found, str) and found != last:
                    last = found
                    take(BlockRef(number=number, hash=found))
            except ConnectionLostError as error:
                return str(error)
            except ChainError:
                # It is asked again soon.
                pass
            await asyncio.sleep(self.pace.poll)

    async def _probe(self, url: str) -> None:
        try:
            async with asyncio.timeout(self.pace.connect):
                connection, height = await self._open(url)
                await connection.close()
        except TimeoutError:
            self.table.fail(url, "the endpoint is silent", count=False)
        except ChainError as error:
            self._rest(url, error)
            self.table.fail(url, str(error), count=False)
        except Exception as error:  # noqa: BLE001 One endpoint ends not all
            self.table.fail(url, _unexpected(error), count=False)
        else:
            self.table.heard(url, height)

    def _use(self, url: str, connection: Connection, height: int) -> None:
        self.table.use(url, height)
        self._head_at = asyncio.get_running_loop().time()
        self._connection = connection
        self._report()
        self._wake()

    def _fail(self, url: str, reason: str, *, count: bool = True) -> None:
        self.table.fail(url, reason, count=count)
        self._report()
        self._wake()

    def _rest(self, url: str, error: ChainError) -> None:
        """Leave an endpoint alone that limits the number of requests."""
        if isinstance(error, EndpointLimitedError):
            now = asyncio.get_running_loop().time()
            self.table.leave_alone(url, now, error.retry_after)

    def fall_back(self, how: str) -> None:
        """Report what stands in for what the node in use lacks."""
        if self.table.fall_back(how):
            self._report()

    def _wake(self) -> None:
        """Let all who wait for a connection check again."""
        self._changed.set()
        self._changed = asyncio.Event()

    def _report(self) -> None:
        if (states := self.table.states) != self._reported:
            self._reported = states
            self._listener.endpoints(states)


async def _awaited(doubt: asyncio.Future[str]) -> str:
    return await doubt


def _unexpected(error: Exception) -> str:
    return f"the endpoint cannot be used ({type(error).__name__})"


async def _follow_heads(
    connection: Connection, take: Callable[[BlockRef], None]
) -> str:
    """Hand on each new head; the newest only when several wait."""
    async with connection.subscribe(
        "chain_subscribeNewHeads", end="chain_unsubscribeNewHeads"
    ) as headers:
        while (header := await headers.get()) is not None:
            while not headers.empty():
                header = headers.get_nowait()
                if header is None:
                    break
            if header is None:
                break
            number = read_number(header)
            found = await connection.request("chain_getBlockHash", [number])
            if found is not None:
                take(BlockRef(number=number, hash=str(found)))
    return await connection.lost()
