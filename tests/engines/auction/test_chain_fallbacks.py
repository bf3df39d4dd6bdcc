"""Nodes that lack what real ones offer, such as the original's own simulator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from custom_components.mining_farm.engines.auction.chain.refusals import explain
from custom_components.mining_farm.engines.auction.errors import ChainError
from simulators.subtensor import ALICE, SubtensorSimulator

from .chain_services import RunningService, serving
from .fake_node import eventually
from .mining import during
from .test_chain_publishing import PAYLOAD, sign

pytestmark = pytest.mark.usefixtures("socket_enabled")


@asynccontextmanager
async def lacking(
    *what: str, tempo: int | None = None
) -> AsyncIterator[tuple[SubtensorSimulator, RunningService]]:
    """Run a chain whose node lacks this, and a service for it."""
    async with SubtensorSimulator(block_time=None) as simulator:
        for name in what:
            simulator.node.lack(name)
        async with serving(*simulator.urls, tempo=tempo) as service:
            yield simulator, service


async def test_a_node_without_finality_counts_blocks() -> None:
    """Six behind the head, and the state says so."""
    async with lacking("finalised_head") as (simulator, service):
        final = await service.finalised()
        assert final.number == simulator.chain.head.number - 6
        assert simulator.chain.hash_at(final.number) == bytes.fromhex(final.hash[2:])
        await eventually(lambda: service.states[0].fallbacks)
        assert "6 behind the head" in service.states[0].fallbacks[0]


async def test_a_node_without_the_stored_tempo_is_asked_as_the_original_asks() -> None:
    """By the runtime's get_dynamic_info."""
    async with lacking("tempo", tempo=99) as (_, service):
        assert await service.tempo((await service.head()).hash) == 360
        await eventually(lambda: service.states[0].fallbacks)
        assert "get_dynamic_info" in service.states[0].fallbacks[0]


async def test_a_node_without_any_tempo_takes_the_known_one() -> None:
    """Where it is given, by option; otherwise it is an error, never a default."""
    async with lacking("tempo", "subnet", tempo=99) as (_, service):
        assert await service.tempo((await service.head()).hash) == 99
        await eventually(lambda: service.states[0].fallbacks)
        assert "was given" in service.states[0].fallbacks[0]
    async with lacking("tempo", "subnet") as (_, service):
        with pytest.raises(ChainError, match="no tempo"):
            await service.tempo((await service.head()).hash)
        assert service.states[0].fallbacks == ()


async def test_a_tempo_that_is_refused_is_an_error() -> None:
    """A node that fails does not lack it: nothing stands in."""
    async with lacking(tempo=99) as (simulator, service):
        head = await service.head()
        await service.tempo(head.hash)
        simulator.node.fail("state_getStorage")
        with pytest.raises(ChainError, match="Internal error"):
            await service.tempo(head.hash)


async def test_a_node_that_lacks_it_all_takes_a_commitment() -> None:
    """Published once, found final, and each stand-in is named."""
    what = ("heads", "finalised_head", "nonce", "next_nonce", "tempo")
    async with lacking(*what) as (simulator, service):
        await service.tempo((await service.head()).hash)
        for _ in range(2):
            block = await during(
                simulator, service.publish(PAYLOAD, ALICE.address, sign)
            )
            stored = await service.commitment(ALICE.address, block.hash)
            assert stored is not None
            assert (stored.raw, stored.block) == (PAYLOAD, block.number)
            await simulator.produce(10)
        assert simulator.chain.counts.accepted == 2
        fallbacks = " / ".join(service.states[0].fallbacks)
        for part in (
            "heads are polled",
            "count as final",
            "AccountNonceApi",
            "system_accountNextIndex",
            "get_dynamic_info",
        ):
            assert part in fallbacks


@pytest.mark.parametrize("method", ["state_call", "system_accountNextIndex"])
async def test_a_nonce_that_is_refused_is_an_error(method: str) -> None:
    """Nothing is signed with a guess."""
    async with lacking() as (simulator, service):
        await service.tempo((await service.head()).hash)
        simulator.node.fail(method)
        with pytest.raises(ChainError, match="Internal error"):
            await during(simulator, service.publish(PAYLOAD, ALICE.address, sign))
        assert simulator.chain.counts.accepted == 0


async def test_finality_that_is_refused_is_an_error() -> None:
    """A node that fails has not said that it knows of none."""
    async with lacking() as (simulator, service):
        await service.head()
        simulator.node.fail("chain_getFinalizedHead")
        with pytest.raises(ChainError, match="Internal error"):
            await service.finalised()


@pytest.mark.parametrize(
    ("reason", "meaning"),
    [
        ("Commitments.AccountNotAllowedCommit", "not registered on this subnet"),
        ("Commitments.SpaceLimitExceeded", "wait for the next one"),
        ("Commitments.CommitmentSetRateLimitExceeded", "wait some blocks"),
        ("Invalid Transaction: Custom error: 6", "wait some blocks"),
        ("Invalid Transaction: Custom error: 10", "not registered on this subnet"),
        ("Priority is too low: (1 vs 1)", "with the same nonce waits"),
        ("Transaction is temporarily banned", "for some minutes"),
        ("Invalid Transaction: Transaction is outdated", "signs with this hotkey"),
        ("Inability to pay some fees , e.g. account balance too low", "some TAO"),
    ],
)
def test_a_refusal_says_what_it_means(reason: str, meaning: str) -> None:
    """After the chain's own words, which one may search for."""
    assert explain(reason).startswith(f"{reason} (")
    assert meaning in explain(reason)


@pytest.mark.parametrize("reason", ["Custom error: 1", "Custom error: 40", "", "odd"])
def test_a_refusal_that_is_not_known_stays_as_it_is(reason: str) -> None:
    """Words that might be wrong help no one."""
    assert explain(reason) == reason
