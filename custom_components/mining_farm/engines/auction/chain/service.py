"""What the chain is asked: every read pinned to a block, each within a deadline."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, Final

from ..errors import AuctionError, ChainError, ChainUnavailableError
from ..models import BlockRef, ChainFacts, Neuron, Snapshot, StoredCommitment, Window
from ..wire.ss58 import ss58_encode
from .connection import ConnectionLostError
from .fallbacks import finalised_hash, free_nonce, subnet_tempo
from .keeper import ConnectionKeeper, Listener
from .pace import READ_WITHIN, Pace
from .publishing import Publisher, Sign
from .reading import (
    read_commitment,
    read_neurons,
    read_number,
    read_split,
    read_timestamp,
    unreadable_commitment,
)
from .substrate import Substrate

_ACCOUNT_BYTES = 32
NOTHING_KNOWN: Final = ChainFacts()


class ChainService:
    """Reads and writes of one subnet; all methods raise ChainError and nothing else."""

    def __init__(
        self,
        urls: Sequence[str],
        *,
        netuid: int,
        pace: Pace,
        listener: Listener,
        read_within: float = READ_WITHIN,
        known: ChainFacts = NOTHING_KNOWN,
    ) -> None:
        """Listen from the start; connect once it runs."""
        self._known_tempo = known.tempo
        self._netuid = netuid
        self._read_within = read_within
        self._keeper = ConnectionKeeper(urls, pace, listener, known.genesis)
        self._begin()

    async def run(self) -> None:
        """Keep the connection until cancelled."""
        await self._keeper.run()

    def _begin(self) -> None:
        """Know no types yet."""
        self._substrate = Substrate(self._keeper.request)
        self._publisher = Publisher(self._keeper, self._substrate, self, self._netuid)

    async def distrust(self, reason: str) -> None:
        """Leave the endpoint in use, and forget the types that it has named."""
        self._begin()
        self._keeper.distrust(reason)

    async def head(self) -> BlockRef:
        """Return the best block."""
        return await self._read(lambda: self._block("chain_getBlockHash"))

    async def finalised(self) -> BlockRef:
        """Return the last finalised block."""

        async def ask() -> BlockRef:
            found = await finalised_hash(self._keeper.request, self._keeper.fall_back)
            return await self._block_of(found)

        return await self._read(ask)

    async def block_hash(self, number: int) -> str | None:
        """Return a block's hash on the best chain; None: there is no such block yet."""

        async def ask() -> str | None:
            found = await self._keeper.request("chain_getBlockHash", [number])
            if found is not None and not isinstance(found, str):
                raise ChainError("the chain's answer is no block hash")
            return found

        return await self._read(ask)

    async def timestamp(self, block_hash: str) -> datetime:
        """Return the time of a block."""
        return await self._read(lambda: self._timestamp(block_hash))

    async def tempo(self, block_hash: str) -> int:
        """Return the subnet's tempo."""
        return await self._read(
            lambda: subnet_tempo(
                self._substrate,
                self._netuid,
                block_hash,
                self._known_tempo,
                self._keeper.fall_back,
            )
        )

    async def neurons(self, block_hash: str) -> tuple[Neuron, ...]:
        """Return the members of the subnet."""
        return await self._read(lambda: self._neurons(block_hash))

    async def commitment(
        self, hotkey: str, block_hash: str | None = None
    ) -> StoredCommitment | None:
        """Return a hotkey's commitment at a block, or at the head; None: it has none."""

        async def ask() -> StoredCommitment | None:
            at = block_hash or (await self._block("chain_getBlockHash")).hash
            value = await self._substrate.storage(
                "Commitments", "CommitmentOf", [self._netuid, hotkey], at
            )
            return None if value is None else read_commitment(hotkey, value)

        return await self._read(ask)

    async def snapshot(self, window: Window, block_hash: str) -> Snapshot:
        """Return the state at a window's first block; the split is the head's."""

        async def ask() -> Snapshot:
            # Once for all, so that what runs at once does not fetch it four times.
            await self._substrate.runtime_at(block_hash)
            started_at, commitments, neurons, split = await _together(
                self._timestamp(block_hash),
                self._commitments(block_hash),
                self._neurons(block_hash),
                self._split(),
            )
            return Snapshot(
                netuid=self._netuid,
                window=window,
                block_hash=block_hash,
                started_at=started_at,
                commitments=commitments,
                neurons=neurons,
                mechanism_split=split,
            )

        return await self._read(ask)

    async def next_nonce(self, hotkey: str) -> int:
        """Return an account's next nonce."""
        return await self._read(
            lambda: free_nonce(
                self._keeper.request, self._substrate, hotkey, self._keeper.fall_back
            )
        )

    async def rehearse(self, payload: bytes) -> bytes:
        """Return what would have to be signed to commit a payload, with nonce 0."""

        async def ask() -> bytes:
            head = await self._block("chain_getBlockHash")
            return await self._substrate.unsigned_commitment(
                self._netuid, payload, head.number, 0
            )

        return await self._read(ask)

    async def publish(self, payload: bytes, hotkey: str, sign: Sign) -> BlockRef:
        """Commit a payload; return the finalised block that holds it."""
        return await self._publisher.publish(payload, hotkey, sign)

    async def _block(self, method: str) -> BlockRef:
        """Return the block whose hash a method returns; both of the same block."""
        return await self._block_of(str(await self._keeper.request(method)))

    async def _block_of(self, found: str) -> BlockRef:
        header = await self._keeper.request("chain_getHeader", [found])
        return BlockRef(number=read_number(header), hash=found)

    async def _timestamp(self, block_hash: str) -> datetime:
        return read_timestamp(
            await self._substrate.storage("Timestamp", "Now", [], block_hash)
        )

    async def _neurons(self, block_hash: str) -> tuple[Neuron, ...]:
        return read_neurons(
            await self._substrate.call_runtime(
                "NeuronInfoRuntimeApi", "get_neurons_lite", [self._netuid], block_hash
            )
        )

    async def _commitments(self, block_hash: str) -> tuple[StoredCommitment, ...]:
        entries = await self._substrate.storage_map(
            "Commitments", "CommitmentOf", [self._netuid], block_hash
        )
        # A key hashed by Twox64Concat ends with the account itself.
        return tuple(
            unreadable_commitment(hotkey)
            if isinstance(value, Exception)
            else read_commitment(hotkey, value)
            for hotkey, value in (
                (ss58_encode(key[-_ACCOUNT_BYTES:]), value) for key, value in entries
            )
        )

    async def _split(self) -> tuple[int, ...] | None:
        # The reference reads the split of the head, not that of the window's start.
        head = await self._block("chain_getBlockHash")
        return read_split(
            await self._substrate.storage(
                "SubtensorModule", "MechanismEmissionSplit", [self._netuid], head.hash
            )
        )

    async def _read[T](self, ask: Callable[[], Awaitable[T]]) -> T:
        """Read, again on the next connection when one is lost, within the deadline."""
        try:
            async with asyncio.timeout(self._read_within):
                while True:
                    try:
                        return await ask()
                    except ConnectionLostError:
                        # The keeper has to notice first.
                        await asyncio.sleep(0.01)
        except TimeoutError:
            reason = f"no answer within {self._read_within:g} s"
            raise ChainUnavailableError(reason) from None
        except AuctionError:
            raise
        except Exception as error:
            # The library raises whatever its decoding stumbles over.
            reason = f"the chain's answer cannot be read ({type(error).__name__})"
            raise ChainError(reason) from error


async def _together[A, B, C, D](
    first: Coroutine[Any, Any, A],
    second: Coroutine[Any, Any, B],
    third: Coroutine[Any, Any, C],
    fourth: Coroutine[Any, Any, D],
) -> tuple[A, B, C, D]:
    """Read at once; when one fails, the others are ended with it."""
    tasks = (
        asyncio.create_task(first),
        asyncio.create_task(second),
        asyncio.create_task(third),
        asyncio.create_task(fourth),
    )
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
