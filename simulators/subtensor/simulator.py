"""A chain with its nodes, as the farm and tests start them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from simulators.clock import Clock, SystemClock
from simulators.commands import command
from simulators.device import Devices

from . import epochs, storage, strangers
from .accounts import ALICE, account_of, named, ss58
from .chain import SPLIT, Chain
from .market import Market
from .node import SubtensorNode
from .pool import NOT_ALLOWED
from .runtime import upgraded
from .storage import data_field

BLOCK_TIME = 12.0
_MINERS_SHARE = 0.41
"""Of each block's alpha."""
_BLOCKS_PER_DAY = 7200


class ChainDevice:
    """What can be done to the chain itself; nodes only show it."""

    def __init__(self, chain: Chain, block_time: float | None) -> None:
        """Make a block every so many seconds of the clock; None: on command only."""
        self._chain = chain
        self._block_time = block_time

    async def start(self) -> None:
        """Let time pass."""
        if self._block_time is not None:
            self._chain.run(self._block_time)

    async def stop(self) -> None:
        """Stop the blocks."""
        self._chain.halt()

    def describe(self) -> dict[str, Any]:
        """Return head, finality, extrinsics, members and faults."""
        chain = self._chain
        return {
            **chain.describe(),
            "members": {
                neuron.uid: ss58(neuron.hotkey) for neuron in chain.head.state.neurons
            },
            "holding_extrinsics": chain.pool.holding,
            "failing_extrinsics": chain.pool.failing is not None,
        }

    @command
    def produce(self, blocks: int = 1) -> None:
        """Make blocks now."""
        self._chain.produce(blocks)

    @command
    def reorganise(self, depth: int = 1) -> None:
        """Replace the last blocks by another branch, one block longer."""
        self._chain.reorganise(depth)

    @command
    def halt(self) -> None:
        """Make no more blocks by the clock."""
        self._chain.halt()

    @command
    def commit(self, hotkey: str, text: str) -> None:
        """Let an address' commitment hold that text from the next block on."""
        self._chain.commit(account_of(hotkey), data_field(text.encode()))

    @command
    def forget_split(self) -> None:
        """Let the subnet's split between mechanisms be gone from the next block on."""
        key = storage.split_key(self._chain.netuid)
        self._chain.change(lambda draft: draft.storage.pop(key, None))

    @command
    def deregister(self, uid: int) -> None:
        """Let another member take a uid from the next block on."""
        members = self._chain.head.state.neurons
        if not 0 <= uid < len(members):
            raise ValueError(f"uid must be from 0 to {len(members) - 1}, not {uid}")
        stranger = named(f"newcomer {uid} of {self._chain.head.hex}")
        newcomer = replace(members[uid], hotkey=stranger, validator=False)
        self._chain.change(lambda draft: draft.register(newcomer))

    @command
    def ban(self, uid: int) -> None:
        """Let all validators vote against a uid from the next block on."""
        if not 0 <= uid < 256:
            raise ValueError(f"uid must be from 0 to 255, not {uid}")
        self._chain.market.bans |= 1 << uid
        self._vote()

    @command
    def set_budget(self, ph: float) -> None:
        """Let all validators agree on prices that buy so many PH/s from the next block on."""
        if not 0 < ph <= 1000:
            raise ValueError(f"ph must be above 0 and at most 1000, not {ph}")
        daily = SPLIT[1] / sum(SPLIT) * _MINERS_SHARE * _BLOCKS_PER_DAY
        self._chain.market.budget = ph, daily
        self._vote()

    def _vote(self) -> None:
        market, chain = self._chain.market, self._chain
        for neuron in market.neurons:
            if neuron.validator:
                vote = market.vote(neuron.uid, chain.head.number + 1)
                chain.commit(neuron.hotkey, vote)

    @command
    def surprise(self, kind: str) -> None:
        """Let a stranger commit something odd, by its name; `all`: one of each."""
        kinds = strangers.KINDS if kind == "all" else (kind,)
        for one in kinds:
            if one not in strangers.KINDS:
                known = ", ".join(strangers.KINDS)
                raise ValueError(f"no {one!r}; there are: {known}")
            self._chain.commit(strangers.account(one), *strangers.KINDS[one])

    @command
    def set_tempo(self, blocks: int) -> None:
        """Let the subnet's owner set its tempo, from the next block on."""
        if not 1 <= blocks <= 0xFFFF:
            raise ValueError(f"blocks must be from 1 to 65535, not {blocks}")
        key = storage.tempo_key(self._chain.netuid)
        tempo = blocks.to_bytes(2, "little")
        self._chain.change(lambda draft: draft.storage.update({key: tempo}))

    @command
    def start_epoch(self, blocks: int = 1) -> None:
        """Let the subnet's owner start an epoch, so many blocks after the next one."""
        if not 0 <= blocks <= 0xFFFF:
            raise ValueError(f"blocks must be from 0 to 65535, not {blocks}")
        netuid = self._chain.netuid
        self._chain.change(lambda draft: epochs.ask(draft, netuid, blocks))

    @command
    def upgrade(self, *, renumbered: bool = False) -> None:
        """Run the next version, in which pallets keep their numbers or do not."""
        self._chain.runtime = upgraded(self._chain.runtime, renumbered=renumbered)

    @command
    def fail_reveal(self) -> None:
        """Run a version that knows timelocks which cannot be revealed; commit one."""
        self._chain.runtime = upgraded(
            self._chain.runtime, renumbered=False, reveals_fail=True
        )
        self._chain.commit(strangers.account("timelock"), strangers.REVEAL_FAILED)

    @command
    def hold_extrinsics(self) -> None:
        """Take extrinsics, but put none into a block."""
        self._chain.pool.holding = True

    @command
    def fail_extrinsics(self) -> None:
        """Let every extrinsic fail in its block: AccountNotAllowedCommit."""
        self._chain.pool.failing = NOT_ALLOWED

    @command
    def restore(self) -> None:
        """Treat extrinsics as usual, and let time pass again."""
        self._chain.pool.holding = False
        self._chain.pool.failing = None
        self._chain.halt()
        if self._block_time is not None:
            self._chain.run(self._block_time)


