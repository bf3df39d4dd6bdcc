"""The simulated chain: blocks, finality, reorganisations and the state of each block."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import sr25519  # type: ignore[import-untyped]

from simulators.clock import Clock, Timer

from . import epochs, storage
from .blocks import MILLISECONDS, Block, Change, Draft, State, seal
from .extrinsics import Extrinsic
from .market import Market
from .pool import Counts, Pool
from .runtime import TRANSACTION_VERSION, Runtime
from .scale import uint
from .transactions import Pending

NETUID = 89
TEMPO = 360
SPLIT = (39_321, 26_214)
START_BLOCK = 7_500_040
"""Five blocks before the second window of an epoch of subnet 89."""


class Chain:
    """One chain that any number of nodes may serve; blocks are made by hand or a clock."""

    def __init__(
        self,
        market: Market,
        clock: Clock,
        *,
        netuid: int = NETUID,
        tempo: int = TEMPO,
        split: tuple[int, ...] | None = SPLIT,
        start_block: int = START_BLOCK,
        history: int = 70,
        finality_lag: int = 2,
        kept_states: int = 256,
    ) -> None:
        """Begin with `start_block` as head and so many blocks before it."""
        self.market = market
        self.netuid = netuid
        self.pool = Pool(netuid, self._is_signed)
        self.runtime = Runtime()
        """What it runs now, of all blocks."""
        self.listeners: set[Callable[[], None]] = set()
        """Called after every change of head or finality."""
        self._clock = clock
        self._finality_lag = finality_lag
        self._kept_states = kept_states
        self._blocks: dict[bytes, Block] = {}
        self._canonical: list[Block] = []
        self._changes: list[Change] = []
        self._branch = 0
        self._timer: Timer | None = None
        self._first = start_block - history
        self._genesis = storage.blake2_256(b"simulated subtensor")
        self._begin(tempo, split, history)
        self._finalised = self.head.number - finality_lag

    @property
    def head(self) -> Block:
        """The best block."""
        return self._canonical[-1]

    @property
    def finalised(self) -> Block:
        """The last block that no reorganisation can undo."""
        return self._canonical[self._finalised - self._first]

    @property
    def counts(self) -> Counts:
        """What became of the extrinsics that were sent."""
        return self.pool.counts

    @property
    def first(self) -> int:
        """The lowest block that was simulated."""
        return self._first

    @property
    def genesis(self) -> bytes:
        """The hash of block 0."""
        return self._genesis

    def block(self, block_hash: bytes) -> Block | None:
        """Return a block of any branch."""
        return self._blocks.get(block_hash)

    def is_discarded(self, block: Block) -> bool:
        """Return whether a block is so old that its state is gone."""
        return block.number <= self.head.number - self._kept_states

    def at(self, number: int) -> Block | None:
        """Return the block of the best branch, among those that were simulated."""
        index = number - self._first
        return self._canonical[index] if 0 <= index < len(self._canonical) else None

    def hash_at(self, number: int) -> bytes | None:
        """Return the hash of any height there is; those of long ago are only names."""
        if number == 0:
            return self._genesis
        if 0 < number < self._first:
            return storage.blake2_256(b"long ago" + uint(number, 4))
        block = self.at(number)
        return None if block is None else block.hash

    def change(self, change: Change) -> None:
        """Let something happen in the next block."""
        self._changes.append(change)

    def commit(self, hotkey: bytes, *fields: bytes) -> None:
        """Let a hotkey's commitment hold these fields from the next block on."""
        self.change(lambda draft: draft.commit(self.netuid, hotkey, *fields))

    def produce(self, blocks: int = 1) -> None:
        """Make blocks now.

        Raises:
            ValueError: That is no positive number.
        """
        if blocks < 1:
            raise ValueError(f"blocks must be 1 or more, not {blocks}")
        for _ in range(blocks):
            changes, self._changes = tuple(self._changes), []
            self._extend(changes)
            self._finalise()
            self._announce()

    def reorganise(self, depth: int) -> None:
        """Replace the last blocks by others of another branch, one longer.

        Raises:
            ValueError: That would undo a finalised block.
        """
        if not 1 <= depth <= self.head.number - self._finalised:
            raise ValueError(
                f"a reorganisation of {depth} blocks undoes finalised ones"
            )
        self._branch += 1
        undone = self._canonical[-depth:]
        del self._canonical[-depth:]
        for block in undone:
            for pending in block.included:
                pending.publish({"retracted": block.hex})
        self.pool.put_back([one for block in undone for one in block.included])
        for block in undone:
            self._extend(block.changes)
        self.produce()

    def run(self, block_time: float) -> None:
        """Make a block every so many seconds of the clock from now on."""
        due = self._clock.now()

        def schedule() -> None:
            nonlocal due
            due += block_time
            self._timer = self._clock.call_later(due - self._clock.now(), make)

        def make() -> None:
            schedule()
            self.produce()

        schedule()

    def halt(self) -> None:
        """Make no more blocks by the clock."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def nonce(self, account: bytes, block: Block | None = None) -> int:
        """Return an account's nonce after a block; of the head with the pool's."""
        state = (block or self.head).state.storage
        nonce = storage.nonce_of(state.get(storage.account_key(account)))
        return nonce if block is not None else self.pool.free_nonce(account, nonce)

    def submit(self, raw: bytes) -> Pending:
        """Take an extrinsic into the pool.

        Raises:
            RefusedError: It is not taken.
        """
        head = self.head
        return self.pool.submit(
            raw, head.number + 1, lambda account: self.nonce(account, head)
        )

    def describe(self) -> dict[str, Any]:
        """Return head, finality and what became of extrinsics."""
        return {
            "netuid": self.netuid,
            "head": {"number": self.head.number, "hash": self.head.hex},
            "finalised": {"number": self._finalised, "hash": self.finalised.hex},
            "pool": len(self.pool),
            "extrinsics": asdict(self.counts),
        }

    def _begin(self, tempo: int, split: tuple[int, ...] | None, history: int) -> None:
        draft = Draft(self._first, {}, list(self.market.neurons))
        for neuron in self.market.neurons:
            draft.storage[storage.account_key(neuron.hotkey)] = storage.account_info(0)
        draft.storage[storage.tempo_key(self.netuid)] = uint(tempo, 2)
        epochs.begin(draft, self.netuid, tempo)
        if split is not None:
            draft.storage[storage.split_key(self.netuid)] = storage.split(split)
        for hotkey, block, data in self.market.before(self._first):
            key = storage.commitment_key(self.netuid, hotkey)
            draft.storage[key] = storage.registration(block, data)
        draft.succeed(0, mandatory=True)
        milliseconds = round(self._clock.now() * 1000) - history * MILLISECONDS
        self._append(seal(draft, None, milliseconds, salt=b""))
        for _ in range(history):
            self._extend(())

    def _extend(self, changes: tuple[Change, ...]) -> None:
        """Put one block on top of the best branch."""
        parent = self.head
        number = parent.number + 1
        draft = Draft(number, dict(parent.state.storage), list(parent.state.neurons))
        draft.succeed(0, mandatory=True)
        epochs.advance(draft, self.netuid)
        for hotkey, data in self.market.changes(number):
            draft.commit(self.netuid, hotkey, data)
        for change in changes:
            change(draft)
        included = self.pool.include(draft)
        block = seal(
            draft,
            parent,
            parent.milliseconds + MILLISECONDS,
            salt=uint(self._branch, 4),
            changes=changes,
            included=included,
        )
        self._append(block)
        for pending in included:
            pending.publish({"inBlock": block.hex})

    def _append(self, block: Block) -> None:
        self._blocks[block.hash] = block
        self._canonical.append(block)
        old = self.at(block.number - self._kept_states)
        if old is not None:
            bare = replace(old, state=State({}, ()))
            self._blocks[old.hash] = self._canonical[old.number - self._first] = bare

    def _finalise(self) -> None:
        final = max(self._finalised, self.head.number - self._finality_lag)
        for number in range(self._finalised + 1, final + 1):
            block = self._canonical[number - self._first]
            for pending in block.included:
                pending.publish({"finalized": block.hex})
        self._finalised = final

    def _announce(self) -> None:
        for listener in tuple(self.listeners):
            listener()

    def _is_signed(self, extrinsic: Extrinsic, current: int) -> bool:
        """Verify a signature; an era that is over is another payload, so a bad one."""
        birth = self.hash_at(extrinsic.birth(current))
        if birth is None:
            return False
        payload = extrinsic.payload(
            spec_version=self.runtime.spec_version,
            version=TRANSACTION_VERSION,
            genesis=self._genesis,
            birth=birth,
        )
        verified: bool = sr25519.verify(extrinsic.signature, payload, extrinsic.account)
        return verified
