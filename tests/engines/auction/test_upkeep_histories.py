"""Histories of upkeep: whatever fails or is killed, one extrinsic for each cause."""

import asyncio
from collections import Counter
from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any, override

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from custom_components.mining_farm.engines.auction.errors import (
    ChainUnavailableError,
    JournalError,
)
from custom_components.mining_farm.engines.auction.models import FP
from custom_components.mining_farm.engines.auction.offer.offer import Offer
from custom_components.mining_farm.engines.auction.offer.worker_split import worker_set
from custom_components.mining_farm.engines.auction.publish.arming import Arming
from custom_components.mining_farm.engines.auction.publish.hotkey import HotkeySigner
from custom_components.mining_farm.engines.auction.publish.report import (
    Outcome,
    UpkeepReport,
)
from custom_components.mining_farm.engines.auction.publish.upkeep import (
    CommitmentUpkeep,
)

from .fake_chain import HOTKEY, CrashError, FakeChain

OFFERS = [Offer.of(worker_set("1", {"0.1": count})) for count in (1, 2)]
ARMED = Arming(price_ceiling_fp18=FP, worker_ceiling=10)
STEPS = 16
"""More awaits than any check has."""


def armed() -> Arming | None:
    """Allow what the tests publish."""
    return ARMED


class Trap:
    """Lets the n-th await fail, or kills the process there."""

    def __init__(self) -> None:
        self.countdown: int | None = None
        self.kills = False
        self.sprung: str | None = None

    def step(self, name: str) -> None:
        """Count an await."""
        if self.countdown is None:
            return
        self.countdown -= 1
        if self.countdown < 0:
            self.countdown = None
            self.sprung = name
            if self.kills:
                raise CrashError
            if name.startswith("journal"):
                raise JournalError(name)
            raise ChainUnavailableError(name)


class Journal:
    """A disk; before and after each write the power may fail."""

    def __init__(self, trap: Trap) -> None:
        self.trap = trap
        self.record: str | None = None

    async def load(self) -> Mapping[str, Any] | None:
        """Return what is on the disk."""
        self.trap.step("journal load")
        return None if self.record is None else json.loads(self.record)

    async def save(self, record: Mapping[str, Any]) -> None:
        """Write to the disk."""
        self.trap.step("journal before")
        self.record = json.dumps(record)
        self.trap.step("journal after")


class Histories(RuleBasedStateMachine):
    """A wallet's life, with a chain and a machine that fail at any step."""

    def __init__(self) -> None:
        super().__init__()
        self.trap = Trap()
        self.chain = FakeChain(fail=self.step)
        self.journal = Journal(self.trap)
        self.wanted = OFFERS[0]
        self.loop = asyncio.new_event_loop()
        self.start()

    def step(self, name: str) -> None:
        """Check what holds whenever something is sent, then go on or fail."""
        if name == "publish":
            assert self.trap.sprung is None, "sent after a failed read"
            for one in self.chain.extrinsics:
                if one.block is None:
                    assert one.dies_at <= self.chain.number, "it may still get in"
                else:
                    assert one.block <= self.chain.final, "it may still be undone"
        self.trap.step(name)

    def start(self) -> None:
        """Start with nothing but the journal."""
        self.upkeep = CommitmentUpkeep(
            self.chain,
            self.journal,
            netuid=89,
            hotkey=HOTKEY,
            signer=HotkeySigner(Path("unread"), HOTKEY),
        )

    def check(self, *, forced: bool = False) -> UpkeepReport | None:
        """Check once; None where it was killed."""
        self.trap.sprung = None
        try:
            if forced:
                return self.loop.run_until_complete(
                    self.upkeep.publish_now(self.wanted, armed)
                )
            return self.loop.run_until_complete(self.upkeep.run(self.wanted, armed))
        except CrashError:
            self.start()
            return None

    @rule(
        outcome=st.sampled_from(
            ["final", "unconfirmed", "waiting", "lost", "refused", "not sent", "crash"]
        )
    )
    def look_once(self, outcome: str) -> None:
        """Check while nothing but the publication may go wrong."""
        self.chain.outcome = outcome
        self.trap.countdown = None
        self.check()

    @rule(
        after=st.integers(0, STEPS),
        kills=st.booleans(),
        outcome=st.sampled_from(["final", "unconfirmed", "waiting"]),
    )
    def look_and_fail(self, after: int, kills: bool, outcome: str) -> None:
        """Check while something fails at one of the steps."""
        self.chain.outcome = outcome
        self.trap.countdown, self.trap.kills = after, kills
        report = self.check()
        self.trap.countdown = None
        if report is not None and self.trap.sprung is not None:
            assert report.outcome is not Outcome.NOTHING

    @rule()
    def press(self) -> None:
        """Publish by hand."""
        self.chain.outcome = "final"
        self.trap.countdown = None
        self.check(forced=True)

    @rule(offer=st.sampled_from(OFFERS))
    def want(self, offer: Offer) -> None:
        """Want something else."""
        self.wanted = offer

    @rule(blocks=st.sampled_from([1, 3, 12, 25, 60, 360]))
    def mine(self, blocks: int) -> None:
        """Let time pass."""
        self.chain.mine(blocks)

    @rule(blocks=st.sampled_from([1, 3, 12, 25]))
    def mine_empty(self, blocks: int) -> None:
        """Let time pass while the chain is full."""
        self.chain.mine_empty(blocks)

    @rule(depth=st.integers(1, 3))
    def reorganise(self, depth: int) -> None:
        """Let the chain change its mind about the last blocks."""
        self.chain.reorganise(depth)

    @rule()
    def restart(self) -> None:
        """Start Home Assistant again."""
        self.start()

    @invariant()
    def once_for_each_cause(self) -> None:
        """No two extrinsics in blocks say the same about the same state."""
        causes = Counter(
            (one.payload, one.answers)
            for one in self.chain.extrinsics
            if one.block is not None
        )
        assert all(count == 1 for count in causes.values())

    @override
    def teardown(self) -> None:
        """With everything well again, the chain soon holds what is wanted."""
        self.trap.countdown = None
        self.chain.outcome = "final"
        for _ in range(8):
            self.check()
            self.chain.mine(25)
        state = self.chain.state(self.chain.final)
        assert state is not None
        assert state.raw == self.wanted.payload
        self.loop.close()


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=150, stateful_step_count=25, deadline=None
)