class SubtensorSimulator(Devices):
    """A subnet with validators and miners on a chain, and the nodes that serve it."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        clock: Clock | None = None,
        seed: int = 1,
        nodes: int = 1,
        validators: int = 5,
        bidders: int = 12,
        idle: int = 6,
        own: Iterable[bytes] = (ALICE.account,),
        block_time: float | None = BLOCK_TIME,
        metadata: bytes | None = None,
        **chain: Any,
    ) -> None:
        """Serve one chain by so many nodes; the first takes `port`, others those after.

        What else is given goes to the chain. Blocks come every `block_time` seconds
        of the clock; None: by `produce` alone.
        """
        clock = clock or SystemClock()
        self.market = Market(
            seed=seed, validators=validators, bidders=bidders, idle=idle, own=tuple(own)
        )
        self.chain = Chain(self.market, clock, **chain)
        self.control = ChainDevice(self.chain, block_time)
        self.nodes = tuple(
            SubtensorNode(
                self.chain, clock, host, port and port + number, metadata=metadata
            )
            for number in range(nodes)
        )
        nodes_by_name = {
            f"node-{number}": node for number, node in enumerate(self.nodes, 1)
        }
        super().__init__(
            {"chains": {"subtensor": self.control}, "nodes": nodes_by_name}
        )

    @property
    def node(self) -> SubtensorNode:
        """The first node."""
        return self.nodes[0]

    @property
    def urls(self) -> tuple[str, ...]:
        """Where the nodes are reached."""
        return tuple(node.url for node in self.nodes)

    async def produce(self, blocks: int = 1) -> None:
        """Make blocks and wait until every subscriber was sent them."""
        self.chain.produce(blocks)
        await self.settle()

    async def reorganise(self, depth: int = 1) -> None:
        """Replace the last blocks and wait until every subscriber was sent them."""
        self.chain.reorganise(depth)
        await self.settle()

    async def settle(self) -> None:
        """Wait until nodes sent all that they are to send."""
        for node in self.nodes:
            await node.settle()
