"""What is read from a whole chain: each value as the chain holds it, at its block."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
import json
from typing import Any

import pytest

from custom_components.mining_farm.engines.auction.errors import ChainError
from custom_components.mining_farm.engines.auction.models import Window
from simulators.subtensor import ALICE, SubtensorSimulator, ss58
from simulators.subtensor.accounts import named
from simulators.subtensor.market import OWN_BID
from simulators.subtensor.storage import commitment_key
from simulators.subtensor.strangers import KINDS
from tests.reference import OTHER_CASES, reference, twin

from .chain_services import RunningService, serving

REAL_METADATA = reference("auction", "real-metadata-v15.json")

pytestmark = pytest.mark.usefixtures("socket_enabled")


@asynccontextmanager
async def chain(
    **options: Any,
) -> AsyncIterator[tuple[SubtensorSimulator, RunningService]]:
    """Run a chain whose blocks come on command, and a service for it."""
    async with (
        SubtensorSimulator(block_time=None, **options) as simulator,
        serving(*simulator.urls) as service,
    ):
        yield simulator, service


def _real_metadata() -> bytes:
    if not REAL_METADATA.exists():
        pytest.skip("the live chain's metadata is not here")
    text: str = json.loads(REAL_METADATA.read_text())
    return bytes.fromhex(text[2:])[5:]


@twin(OTHER_CASES)
@pytest.mark.parametrize("types", ["own", "real"])
async def test_a_snapshot_is_the_chains_state(types: str) -> None:
    """Commitments in the order of the node's keys, with all odd ones named."""
    metadata = _real_metadata() if types == "real" else None
    async with chain(metadata=metadata) as (simulator, service):
        simulator.control.surprise("all")
        await simulator.produce()
        head = simulator.chain.head
        window = Window(index=1, start=head.number, end=head.number + 59)
        snapshot = await service.snapshot(window, head.hex)

        neurons = simulator.chain.head.state.neurons
        assert [
            (one.uid, one.hotkey, one.coldkey, one.stake_rao)
            for one in snapshot.neurons
        ] == [
            (one.uid, ss58(one.hotkey), ss58(one.coldkey), one.stake_rao)
            for one in neurons
        ]
        prefix = commitment_key(89, ALICE.account)[:-40]
        keys = sorted(key for key in head.state.storage if key.startswith(prefix))
        assert [one.hotkey for one in snapshot.commitments] == [
            ss58(key[-32:]) for key in keys
        ]
        assert len(snapshot.commitments) == 18 + len(KINDS)
        by_hotkey = {one.hotkey: one for one in snapshot.commitments}
        own = by_hotkey[ALICE.address]
        assert (own.raw, own.problem) == (OWN_BID, None)
        odd = [one.problem for one in snapshot.commitments if one.problem]
        assert odd
        assert all(one.raw is None for one in snapshot.commitments if one.problem)
        assert snapshot.mechanism_split == (39_321, 26_214)
        assert snapshot.started_at == datetime.fromtimestamp(
            head.milliseconds / 1000, UTC
        )
        assert await service.tempo(head.hex) == 360
        assert await service.timestamp(head.hex) == snapshot.started_at
        assert (await service.neurons(head.hex)) == snapshot.neurons


async def test_reads_are_pinned_to_their_block() -> None:
    """A later block, or another branch, changes nothing; the split is the head's."""
    async with chain() as (simulator, service):
        start = await service.head()
        window = Window(index=1, start=start.number, end=start.number + 59)
        before = await service.snapshot(window, start.hash)
        simulator.control.commit(ALICE.address, "2;b;")
        simulator.control.forget_split()
        await simulator.produce()
        after = await service.snapshot(window, start.hash)
        assert after.commitments == before.commitments
        assert after.mechanism_split is None
        changed = await service.commitment(ALICE.address)
        assert changed is not None
        assert changed.raw == b"2;b;"
        pinned = await service.commitment(ALICE.address, start.hash)
        assert pinned in before.commitments
        stored = await service.block_hash(start.number + 1)
        await simulator.reorganise(1)
        replaced = await service.block_hash(start.number + 1)
        assert stored != replaced
        assert await service.block_hash(start.number + 9) is None


async def test_no_commitment_is_what_the_chain_says() -> None:
    """A hotkey that never committed has none; a failed read is an error."""
    async with chain() as (simulator, service):
        stranger = ss58(named("stranger"))
        assert await service.commitment(stranger) is None
        simulator.node.fail("state_getStorage", -32603, "State already discarded")
        with pytest.raises(ChainError, match="already discarded"):
            await service.commitment(stranger)


@pytest.mark.parametrize(
    ("method", "reads"),
    [
        ("state_getStorage", ("tempo", "timestamp", "snapshot", "commitment")),
        ("state_call", ("neurons", "snapshot")),
        ("state_getKeysPaged", ("snapshot",)),
        ("state_queryStorageAt", ("snapshot",)),
        ("state_getRuntimeVersion", ("tempo", "neurons", "snapshot")),
    ],
)
@pytest.mark.parametrize("fault", ["error", "half", "null", "text"])
async def test_a_spoilt_answer_is_never_a_default(
    method: str, reads: tuple[str, ...], fault: str
) -> None:
    """Whatever a node answers in place of a value, the caller gets an error."""
    async with chain() as (simulator, service):
        start = simulator.chain.head
        window = Window(index=1, start=start.number, end=start.number + 59)
        # Known types: the fault is in the values alone.
        await service.neurons(simulator.chain.at(start.number - 5).hex)
        if fault == "error":
            simulator.node.fail(method)
        else:
            simulator.node.spoil_answers(method, fault)
        for name in reads:
            if (name, fault) == ("tempo", "null") and method == "state_getStorage":
                # No stored tempo: it is asked as the original asks, and is true.
                assert await service.tempo(start.hex) == 360
                continue
            match name:
                case "commitment" if fault == "null":
                    # Null is how a chain says that there is none.
                    continue
                case "commitment":
                    reading: Any = service.commitment(ALICE.address)
                case "snapshot":
                    reading = service.snapshot(window, start.hex)
                case _:
                    reading = getattr(service, name)(start.hex)
            with pytest.raises(ChainError):
                await reading


async def test_a_connection_dropped_in_an_answer_is_opened_again() -> None:
    """The read is repeated, and ends with the value."""
    async with chain() as (simulator, service):
        head = await service.head()
        simulator.node.drop_in_answer("state_call")
        assert len(await service.neurons(head.hash)) == 24
        assert simulator.node.traffic.connections == 2
