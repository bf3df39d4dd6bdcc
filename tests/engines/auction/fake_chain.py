"""A chain of numbers: commitments, forks, extrinsics that wait, and everything failing."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from custom_components.mining_farm.engines.auction.errors import (
    ChainUnavailableError,
    ExtrinsicRefusedError,
    ExtrinsicUnconfirmedError,
    UnsafeExtrinsicError,
)
from custom_components.mining_farm.engines.auction.models import (
    BlockRef,
    EndpointState,
    Snapshot,
    StoredCommitment,
    Window,
)
from custom_components.mining_farm.engines.auction.publish.hotkey import HotkeySigner

HOTKEY = "5Own"
ERA = 16
GENESIS = datetime(2026, 1, 1, tzinfo=UTC)


class CrashError(BaseException):
    """The process is killed here."""


@dataclass
class Extrinsic:
    """A signed extrinsic, wherever it is now."""

    payload: bytes
    dies_at: int
    answers: StoredCommitment | None
    block: int | None = None


@dataclass
class FakeChain:
    """Blocks by number, of the present fork; `outcome` says what publish does."""

    number: int = 1000
    final: int = 997
    fork: int = 0
    genesis: str = "0xgenesis"
    stored: StoredCommitment | None = None
    """Before any of the extrinsics."""
    extrinsics: list[Extrinsic] = field(default_factory=list)
    hashes: dict[int, str] = field(default_factory=dict)
    outcome: str = "final"
    lag: int | None = 0
    unsafe: UnsafeExtrinsicError | None = None
    """What a rehearsal finds, and publishing as well."""
    tempo_value: int = 360
    fail: Callable[[str], None] = lambda name: None
    """Called at each step with its name; may raise."""
    head_callbacks: list[Callable[[BlockRef], None]] = field(default_factory=list)
    snapshots: list[tuple[int, str]] = field(default_factory=list)
    market: Snapshot | None = None
    """What every window is an auction of; None: of nothing."""
    calls: list[str] = field(default_factory=list)

    @property
    def endpoints(self) -> tuple[EndpointState, ...]:
        """One endpoint, in use."""
        return (
            EndpointState(
                url="ws://x", in_use=True, height=self.number, lag=self.lag, error=None
            ),
        )

    def hash_of(self, number: int) -> str:
        """Return the hash that a block has on the present fork."""
        if number == 0:
            return self.genesis
        return self.hashes.setdefault(number, f"0x{number:x}f{self.fork}")

    def mine(self, blocks: int = 1, *, finality: int = 3, notify: bool = True) -> None:
        """Append blocks; each takes what waits and may still live."""
        for _ in range(blocks):
            self.number += 1
            self.hash_of(self.number)
            for extrinsic in self.extrinsics:
                if extrinsic.block is None and extrinsic.dies_at > self.number:
                    extrinsic.block = self.number
            self.final = max(self.final, self.number - finality)
            if notify:
                for callback in list(self.head_callbacks):
                    callback(self.ref(self.number))

    def mine_empty(self, blocks: int = 1) -> None:
        """Append blocks that take nothing of what waits."""
        waiting = [one for one in self.extrinsics if one.block is None]
        for one in waiting:
            self.extrinsics.remove(one)
        self.mine(blocks)
        self.extrinsics += waiting

    def reorganise(self, depth: int) -> None:
        """Replace the last blocks that are not final by others that are empty."""
        self.fork += 1
        first = max(self.final, self.number - depth) + 1
        for number in range(first, self.number + 1):
            self.hashes.pop(number, None)
            self.hash_of(number)
        for extrinsic in self.extrinsics:
            if extrinsic.block is not None and extrinsic.block >= first:
                extrinsic.block = None

    def state(self, number: int) -> StoredCommitment | None:
        """Return what is stored at a block."""
        state = self.stored
        for one in sorted(self.extrinsics, key=lambda one: one.block or 0):
            if one.block is not None and one.block <= number:
                state = StoredCommitment(
                    hotkey=HOTKEY, block=one.block, raw=one.payload
                )
        return state

    def ref(self, number: int) -> BlockRef:
        """Return a block."""
        return BlockRef(number=number, hash=self.hash_of(number))

    async def head(self) -> BlockRef:
        """Return the best block."""
        self._step("head")
        return self.ref(self.number)

    async def finalised(self) -> BlockRef:
        """Return the last final block."""
        self._step("finalised")
        return self.ref(self.final)

    async def block_hash(self, number: int) -> str | None:
        """Return the hash of a block there is."""
        self._step("block_hash")
        return None if number > self.number else self.hash_of(number)

    async def tempo(self, block_hash: str) -> int:
        """Return the tempo."""
        self._step("tempo")
        return self.tempo_value

    async def commitment(
        self, hotkey: str, *, block_hash: str | None = None
    ) -> StoredCommitment | None:
        """Return the state of a block by its hash."""
        self._step("commitment")
        assert hotkey == HOTKEY
        numbers = {hash_: number for number, hash_ in self.hashes.items()}
        return self.state(self.number if block_hash is None else numbers[block_hash])

    async def snapshot(self, window: Window, block_hash: str) -> Snapshot:
        """Return an empty auction, or the market."""
        self._step("snapshot")
        self.snapshots.append((window.start, block_hash))
        if self.market is not None:
            return replace(self.market, window=window, block_hash=block_hash)
        return Snapshot(
            netuid=89,
            window=window,
            block_hash=block_hash,
            started_at=GENESIS + timedelta(seconds=12 * window.start),
            commitments=(),
            neurons=(),
            mechanism_split=(0, 65535),
        )

    async def publish(self, payload: bytes, signer: HotkeySigner) -> BlockRef:
        """Take an extrinsic as the outcome says."""
        self._step("publish")
        extrinsic = Extrinsic(
            payload=payload,
            dies_at=self.number + ERA,
            answers=self.state(self.number),
        )
        if self.unsafe is not None:
            raise self.unsafe
        match self.outcome:
            case "refused":
                raise ExtrinsicRefusedError("refused")
            case "not sent":
                raise ChainUnavailableError("no endpoint")
            case "waiting":
                self.extrinsics.append(extrinsic)
                raise ExtrinsicUnconfirmedError("no answer")
            case "lost":
                self.extrinsics.append(replace(extrinsic, dies_at=0))
                raise ExtrinsicUnconfirmedError("no answer")
            case "crash":
                self.extrinsics.append(extrinsic)
                raise CrashError
        self.extrinsics.append(extrinsic)
        self.mine()
        assert extrinsic.block is not None
        if self.outcome == "unconfirmed":
            raise ExtrinsicUnconfirmedError("the answer was lost")
        self.mine(4)
        try:
            self._step("published")
        except ChainUnavailableError as err:
            raise ExtrinsicUnconfirmedError("the answer was lost") from err
        return self.ref(extrinsic.block)

    async def rehearse(self, payload: bytes) -> None:
        """Find nothing wrong, or what `unsafe` is."""
        if self.unsafe is not None:
            raise self.unsafe

    def subscribe_heads(
        self, callback: Callable[[BlockRef], None]
    ) -> Callable[[], None]:
        """Call back with each block that is mined."""
        self.head_callbacks.append(callback)
        return lambda: self.head_callbacks.remove(callback)

    def _step(self, name: str) -> None:
        self.calls.append(name)
        self.fail(name)
