"""The chain, for any event loop: what decides an auction, and the own commitment."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
import itertools
from typing import Any, Protocol, Self

from ..errors import (
    ChainError,
    ExtrinsicUnconfirmedError,
    UnsafeExtrinsicError,
    WalletError,
)
from ..models import (
    BlockRef,
    ChainFacts,
    EndpointState,
    Neuron,
    Snapshot,
    StoredCommitment,
    Window,
)
from ..regular_file import run_within
from ..windows import BLOCK_SECONDS
from .networks import endpoint_urls, known_genesis, public_url
from .pace import PUBLISH_BLOCKS, READ_WITHIN
from .peer import ChainProcessError, Handlers, Peer
from .signing import Wanted, check_signing
from .subscribers import Subscribers
from .thread import ChainClosedError, ChainThread

SIGN_WITHIN = 5.0
"""Seconds that a signature may take: it reads the hotkey's file."""
_GRACE = 5.0
"""Seconds that the process is behind its own deadlines at most."""


class Signer(Protocol):
    """Who signs: an address, and the signature of whatever is asked."""

    @property
    def ss58(self) -> str:
        """The hotkey's address."""

    def sign(self, data: bytes) -> bytes:
        """Return the sr25519 signature; WalletError when that cannot be."""


@dataclass(slots=True)
class _Publishing:
    """One extrinsic on its way."""

    signer: Signer
    wanted: Wanted
    signed: bool = False
    unsafe: UnsafeExtrinsicError | None = None
    """What the node would have had signed."""


