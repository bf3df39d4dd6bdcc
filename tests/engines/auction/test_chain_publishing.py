"""Publishing: one extrinsic for one call, whatever happens on the way."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from custom_components.mining_farm.engines.auction.chain.pace import (
    PREPARE_BLOCKS,
    WAIT_BLOCKS,
)
from custom_components.mining_farm.engines.auction.errors import (
    ChainError,
    ExtrinsicRefusedError,
    ExtrinsicUnconfirmedError,
    WalletError,
)
from custom_components.mining_farm.engines.auction.models import BlockRef
from custom_components.mining_farm.engines.auction.windows import BLOCK_SECONDS
from simulators.subtensor import ALICE, BOB, SubtensorSimulator

from .chain_services import RunningService, serving
from .fake_node import eventually
from .mining import during
from .timeouts import Timeouts

PAYLOAD = b"2;b;BTC,0.9=0.1:1"

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def sign(data: bytes) -> bytes:
    """Sign as Alice."""
    return ALICE.sign(data)


@asynccontextmanager
async def chain(
    nodes: int = 1,
) -> AsyncIterator[tuple[SubtensorSimulator, RunningService]]:
    """Run a chain whose blocks come on command, and a service for it."""
    async with (
        SubtensorSimulator(block_time=None, nodes=nodes) as simulator,
        serving(*simulator.urls) as service,
    ):
        # With the types at hand, preparing takes only what it takes at night.
        await service.tempo((await service.head()).hash)
        yield simulator, service


def blocks_with_extrinsics(simulator: SubtensorSimulator) -> list[int]:
    """Return how many signed extrinsics each block that has any holds."""
    blocks = (simulator.chain.at(simulator.chain.head.number - n) for n in range(80))
    return [len(one.included) for one in blocks if one is not None and one.included]


@pytest.mark.parametrize("payload", [b"x", PAYLOAD, b"\xff" * 128])
async def test_a_payload_gets_into_one_finalised_block(payload: bytes) -> None:
    """Signed as the chain verifies it; the block that holds it is returned."""
    async with chain() as (simulator, service):
        block = await during(simulator, service.publish(payload, ALICE.address, sign))
        stored = await service.commitment(ALICE.address, block.hash)
        assert stored is not None
        assert (stored.raw, stored.block) == (payload, block.number)
        assert block.number <= simulator.chain.finalised.number
        assert blocks_with_extrinsics(simulator) == [1]
        assert simulator.chain.counts.accepted == 1


async def test_the_nonce_is_fresh_each_time() -> None:
    """Two calls at once get two nonces, as the second waits for the first."""
    async with chain() as (simulator, service):
        both = asyncio.gather(
            service.publish(b"first", ALICE.address, sign),
            service.publish(b"second", ALICE.address, sign),
        )
        first, second = await during(simulator, both)
        assert first.number < second.number
        assert simulator.chain.counts.succeeded == 2


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (lambda sim: sim.node.refuse_extrinsics(1010), "outdated"),
        (lambda sim: sim.node.refuse_extrinsics(1012), "banned"),
        (lambda sim: sim.node.refuse_extrinsics(1014), "[Pp]riority"),
        (lambda sim: sim.node.misnumber(-1), "outdated|bad signature"),
        (lambda sim: sim.control.fail_extrinsics(), "AccountNotAllowedCommit"),
    ],
)
async def test_a_refusal_has_the_chains_reason(
    fault: Callable[[SubtensorSimulator], None], reason: str
) -> None:
    """By the pool, or in the block; the commitment is what it was."""
    async with chain() as (simulator, service):
        before = await service.commitment(ALICE.address)
        if "misnumber" in reason or reason.startswith("outdated|"):
            await during(simulator, service.publish(b"one", ALICE.address, sign))
            before = await service.commitment(ALICE.address)
        fault(simulator)
        with pytest.raises(ExtrinsicRefusedError, match=reason):
            await during(simulator, service.publish(PAYLOAD, ALICE.address, sign))
        assert await service.commitment(ALICE.address) == before


async def test_an_extrinsic_taken_before_the_connection_broke_is_found() -> None:
    """Sent once, never again; the chain is asked what became of it."""
    async with chain() as (simulator, service):
        simulator.node.drop_after_submit()
        block = await during(simulator, service.publish(PAYLOAD, ALICE.address, sign))
        stored = await service.commitment(ALICE.address, block.hash)
        assert stored is not None
        assert (stored.raw, stored.block) == (PAYLOAD, block.number)
        assert simulator.chain.hash_at(block.number) == bytes.fromhex(block.hash[2:])
        counts = simulator.chain.counts
        assert (counts.accepted, counts.duplicates, counts.refused) == (1, 0, 0)
        assert blocks_with_extrinsics(simulator) == [1]


async def test_an_extrinsic_that_outlived_its_era_is_refused() -> None:
    """What is finalised beyond its last block can never hold it."""
    async with chain() as (simulator, service):
        simulator.control.hold_extrinsics()
        simulator.node.drop_after_submit()
        with pytest.raises(ExtrinsicRefusedError, match="into no block"):
            await during(simulator, service.publish(PAYLOAD, ALICE.address, sign))
        assert simulator.chain.counts.accepted == 1


async def test_an_extrinsic_is_unconfirmed_while_nothing_is_finalised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may yet be in a block."""
    timeouts = Timeouts(monkeypatch)
    async with chain() as (simulator, service):
        simulator.control.hold_extrinsics()
        publishing = asyncio.create_task(service.publish(PAYLOAD, ALICE.address, sign))
        await eventually(lambda: simulator.chain.counts.accepted)
        timeouts.expire(BLOCK_SECONDS * WAIT_BLOCKS)
        with pytest.raises(ExtrinsicUnconfirmedError, match="was sent"):
            await publishing
        assert simulator.chain.counts.accepted == 1


