"""Publishing a commitment: one extrinsic, sent once, and then searched on the chain."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from ..errors import (
    AuctionError,
    ChainError,
    ChainUnavailableError,
    ExtrinsicRefusedError,
    ExtrinsicUnconfirmedError,
)
from ..models import MAX_LAG, BlockRef, StoredCommitment
from ..wire.ss58 import PREFIX, ss58_decode
from .connection import Connection, ConnectionLostError, NodeError
from .fallbacks import account_nonces
from .keeper import ConnectionKeeper
from .pace import ERA_PERIOD, PREPARE_BLOCKS, WAIT_BLOCKS
from .refusals import explain
from .substrate import Substrate

type Sign = Callable[[bytes], Awaitable[bytes]]
"""Returns the sr25519 signature of what is to be signed."""

PAYLOAD_LIMIT = 128
"""Bytes that a commitment's field can hold."""
_SR25519 = 1
_REFUSALS = frozenset((-32602, -32601, *range(1000, 1013), *range(1014, 1100)))
"""JSON-RPC codes: no such method or parameters, and those of `author`, less 1013, which
says that the extrinsic is in the pool already."""


class Reads(Protocol):
    """What confirming needs to read."""

    async def head(self) -> BlockRef:
        """Return the best block."""

    async def finalised(self) -> BlockRef:
        """Return the last finalised block."""

    async def block_hash(self, number: int) -> str | None:
        """Return a block's hash."""

    async def commitment(
        self, hotkey: str, block_hash: str | None = None
    ) -> StoredCommitment | None:
        """Return a hotkey's commitment."""


@dataclass(slots=True)
class _Keypair:
    """Who signs, in the words of the library; the key itself is elsewhere."""

    ss58_address: str
    public_key: bytes
    ask: Sign
    crypto_type: int = _SR25519
    ss58_format: int = PREFIX

    async def sign(self, data: Any) -> bytes:  # noqa: ANN401 ScaleBytes or bytes
        return await self.ask(bytes(getattr(data, "data", data)))


@dataclass(frozen=True, slots=True)
class _Sent:
    """An extrinsic that may be in any block after `head`, up to `last`."""

    hotkey: str
    payload: bytes
    head: int

    @property
    def last(self) -> int:
        return self.head + ERA_PERIOD