class ChainClient:
    """Reads of one subnet and its writes, on a thread and in a process of their own.

    Every coroutine may be awaited in any loop, and raises a ChainError when the chain
    gives no answer: what it returns, the chain has said.
    """

    def __init__(
        self,
        endpoints: Sequence[str],
        *,
        netuid: int,
        block_time: float = BLOCK_SECONDS,
        read_within: float = READ_WITHIN,
        tempo: int | None = None,
        genesis: str | None = None,
    ) -> None:
        """Take endpoints in the order of preference: names of networks or URLs.

        `block_time` (s) decides how long an endpoint may be silent, `read_within` (s)
        how long a read may take; `tempo` is that of the subnet, for a node that does
        not know it. `genesis` is the hash of the chain's first block, which endpoints
        of Bittensor's own networks imply; None: the first endpoint says it.
        """
        self._tempo = tempo
        self._urls = endpoint_urls(endpoints)
        self._genesis = known_genesis(self._urls) or genesis
        self._netuid = netuid
        self._block_time = block_time
        self._read_within = read_within
        self._tickets = itertools.count(1)
        self._publishing: dict[int, _Publishing] = {}
        """By ticket: a late question for a signature finds its own wallet or none."""
        self._heads: Subscribers[BlockRef] = Subscribers()
        self._states: Subscribers[tuple[EndpointState, ...]] = Subscribers()
        self._endpoints = _unknown(self._urls, None)
        handlers: Handlers = {
            "head": self._take_head,
            "endpoints": self._take_endpoints,
            "sign": self._sign,
        }
        self._thread = ChainThread(handlers, self._begin, self._ended)

    @property
    def endpoints(self) -> tuple[EndpointState, ...]:
        """How each endpoint is doing, in the order of preference."""
        return self._endpoints

    async def start(self) -> None:
        """Begin to connect; does not wait for it."""
        await self._thread.start()

    async def close(self) -> None:
        """End connection, process and thread."""
        await self._thread.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def head(self) -> BlockRef:
        """Return the best block; a reorganisation may yet replace it."""
        return await self._read(BlockRef, "head")

    async def finalised(self) -> BlockRef:
        """Return the last block that nothing can replace."""
        return await self._read(BlockRef, "finalised")

    async def block_hash(self, number: int) -> str | None:
        """Return a block's hash on the best chain; None: there is no such block yet."""
        answer: str | None = await self._call("block_hash", number)
        return answer

    async def timestamp(self, block_hash: str) -> datetime:
        """Return the time of a block."""
        return await self._read(datetime, "timestamp", block_hash)

    async def tempo(self, block_hash: str) -> int:
        """Return the subnet's tempo at a block."""
        return await self._read(int, "tempo", block_hash)

    async def neurons(self, block_hash: str) -> tuple[Neuron, ...]:
        """Return the members of the subnet at a block."""
        return await self._read(tuple, "neurons", block_hash)

    async def snapshot(self, window: Window, block_hash: str) -> Snapshot:
        """Return the state at a window's first block, given its hash."""
        return await self._read(Snapshot, "snapshot", window, block_hash)

    async def commitment(
        self, hotkey: str, *, block_hash: str | None = None
    ) -> StoredCommitment | None:
        """Return a hotkey's commitment at a block or the head; None: it has none."""
        answer: StoredCommitment | None = await self._call(
            "commitment", hotkey, block_hash
        )
        return answer

    async def publish(self, payload: bytes, signer: Signer) -> BlockRef:
        """Commit a payload in one extrinsic; return the finalised block that holds it.

        ExtrinsicRefusedError: it is in no block, or failed there.
        ExtrinsicUnconfirmedError: it was sent, but its fate is not known.
        UnsafeExtrinsicError: the node in use would have had something else signed.
        Any other ChainError, or a WalletError: nothing was sent.
        """
        try:
            return await self._thread.run(self._publish(payload, signer))
        except ChainClosedError as error:
            reason = f"the extrinsic may have been sent: {error}"
            raise ExtrinsicUnconfirmedError(reason) from None

    async def rehearse(self, payload: bytes) -> None:
        """Do all but sign and send; UnsafeExtrinsicError where it would not be signed."""
        await self._thread.run(self._rehearse(payload))

    def subscribe_heads(
        self, callback: Callable[[BlockRef], None]
    ) -> Callable[[], None]:
        """Call back in this loop with each new best block; returns what ends that."""
        return self._heads.add(callback)

    def subscribe_endpoints(
        self, callback: Callable[[tuple[EndpointState, ...]], None]
    ) -> Callable[[], None]:
        """Call back in this loop whenever an endpoint's state has changed."""
        return self._states.add(callback)

    async def _read[T](self, kind: type[T], name: str, *args: object) -> T:
        """Call a read whose answer is never None."""
        if not isinstance(answer := await self._call(name, *args), kind):
            raise ChainError("the chain's process answers something else")
        return answer

    async def _call(self, name: str, *args: object) -> Any:  # noqa: ANN401 As the callee
        return await self._thread.run(self._ask(name, *args))

    async def _ask(self, name: str, *args: object) -> Any:  # noqa: ANN401 As the callee
        """Call a function of the process's service, in the thread's loop."""
        within = self._read_within + _GRACE
        return await self._thread.call("read", name, *args, within=within)

    async def _publish(self, payload: bytes, signer: Signer) -> BlockRef:
        """Publish, in the thread's loop."""
        hotkey = signer.ss58
        nonce: int = await self._ask("next_nonce", hotkey)
        wanted = await self._wanted(payload, nonce)
        ticket = next(self._tickets)
        publishing = self._publishing[ticket] = _Publishing(signer, wanted)
        within = self._block_time * PUBLISH_BLOCKS + _GRACE
        try:
            block: BlockRef = await self._thread.call(
                "publish", ticket, payload, hotkey, within=within
            )
        except ChainProcessError as error:
            if not publishing.signed:
                raise
            reason = f"the extrinsic may have been sent: {error}"
            raise ExtrinsicUnconfirmedError(reason) from None
        except WalletError:
            if publishing.unsafe is None:
                raise
            await self._distrust(publishing.unsafe)
            raise publishing.unsafe from None
        finally:
            del self._publishing[ticket]
        return block

    async def _rehearse(self, payload: bytes) -> None:
        """Compose and check, in the thread's loop."""
        data: bytes = await self._ask("rehearse", payload)
        try:
            check_signing(data, await self._wanted(payload, nonce=0))
        except UnsafeExtrinsicError as error:
            await self._distrust(error)
            raise

    async def _sign(self, ticket: int, data: bytes) -> bytes:
        """Sign for the process, which never sees a key."""
        if (publishing := self._publishing.get(ticket)) is None:
            raise ChainError("nothing of that sort is being published")
        try:
            check_signing(data, publishing.wanted)
        except UnsafeExtrinsicError as error:
            publishing.unsafe = error
            raise
        try:
            # A key file that hangs must not hold up what keeps deadlines.
            signature = await run_within(
                SIGN_WITHIN, partial(publishing.signer.sign, data)
            )
        except TimeoutError:
            reason = f"the hotkey's file did not answer within {SIGN_WITHIN:g} s"
            raise WalletError(reason) from None
        publishing.signed = True
        return signature

    async def _wanted(self, payload: bytes, nonce: int) -> Wanted:
        """Return what may be signed; whoever names the chain, it is one and the same."""
        if self._genesis is None:
            # The process uses no endpoint of another one from now on.
            self._genesis = str(await self._ask("block_hash", 0))
        return Wanted(
            genesis=self._genesis, netuid=self._netuid, payload=payload, nonce=nonce
        )

    async def _distrust(self, error: UnsafeExtrinsicError) -> None:
        """Have the process leave the node, for another one that may be true."""
        with suppress(ChainError):
            await self._ask("distrust", str(error))

    async def _begin(self, peer: Peer) -> None:
        await peer.call(
            "open",
            self._urls,
            self._netuid,
            self._block_time,
            self._read_within,
            ChainFacts(genesis=self._genesis, tempo=self._tempo),
        )

    def _ended(self) -> None:
        """Know nothing any more: the process is gone, and another one starts."""
        self._set_endpoints(_unknown(self._urls, "the chain's process has ended"))

    async def _take_head(self, block: BlockRef) -> None:
        self._heads.notify(block)

    async def _take_endpoints(self, states: tuple[EndpointState, ...]) -> None:
        self._set_endpoints(states)

    def _set_endpoints(self, states: tuple[EndpointState, ...]) -> None:
        self._endpoints = states
        self._states.notify(states)


def _unknown(urls: Sequence[str], error: str | None) -> tuple[EndpointState, ...]:
    return tuple(
        EndpointState(
            url=public_url(url), in_use=False, height=None, lag=None, error=error
        )
        for url in urls
    )