async def test_a_gateways_error_does_not_pass_for_a_refusal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may have passed the extrinsic on before it failed: the chain is searched."""
    timeouts = Timeouts(monkeypatch)
    async with chain() as (simulator, service):
        searched = asyncio.Event()
        finalised = service.finalised

        async def search() -> BlockRef:
            searched.set()
            return await finalised()

        monkeypatch.setattr(service, "finalised", search)
        simulator.node.fail("author_submitAndWatchExtrinsic", -32000, "upstream")
        publishing = asyncio.create_task(service.publish(PAYLOAD, ALICE.address, sign))
        await searched.wait()
        timeouts.expire(BLOCK_SECONDS * WAIT_BLOCKS)
        with pytest.raises(ExtrinsicUnconfirmedError):
            await publishing


@pytest.mark.parametrize(
    "status", ["dropped", {"usurped": "0x01"}, {"finalityTimeout": "0x01"}]
)
async def test_what_one_pool_gives_up_is_searched_on_the_chain(
    status: str | dict[str, str],
) -> None:
    """Other nodes may hold it still: it is neither refused nor sent again."""
    async with chain() as (simulator, service):
        publishing = asyncio.create_task(service.publish(PAYLOAD, ALICE.address, sign))
        await eventually(lambda: simulator.chain.counts.accepted)
        [pending] = simulator.chain.pool
        pending.publish(status)
        block = await during(simulator, publishing)
        assert simulator.chain.hash_at(block.number) == bytes.fromhex(block.hash[2:])
        assert simulator.chain.counts.accepted == 1


async def test_what_the_chain_calls_invalid_is_refused() -> None:
    """No block can hold it any more."""
    async with chain() as (simulator, service):
        publishing = asyncio.create_task(service.publish(PAYLOAD, ALICE.address, sign))
        await eventually(lambda: simulator.chain.counts.accepted)
        [pending] = simulator.chain.pool
        pending.publish("invalid")
        with pytest.raises(ExtrinsicRefusedError, match="invalid"):
            await publishing


async def test_an_extrinsic_survives_a_reorganisation() -> None:
    """It counts as published once its block is final, whichever that becomes."""
    async with chain() as (simulator, service):
        publishing = asyncio.create_task(service.publish(PAYLOAD, ALICE.address, sign))
        await eventually(lambda: simulator.chain.counts.accepted)
        await simulator.produce()
        await simulator.reorganise(1)
        block = await during(simulator, publishing)
        assert simulator.chain.hash_at(block.number) == bytes.fromhex(block.hash[2:])
        assert simulator.chain.counts.accepted == 1


async def test_nothing_is_published_from_behind() -> None:
    """An endpoint six blocks behind knows neither the nonce nor the state."""
    async with chain(2) as (simulator, service):
        await eventually(lambda: service.in_use == [True, False])
        await eventually(lambda: service.states[1].height is not None)
        await simulator.produce(10)
        simulator.nodes[0].fall_behind(6)
        with pytest.raises(ChainError, match="lags behind"):
            await service.publish(PAYLOAD, ALICE.address, sign)
        assert simulator.chain.counts.accepted == 0


async def test_two_who_sign_with_one_hotkey_publish_once() -> None:
    """What another program has sent is waited for, in the pool and until it is final.

    Another Home Assistant, the command line, or an entry that was removed and added
    again: neither has the journal of the other.
    """
    async with (
        chain() as (simulator, first),
        serving(*simulator.urls) as second,
    ):
        simulator.control.hold_extrinsics()
        publishing = asyncio.create_task(first.publish(PAYLOAD, ALICE.address, sign))
        await eventually(lambda: simulator.chain.counts.accepted)
        with pytest.raises(ChainError, match="on its way") as caught:
            await second.publish(PAYLOAD, ALICE.address, sign)
        assert type(caught.value) is ChainError
        simulator.control.restore()
        await simulator.produce()
        assert simulator.chain.counts.succeeded == 1
        with pytest.raises(ChainError, match="on its way"):
            await second.publish(PAYLOAD, ALICE.address, sign)
        await during(simulator, publishing)
        assert simulator.chain.counts.accepted == 1
        await during(simulator, second.publish(b"later", ALICE.address, sign))
        assert simulator.chain.counts.succeeded == 2


async def test_what_cannot_be_sent_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A payload too long, a signer that fails, a node that is silent."""
    timeouts = Timeouts(monkeypatch)
    async with chain() as (simulator, service):

        async def fail(_: bytes) -> bytes:
            raise WalletError("the hotkey's file does not exist")

        for payload in (b"", b"x" * 129):
            with pytest.raises(ChainError, match="1 to 128 bytes"):
                await service.publish(payload, ALICE.address, sign)
        with pytest.raises(WalletError, match="does not exist"):
            await service.publish(PAYLOAD, ALICE.address, fail)
        with pytest.raises(ExtrinsicRefusedError, match="bad signature"):
            await service.publish(PAYLOAD, BOB.address, sign)
        simulator.node.silence()
        publishing = asyncio.create_task(service.publish(PAYLOAD, ALICE.address, sign))
        await asyncio.sleep(0)
        timeouts.expire(BLOCK_SECONDS * PREPARE_BLOCKS)
        with pytest.raises(ChainError, match="no answer in time") as caught:
            await publishing
        assert not isinstance(caught.value, ExtrinsicUnconfirmedError)
        assert simulator.chain.counts.accepted == 0