class Publisher:
    """Publishes one commitment of a hotkey at a time."""

    def __init__(
        self,
        keeper: ConnectionKeeper,
        substrate: Substrate,
        reads: Reads,
        netuid: int,
    ) -> None:
        self._keeper = keeper
        self._substrate = substrate
        self._reads = reads
        self._netuid = netuid
        self._turns: dict[str, asyncio.Lock] = {}
        self._composing = asyncio.Lock()

    async def publish(self, payload: bytes, hotkey: str, sign: Sign) -> BlockRef:
        """Sign and send; return the finalised block that holds it.

        Nothing was sent when a plain ChainError (or the signer's WalletError) is raised.
        ExtrinsicRefusedError: it is in no block, or failed in one; the chain says why.
        ExtrinsicUnconfirmedError: it was sent, and its fate is not known.
        """
        async with self._turns.setdefault(hotkey, asyncio.Lock()):
            connection, extrinsic, sent = await self._prepare(payload, hotkey, sign)
            try:
                async with asyncio.timeout(self._keeper.pace.block_time * WAIT_BLOCKS):
                    finalised = await self._submit(connection, extrinsic)
                    if finalised is None:
                        return await self._search(sent)
                    return await self._found(sent, finalised, extrinsic)
            except ExtrinsicRefusedError:
                raise
            except (TimeoutError, ChainError) as error:
                reason = str(error) or "the chain did not finalise it in time"
                raise ExtrinsicUnconfirmedError(
                    f"the extrinsic was sent, but is not confirmed: {reason}"
                ) from None

    async def _prepare(
        self, payload: bytes, hotkey: str, sign: Sign
    ) -> tuple[Connection, str, _Sent]:
        """Do all that comes before the one moment that cannot be taken back."""
        if not 0 < len(payload) <= PAYLOAD_LIMIT:
            raise ChainError(f"a commitment has 1 to {PAYLOAD_LIMIT} bytes")
        keypair = _Keypair(hotkey, ss58_decode(hotkey), sign)
        within = self._keeper.pace.block_time * PREPARE_BLOCKS
        try:
            # The library composes for one at a time; what is sent waits for no other.
            async with asyncio.timeout(within), self._composing:
                connection, head = await self._current()
                nonce = await self._free_nonce(connection, keypair)
                extrinsic = await self._substrate.signed_commitment(
                    self._netuid, payload, keypair, head, nonce
                )
        except TimeoutError:
            raise ChainError("nothing is published: no answer in time") from None
        except AuctionError:
            raise
        except Exception as error:
            # The library raises whatever its encoding stumbles over.
            reason = f"the extrinsic cannot be composed ({type(error).__name__})"
            raise ChainError(reason) from error
        return connection, extrinsic, _Sent(hotkey, payload, head)

    async def _current(self) -> tuple[Connection, int]:
        """Return a connection and its best block; ChainError where it lags behind."""
        await self._keeper.connection()
        await self._keeper.compare()
        connection = await self._keeper.connection()
        head = (await self._reads.head()).number
        # Its subscription may have named a higher block than it has by now.
        if (lag := self._keeper.table.measure(head)) is None or lag > MAX_LAG:
            raise ChainError("nothing is published: the endpoint lags behind")
        return connection, head

    async def _free_nonce(self, connection: Connection, keypair: _Keypair) -> int:
        """Return the next nonce; ChainError while anything of the hotkey is not final.

        Who else signs with it, and what a lost journal knew, only the chain knows: what
        waits in the pool counts for the next nonce, and not for that of the final state.
        """
        final, free = await account_nonces(
            connection.request,
            self._substrate,
            keypair.public_key,
            keypair.ss58_address,
            self._keeper.fall_back,
        )
        if free > final:
            raise ChainError(
                "nothing is published: another extrinsic of the hotkey is on its way"
            )
        return free

    async def _submit(self, connection: Connection, extrinsic: str) -> str | None:
        """Send; return the hash of its finalised block, None if it does not say."""
        try:
            async with connection.subscribe(
                "author_submitAndWatchExtrinsic",
                [extrinsic],
                end="author_unwatchExtrinsic",
            ) as updates:
                while (update := await updates.get()) is not None:
                    match update:
                        case {"finalized": str(block_hash)}:
                            return block_hash
                        case "invalid":
                            reason = "the chain calls the extrinsic invalid"
                            raise ExtrinsicRefusedError(reason)
                        case "dropped" | {"usurped": _} | {"finalityTimeout": _}:
                            # Other nodes may hold it still.
                            return None
        except ConnectionLostError:
            pass
        except NodeError as error:
            # Only the pool's own words are certain; a gateway may have passed it on.
            if error.code in _REFUSALS:
                raise ExtrinsicRefusedError(
                    f"the chain refuses: {explain(str(error))}"
                ) from None
        return None

    async def _search(self, sent: _Sent) -> BlockRef:
        """Search it in what is finalised, until it can no longer get into a block."""
        while True:
            with suppress(ChainUnavailableError):
                finalised = await self._reads.finalised()
                found = await self._reads.commitment(sent.hotkey, finalised.hash)
                if _holds(found, sent) or finalised.number >= sent.last:
                    return await self._found(sent, finalised.hash)
            await asyncio.sleep(self._keeper.pace.poll)

    async def _found(
        self, sent: _Sent, finalised: str, extrinsic: str | None = None
    ) -> BlockRef:
        """Return the block that changed the commitment, or why it did not change.

        With the extrinsic, the finalised block is known to be the one that holds it.
        """
        found = await self._reads.commitment(sent.hotkey, finalised)
        if found is None or found.block is None or not _holds(found, sent):
            reason = "it got into no block"
            if extrinsic is not None:
                reason = await self._failure(finalised, extrinsic)
            raise ExtrinsicRefusedError(f"the extrinsic changed nothing: {reason}")
        block_hash = finalised
        if extrinsic is None:
            block_hash = str(await self._reads.block_hash(found.block))
        return BlockRef(number=found.block, hash=block_hash)

    async def _failure(self, block_hash: str, extrinsic: str) -> str:
        """Return the runtime's own word for why an extrinsic failed in its block."""
        try:
            async with asyncio.timeout(self._keeper.pace.block_time):
                block = await self._keeper.request("chain_getBlock", [block_hash])
                index = block["block"]["extrinsics"].index(extrinsic)
                reason = await self._substrate.failure(block_hash, index)
        except Exception:  # noqa: BLE001 The refusal is certain, its reason a courtesy
            reason = None
        return explain(reason) if reason else "it failed in its block"


def _holds(found: StoredCommitment | None, sent: _Sent) -> bool:
    """Whether a commitment is what was sent, and is as new as that."""
    return (
        found is not None
        and found.raw == sent.payload
        and found.block is not None
        # The renewed text is the same as before: only the block shows which one it is.
        and sent.head < found.block
    )
