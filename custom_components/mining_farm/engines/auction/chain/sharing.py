"""One client of the chain for all who follow the same subnet by the same endpoints."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import ChainUnavailableError, ExtrinsicUnconfirmedError
from ..models import BlockRef, EndpointState, Neuron, Snapshot, StoredCommitment, Window
from .client import ChainClient, Signer
from .networks import endpoint_urls, known_genesis
from .thread import ChainClosedError

_CLOSED = "the chain's client is not running"


class ChainPool:
    """Keeps a client for as long as anyone uses it."""

    def __init__(self) -> None:
        """Have none."""
        self._shared: dict[Hashable, _Shared] = {}

    def lease(
        self, endpoints: Sequence[str], *, netuid: int, genesis: str | None = None
    ) -> ChainLease:
        """Return the use of a client, to be started; ChainError for wrong endpoints.

        The order of the endpoints is a preference: another order is another client.
        """
        urls = endpoint_urls(endpoints)
        genesis = known_genesis(urls) or genesis
        key = (urls, netuid, genesis)
        shared = self._shared.get(key)
        if shared is None:
            shared = self._shared[key] = _Shared(
                lambda: ChainClient(urls, netuid=netuid, genesis=genesis)
            )
        return ChainLease(shared)


class _Shared:
    """A client, and who uses it."""

    def __init__(self, create: Callable[[], ChainClient]) -> None:
        self._create = create
        self._turn = asyncio.Lock()
        self._users: set[object] = set()
        self.client = create()
        self._reading: dict[Hashable, _Reading] = {}

    async def enter(self, user: object) -> None:
        """Start the client for the first one."""
        async with self._turn:
            if not self._users:
                try:
                    await self.client.start()
                except BaseException:
                    # It has closed itself, and starts no second time.
                    self.client = self._create()
                    raise
            self._users.add(user)

    async def leave(self, user: object) -> None:
        """End the client with the last one."""
        async with self._turn:
            if user not in self._users:
                return
            self._users.remove(user)
            if not self._users:
                ended, self.client = self.client, self._create()
                await ended.close()

    async def read[T](
        self, what: Hashable, read: Callable[[], Coroutine[Any, Any, T]]
    ) -> T:
        """Read what is the same whenever it is asked, once for all who ask at a time."""
        if (reading := self._reading.get(what)) is None:
            reading = self._begin(what, read)
        reading.askers += 1
        try:
            answer: T = await asyncio.shield(reading.task)
        finally:
            reading.askers -= 1
            if not reading.askers:
                self._forget(what, reading)
                reading.task.cancel()
        return answer

    def _begin(
        self, what: Hashable, read: Callable[[], Coroutine[Any, Any, Any]]
    ) -> _Reading:
        reading = self._reading[what] = _Reading(asyncio.create_task(read()))
        reading.task.add_done_callback(lambda _: self._forget(what, reading))
        return reading

    def _forget(self, what: Hashable, reading: _Reading) -> None:
        if self._reading.get(what) is reading:
            del self._reading[what]


@dataclass(slots=True)
class _Reading:
    """A read on its way."""

    task: asyncio.Task[Any]
    askers: int = 0


class ChainLease:
    """What one wallet has of a client: its reads, its publishing, its subscriptions.

    With its end all of these end; the client goes on for others.
    """

    def __init__(self, shared: _Shared) -> None:
        """Use nothing yet."""
        self._shared = shared
        self._started = False
        self._calls: set[asyncio.Task[Any]] = set()
        self._subscriptions: dict[object, Callable[[], None]] = {}

    @property
    def endpoints(self) -> tuple[EndpointState, ...]:
        """How each endpoint is doing, in the order of preference."""
        return self._shared.client.endpoints

    async def start(self) -> None:
        """Begin to connect, unless others have; does not wait for it."""
        await self._shared.enter(self)
        self._started = True

    async def close(self) -> None:
        """End what is under way, and the client if nobody else uses it."""
        self._started = False
        for end in tuple(self._subscriptions.values()):
            end()
        calls = tuple(self._calls)
        for call in calls:
            call.cancel()
        if calls:
            await asyncio.wait(calls)
        await self._shared.leave(self)

    async def head(self) -> BlockRef:
        """Return the best block."""
        return await self._call(self._shared.client.head())

    async def finalised(self) -> BlockRef:
        """Return the last block that nothing can replace."""
        return await self._call(self._shared.client.finalised())

    async def block_hash(self, number: int) -> str | None:
        """Return a block's hash on the best chain; None: there is no such block yet."""
        return await self._call(self._shared.client.block_hash(number))

    async def tempo(self, block_hash: str) -> int:
        """Return the subnet's tempo at a block."""
        return await self._read(
            ("tempo", block_hash), lambda: self._shared.client.tempo(block_hash)
        )

    async def neurons(self, block_hash: str) -> tuple[Neuron, ...]:
        """Return the members of the subnet at a block."""
        return await self._read(
            ("neurons", block_hash), lambda: self._shared.client.neurons(block_hash)
        )

    async def snapshot(self, window: Window, block_hash: str) -> Snapshot:
        """Return the state at a window's first block, given its hash."""
        return await self._read(
            ("snapshot", window, block_hash),
            lambda: self._shared.client.snapshot(window, block_hash),
        )

    async def commitment(
        self, hotkey: str, *, block_hash: str | None = None
    ) -> StoredCommitment | None:
        """Return a hotkey's commitment at a block or the head; None: it has none."""
        return await self._call(
            self._shared.client.commitment(hotkey, block_hash=block_hash)
        )

    async def publish(self, payload: bytes, signer: Signer) -> BlockRef:
        """Commit a payload as `ChainClient.publish` does."""
        try:
            return await self._call(self._shared.client.publish(payload, signer))
        except ChainClosedError as error:
            # It may have been signed by then.
            reason = f"the extrinsic may have been sent: {error}"
            raise ExtrinsicUnconfirmedError(reason) from None

    async def rehearse(self, payload: bytes) -> None:
        """Do all but sign and send; UnsafeExtrinsicError where it would not be signed."""
        await self._call(self._shared.client.rehearse(payload))

    def subscribe_heads(
        self, callback: Callable[[BlockRef], None]
    ) -> Callable[[], None]:
        """Call back in this loop with each new best block; returns what ends that."""
        return self._keep(self._shared.client.subscribe_heads(callback))

    def subscribe_endpoints(
        self, callback: Callable[[tuple[EndpointState, ...]], None]
    ) -> Callable[[], None]:
        """Call back in this loop whenever an endpoint's state has changed."""
        return self._keep(self._shared.client.subscribe_endpoints(callback))

    def _keep(self, end: Callable[[], None]) -> Callable[[], None]:
        key = object()

        def end_once() -> None:
            if (ending := self._subscriptions.pop(key, None)) is not None:
                ending()

        self._subscriptions[key] = end
        return end_once

    async def _read[T](
        self, what: Hashable, read: Callable[[], Coroutine[Any, Any, T]]
    ) -> T:
        return await self._call(self._shared.read(what, read))

    async def _call[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Await work that ends with this lease."""
        if not self._started:
            work.close()
            raise ChainUnavailableError(_CLOSED)
        call = asyncio.create_task(work)
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        try:
            return await call
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            raise ChainClosedError("the chain's client was closed") from None
