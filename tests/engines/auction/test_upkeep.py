"""The own commitment: published when due, and never twice for one cause."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.mining_farm.engines.auction.documents import describe_report
from custom_components.mining_farm.engines.auction.errors import (
    ChainUnavailableError,
    JournalError,
    SigningPart,
    UnsafeExtrinsicError,
    WalletError,
)
from custom_components.mining_farm.engines.auction.models import FP, StoredCommitment
from custom_components.mining_farm.engines.auction.offer.offer import Offer
from custom_components.mining_farm.engines.auction.offer.worker_split import worker_set
from custom_components.mining_farm.engines.auction.offer.workers_file import (
    parse_settings,
)
from custom_components.mining_farm.engines.auction.publish.arming import (
    Arming,
    rehearse,
)
from custom_components.mining_farm.engines.auction.publish.decision import (
    Nothing,
    Publish,
    PublishReason,
    Standing,
    Unknown,
    decide_upkeep,
    judge_standing,
)
from custom_components.mining_farm.engines.auction.publish.hotkey import HotkeySigner
from custom_components.mining_farm.engines.auction.publish.memory import (
    Refusal,
    UpkeepMemory,
)
from custom_components.mining_farm.engines.auction.publish.report import Outcome
from custom_components.mining_farm.engines.auction.publish.upkeep import (
    CommitmentUpkeep,
)
from tests.reference import twin, vectors

from .fake_chain import HOTKEY, CrashError, FakeChain

FIVE = Offer.of(worker_set("1", {"0.1": 5}))
SIX = Offer.of(worker_set("1", {"0.1": 6}))
ARMED = Arming(price_ceiling_fp18=FP, worker_ceiling=10)


def armed() -> Arming | None:
    """Allow what the tests publish."""
    return ARMED


@dataclass
class MemoryJournal:
    """A disk that survives what is done to the process."""

    record: str | None = None
    fails: bool = False
    saved: list[Mapping[str, Any]] = field(default_factory=list)

    def record_of(self, key: str) -> Any:
        """Return a value of the record."""
        assert self.record is not None
        return json.loads(self.record)[key]

    async def load(self) -> Mapping[str, Any] | None:
        """Return what was saved, through JSON."""
        if self.fails:
            raise JournalError("the disk fails")
        return None if self.record is None else json.loads(self.record)

    async def save(self, record: Mapping[str, Any]) -> None:
        """Keep it as JSON."""
        if self.fails:
            raise JournalError("the disk fails")
        self.record = json.dumps(record)


def _upkeep(
    chain: FakeChain, journal: MemoryJournal, *, watching: bool = False
) -> CommitmentUpkeep:
    """Start again: what is not in the journal is forgotten."""
    signer = None if watching else HotkeySigner(Path("unread"), HOTKEY)
    return CommitmentUpkeep(chain, journal, netuid=89, hotkey=HOTKEY, signer=signer)


def _stored(offer: Offer, block: int | None) -> StoredCommitment:
    return StoredCommitment(hotkey=HOTKEY, block=block, raw=offer.payload)


@twin("test_when_it_is_due", "test_published_and_left_alone")
@pytest.mark.parametrize("case", vectors("auction", "commitment_upkeep.json"))
def test_reference_decision(case: Mapping[str, Any]) -> None:
    """What the reference publishes is published, and nothing else."""
    asked = case["input"]
    wanted = parse_settings(asked["config_toml"]).offer().payload
    stored = None
    if (raw := asked["onchain_hex"]) is not None:
        unknown = asked.get("storage_error") or asked.get("storage_missing")
        stored = StoredCommitment(
            hotkey=HOTKEY,
            block=None if unknown else asked["onchain_block"],
            raw=bytes.fromhex(raw),
        )
    decision = decide_upkeep(
        asked["head"], wanted, stored, UpkeepMemory(), force=asked["force"]
    )
    published = [wanted.decode()] if isinstance(decision, Publish) else []
    assert published == case["expected"]["published"]


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        (None, PublishReason.MISSING),
        (_stored(SIX, 999), PublishReason.CHANGED),
        (
            StoredCommitment(hotkey=HOTKEY, block=999, raw=None, problem="timelock"),
            PublishReason.CHANGED,
        ),
        (_stored(FIVE, 640), PublishReason.RENEWAL),
        (_stored(FIVE, 641), None),
        (_stored(FIVE, 2000), None),
        (_stored(FIVE, None), None),
    ],
)
def test_when_it_is_due(
    stored: StoredCommitment | None, reason: PublishReason | None
) -> None:
    """Missing, another text, 360 blocks of age; an unknown age is left alone."""
    decision = decide_upkeep(1000, FIVE.payload, stored, UpkeepMemory())
    if reason is None:
        assert isinstance(decision, Nothing)
    else:
        assert isinstance(decision, Publish)
        assert decision.reason is reason


def test_a_failed_read_decides_nothing() -> None:
    """Not even a forced publication."""
    unread = Unknown("no answer")
    decision = decide_upkeep(1000, FIVE.payload, unread, UpkeepMemory(), force=True)
    assert decision == unread


@pytest.mark.parametrize(
    ("stored", "standing"),
    [
        (Unknown("no answer"), Standing.UNKNOWN),
        (None, Standing.MISSING),
        (_stored(SIX, 999), Standing.CHANGED),
        (_stored(FIVE, 251), Standing.IN_FORCE),
        (_stored(FIVE, 250), Standing.STALE),
        (_stored(FIVE, None), Standing.IN_FORCE),
    ],
)
def test_standing(
    stored: StoredCommitment | Unknown | None, standing: Standing
) -> None:
    """How the commitment stands for a user; validators drop it at 750 blocks."""
    assert judge_standing(1000, FIVE.payload, stored) is standing


async def test_published_and_left_alone() -> None:
    """A missing commitment is published once, then renewed after 360 blocks."""
    chain, journal = FakeChain(), MemoryJournal()
    upkeep = _upkeep(chain, journal)
    report = await upkeep.run(FIVE, armed)
    assert (report.outcome, report.standing) == (Outcome.PUBLISHED, Standing.MISSING)
    assert report.published_in is not None
    block = report.published_in.number
    assert (await upkeep.run(FIVE, armed)).standing is Standing.IN_FORCE
    chain.mine(block + 359 - chain.number)
    assert (await upkeep.run(FIVE, armed)).outcome is Outcome.NOTHING
    chain.mine()
    assert (await upkeep.run(FIVE, armed)).outcome is Outcome.PUBLISHED
    assert (await upkeep.run(SIX, armed)).outcome is Outcome.PUBLISHED
    assert [one.payload for one in chain.extrinsics] == [
        FIVE.payload,
        FIVE.payload,
        SIX.payload,
    ]


@pytest.mark.parametrize("step", ["head", "commitment", "block_hash"])
async def test_a_read_that_fails_publishes_nothing(step: str) -> None:
    """Unknown is reported, and the next check is as good as the first."""
    chain, journal = FakeChain(), MemoryJournal()

    def fail(name: str) -> None:
        if name == step:
            raise ChainUnavailableError("no endpoint answers")

    chain.fail = fail
    upkeep = _upkeep(chain, journal)
    report = await upkeep.run(FIVE, armed)
    assert (report.outcome, report.standing) == (Outcome.UNKNOWN, Standing.UNKNOWN)
    assert report.why == "no endpoint answers"
    assert not chain.extrinsics
    chain.fail = lambda name: None
    assert (await upkeep.run(FIVE, armed)).outcome is Outcome.PUBLISHED


async def test_nothing_is_sent_without_leave() -> None:
    """Rehearsing, above a ceiling, without a key: reported with the reason, nothing sent."""
    chain, journal = FakeChain(), MemoryJournal()
    upkeep = _upkeep(chain, journal)
    assert (await upkeep.run(FIVE, rehearse)).outcome is Outcome.REHEARSED
    price = await upkeep.run(
        FIVE, lambda: Arming(price_ceiling_fp18=FP - 1, worker_ceiling=5)
    )
    assert (price.outcome, "price 1 is above" in price.why) == (Outcome.REFUSED, True)
    workers = await upkeep.run(
        FIVE, lambda: Arming(price_ceiling_fp18=FP, worker_ceiling=4)
    )
    assert workers.why == "5 workers are above the ceiling of 4"
    watching = await _upkeep(chain, journal, watching=True).run(FIVE, armed)
    assert watching.outcome is Outcome.REFUSED
    assert (await upkeep.run(None, armed)).standing is Standing.MISSING
    assert "publish" not in chain.calls
    assert journal.record is None


async def test_a_lagging_endpoint_is_not_written_to() -> None:
    """Six blocks behind is too far; five are not."""
    chain, journal = FakeChain(lag=6), MemoryJournal()
    upkeep = _upkeep(chain, journal)
    assert (await upkeep.run(FIVE, armed)).outcome is Outcome.HELD
    assert not chain.extrinsics
    chain.lag = 5
    assert (await upkeep.run(FIVE, armed)).outcome is Outcome.PUBLISHED


async def test_without_a_journal_nothing_is_sent() -> None:
    """A disk that fails, or one that holds something else."""
    chain, journal = FakeChain(), MemoryJournal(fails=True)
    assert (await _upkeep(chain, journal).run(FIVE, armed)).outcome is Outcome.UNKNOWN
    journal = MemoryJournal(record='{"scope": 5}')
    report = await _upkeep(chain, journal).run(FIVE, armed)
    assert (report.outcome, "damaged" in report.why) == (Outcome.UNKNOWN, True)
    journal = MemoryJournal()
    upkeep = _upkeep(chain, journal)
    await upkeep.run(FIVE, rehearse)
    journal.fails = True
    assert (await upkeep.run(FIVE, armed)).outcome is Outcome.HELD
    assert not chain.extrinsics


async def test_the_intent_is_on_the_disk_before_it_is_sent() -> None:
    """At the moment of sending, the journal holds what is being sent."""
    chain, journal = FakeChain(), MemoryJournal()
    seen: list[Any] = []

    def keep(name: str) -> None:
        if name == "publish":
            seen.append(json.loads(journal.record or "{}"))

    chain.fail = keep
    await _upkeep(chain, journal).run(FIVE, armed)
    assert bytes.fromhex(seen[0]["intent"]["payload"]) == FIVE.payload
    assert json.loads(journal.record or "{}")["intent"] is None


@pytest.mark.parametrize("outcome", ["waiting", "crash"])
@pytest.mark.parametrize("mined_after", [0, 1, 10])
async def test_what_may_still_get_in_is_waited_for(
    outcome: str, mined_after: int
) -> None:
    """After an unconfirmed extrinsic or a crash nothing follows until all is known."""
    chain, journal = FakeChain(outcome=outcome), MemoryJournal()
    upkeep = _upkeep(chain, journal)
    if outcome == "crash":
        with pytest.raises(CrashError):
            await upkeep.run(FIVE, armed)
    else:
        assert (await upkeep.run(FIVE, armed)).outcome is Outcome.UNCONFIRMED
    chain.outcome = "final"
    for _ in range(mined_after):
        chain.mine_empty()
        report = await _upkeep(chain, journal).run(SIX, armed)
        assert (report.outcome, "may still" in report.why) == (Outcome.NOTHING, True)
        # 32 blocks after the first check that found it, and shown as such.
        assert report.held_until is not None
        assert chain.number < report.held_until <= chain.number + 32
        assert f"until block {report.held_until} is final" in report.why
        assert describe_report(report)["held_until_block"] == report.held_until
    chain.mine()
    assert len(chain.extrinsics) == 1
    report = await _upkeep(chain, journal).run(FIVE, armed)
    assert report.outcome is Outcome.NOTHING
    chain.mine(4)
    report = await _upkeep(chain, journal).run(FIVE, armed)
    assert (report.outcome, report.why) == (Outcome.NOTHING, "the chain holds it")
    assert len(chain.extrinsics) == 1


async def test_what_died_is_sent_again() -> None:
    """Once no block can hold it any more, and none does, the cause is answered."""
    chain, journal = FakeChain(outcome="lost"), MemoryJournal()
    await _upkeep(chain, journal).run(FIVE, armed)
    chain.outcome = "final"
    checks = 0
    while len(chain.extrinsics) == 1:
        chain.mine(5)
        await _upkeep(chain, journal).run(FIVE, armed)
        checks += 1
        assert checks < 20
    assert chain.state(chain.number) is not None
    assert checks > 16 // 5


async def test_refusals_are_tried_again_later_and_later() -> None:
    """A check each 25 blocks: the first, then after 25, 50, 100 and 100 more."""
    chain, journal = FakeChain(outcome="refused"), MemoryJournal()
    tried = []
    for check in range(15):
        before = chain.calls.count("publish")
        report = await _upkeep(chain, journal).run(FIVE, armed)
        if chain.calls.count("publish") > before:
            tried.append(check)
            assert report.outcome is Outcome.REFUSED
        chain.mine(25)
    assert tried == [0, 1, 3, 7, 11]
    chain.outcome = "final"
    report = await _upkeep(chain, journal).publish_now(FIVE, armed)
    assert report.outcome is Outcome.PUBLISHED


async def test_a_wallet_that_fails_sends_nothing() -> None:
    """Signing comes before sending: the next check may try at once."""
    chain, journal = FakeChain(), MemoryJournal()

    def fail(name: str) -> None:
        if name == "publish":
            raise WalletError("the hotkey's file does not exist")

    chain.fail = fail
    report = await _upkeep(chain, journal).run(FIVE, armed)
    assert (report.outcome, report.why) == (
        Outcome.REFUSED,
        "the hotkey's file does not exist",
    )
    chain.fail = lambda name: None
    assert (await _upkeep(chain, journal).run(FIVE, armed)).outcome is Outcome.PUBLISHED


async def test_what_was_not_sent_holds_nothing_up() -> None:
    """An endpoint that turned out to lag sends nothing: the next check may."""
    chain, journal = FakeChain(outcome="not sent"), MemoryJournal()
    report = await _upkeep(chain, journal).run(FIVE, armed)
    assert (report.outcome, report.why) == (Outcome.HELD, "no endpoint")
    chain.outcome = "final"
    assert (await _upkeep(chain, journal).run(FIVE, armed)).outcome is Outcome.PUBLISHED


async def test_an_endpoint_that_has_not_seen_the_last_one_is_not_believed() -> None:
    """A node behind our own publication would have us publish again."""
    chain, journal = FakeChain(), MemoryJournal()
    await _upkeep(chain, journal).run(FIVE, armed)
    behind = FakeChain(number=1000)
    report = await _upkeep(behind, journal).run(FIVE, armed)
    assert report.outcome is Outcome.UNKNOWN
    assert not behind.extrinsics
    another = FakeChain(number=1000, genesis="0xother")
    assert (await _upkeep(another, journal).run(FIVE, armed)).outcome is (
        Outcome.PUBLISHED
    )


async def test_two_who_press_at_once_publish_once() -> None:
    """A second press joins the first; one 25 blocks later is another cause."""
    chain, journal = FakeChain(), MemoryJournal()
    upkeep = _upkeep(chain, journal)
    await upkeep.run(FIVE, armed)
    first, second = await asyncio.gather(
        upkeep.publish_now(FIVE, armed), upkeep.publish_now(FIVE, armed)
    )
    assert first is second
    assert first.why == PublishReason.FORCED
    assert len(chain.extrinsics) == 2
    forced_at = journal.record_of("forced_at")
    for start_again in (False, True):
        if start_again:
            upkeep = _upkeep(chain, journal)
        report = await upkeep.publish_now(FIVE, armed)
        assert report.outcome is Outcome.NOTHING
        assert report.why == (
            f"one was forced at block {forced_at}: again at block {forced_at + 25}"
        )
    assert len(chain.extrinsics) == 2
    chain.mine(forced_at + 24 - chain.number)
    await upkeep.publish_now(FIVE, armed)
    assert len(chain.extrinsics) == 2
    chain.mine()
    await upkeep.publish_now(FIVE, armed)
    assert len(chain.extrinsics) == 3


async def test_what_is_due_is_never_held_back_by_what_was_forced() -> None:
    """A changed bid is published right after a forced one."""
    chain, journal = FakeChain(), MemoryJournal()
    upkeep = _upkeep(chain, journal)
    await upkeep.run(FIVE, armed)
    await upkeep.publish_now(FIVE, armed)
    report = await upkeep.publish_now(SIX, armed)
    assert report.outcome is Outcome.PUBLISHED
    assert [each.payload for each in chain.extrinsics] == [
        FIVE.payload,
        FIVE.payload,
        SIX.payload,
    ]


def test_a_refused_one_is_forced_no_more_often() -> None:
    """Pressing does not get around the pause after a refusal more than once in it."""
    first = decide_upkeep(1000, FIVE.payload, None, UpkeepMemory())
    assert isinstance(first, Publish)
    refused = UpkeepMemory(
        refusal=Refusal(cause=first.cause, head=1000, times=3), forced_at=None
    )
    again = decide_upkeep(1001, FIVE.payload, None, refused, force=True)
    assert isinstance(again, Publish)
    assert again.forced
    assert again.reason is PublishReason.MISSING
    refused = replace(refused, forced_at=1001)
    assert isinstance(
        decide_upkeep(1025, FIVE.payload, None, refused, force=True), Nothing
    )
    assert isinstance(
        decide_upkeep(1026, FIVE.payload, None, refused, force=True), Publish
    )


async def test_who_disarms_meanwhile_is_heard() -> None:
    """A check that waits its turn asks once it has it."""
    chain, journal = FakeChain(), MemoryJournal()
    upkeep = _upkeep(chain, journal)
    allowed: list[Arming | None] = [ARMED]

    def disarm(name: str) -> None:
        if name == "publish":
            allowed[0] = None

    chain.fail = disarm
    first, second = await asyncio.gather(
        upkeep.run(FIVE, lambda: allowed[0]), upkeep.run(SIX, lambda: allowed[0])
    )
    assert (first.outcome, second.outcome) == (Outcome.PUBLISHED, Outcome.REHEARSED)
    assert len(chain.extrinsics) == 1


async def test_a_node_that_gets_no_signature_is_reported_before_anything_is_due() -> (
    None
):
    """What was to be sent is not, and is due again at once where the node is true."""
    chain, journal = FakeChain(), MemoryJournal()
    chain.unsafe = UnsafeExtrinsicError("numbers", SigningPart.CALL)
    upkeep = _upkeep(chain, journal)
    report = await upkeep.run(FIVE, rehearse)
    assert (report.outcome, report.unsafe) == (Outcome.REHEARSED, chain.unsafe)
    report = await upkeep.run(FIVE, armed)
    assert (report.outcome, report.unsafe) == (Outcome.REFUSED, chain.unsafe)
    assert not report.rehearsed
    assert journal.record_of("intent") is None
    chain.unsafe = None
    report = await upkeep.run(FIVE, armed)
    assert (report.outcome, report.unsafe) == (Outcome.PUBLISHED, None)
    assert report.rehearsed
    report = await upkeep.run(FIVE, armed)
    assert (report.outcome, report.rehearsed) == (Outcome.NOTHING, True)
    chain.unsafe = UnsafeExtrinsicError("numbers", SigningPart.CALL)
    report = await upkeep.run(FIVE, armed)
    assert (report.outcome, report.unsafe) == (Outcome.NOTHING, chain.unsafe)
    # Who only watches has nothing signed.
    watching = _upkeep(chain, MemoryJournal(), watching=True)
    assert (await watching.run(FIVE, armed)).unsafe is None
