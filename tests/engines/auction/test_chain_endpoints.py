"""One connection in use: how it is kept, when it is left, and what is reported of it.

Blocks last a second here, so that what is done once in some blocks is soon seen. No
deadline is as short: where one has to end, the test ends it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import logging

import pytest

from custom_components.mining_farm.engines.auction.chain.connection import Connection
from custom_components.mining_farm.engines.auction.chain.pace import Pace
from custom_components.mining_farm.engines.auction.errors import (
    ChainError,
    ChainUnavailableError,
)
from custom_components.mining_farm.engines.auction.models import BlockRef
from custom_components.mining_farm.engines.auction.windows import BLOCK_SECONDS
from simulators.subtensor import SubtensorSimulator

from .chain_services import ANSWER_S, BLOCK_TIME, RunningService, Unhurried, serving
from .fake_node import FakeNode, eventually, nodes
from .timeouts import Timeouts

pytestmark = pytest.mark.usefixtures("socket_enabled")


@asynccontextmanager
async def service(
    *running: FakeNode, block_time: float = BLOCK_TIME
) -> AsyncIterator[RunningService]:
    """Run a service for these nodes."""
    pace = Unhurried(block_time)
    async with serving(*(node.url for node in running), pace=pace) as made:
        yield made


async def test_head_and_finalised_are_different_blocks() -> None:
    """Each with number and hash of the same block; heads also as they come."""
    async with nodes(100) as [node], service(node) as chain:
        assert await chain.head() == BlockRef(number=100, hash=node.hash(100))
        assert await chain.finalised() == BlockRef(number=98, hash=node.hash(98))
        assert await chain.block_hash(101) is None
        assert await chain.block_hash(99) == node.hash(99)
        await eventually(lambda: chain.heads)
        await node.advance()
        await eventually(lambda: len(chain.heads) == 2)
        assert chain.heads[-1] == BlockRef(number=101, hash=node.hash(101))
        assert await chain.finalised() == BlockRef(number=99, hash=node.hash(99))
        assert node.opened == 1


async def test_only_the_newest_head_is_reported_after_a_jam() -> None:
    """What is older by then decides nothing any more."""
    async with nodes(100) as [node], service(node, block_time=12) as chain:
        await eventually(lambda: chain.heads)
        for _ in range(20):
            await node.advance()
        await eventually(lambda: chain.heads[-1].number == 120)
        numbers = [head.number for head in chain.heads]
        assert numbers == sorted(set(numbers))


async def test_a_cut_connection_is_opened_again() -> None:
    """A read in flight is repeated on the new one, unseen by the caller."""
    async with nodes(100) as [node], service(node) as chain:
        await chain.head()
        node.answers["chain_getFinalizedHead"] = node.drop
        reading = asyncio.create_task(chain.finalised())
        await eventually(lambda: "chain_getFinalizedHead" in node.asked)
        del node.answers["chain_getFinalizedHead"]
        assert (await reading).number == 98
        assert node.opened == 2


async def test_the_nodes_errors_are_errors() -> None:
    """An answer that refuses, or is of another form, never becomes a value."""
    async with nodes(100) as [node], service(node) as chain:
        await chain.head()

        def refuse(*_: object) -> None:
            raise ValueError("State already discarded")

        node.answers["chain_getFinalizedHead"] = refuse
        with pytest.raises(ChainError, match="already discarded"):
            await chain.finalised()
        node.answers["chain_getBlockHash"] = lambda *_: 7
        with pytest.raises(ChainError):
            await chain.block_hash(5)
        node.answers["chain_getFinalizedHead"] = lambda: node.hash(98)
        node.answers["chain_getHeader"] = lambda *_: None
        with pytest.raises(ChainError, match="no block header"):
            await chain.finalised()
        # Types cannot be had from this node at all.
        for read in (chain.tempo, chain.timestamp, chain.neurons):
            with pytest.raises(ChainError):
                await read(node.hash(98))


@pytest.mark.parametrize("fault", ["drop", "silence", "lag"])
async def test_a_bad_endpoint_is_left(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the state says which one is in use, and why."""
    timeouts = Timeouts(monkeypatch)
    async with nodes(100, 100) as [first, second], service(first, second) as chain:
        await eventually(lambda: chain.in_use == [True, False])
        await eventually(lambda: chain.states[1].height == 100)
        match fault:
            case "drop":
                await first.stop()
                reason = "refuses connections|connection broke"
            case "silence":
                first.silent = True
                reason = "silent"
            case _:
                first.headless = True
                second.height += 6
                reason = "behind"
        reported: list[str | None] = []

        def left() -> bool:
            # Nobody else waits for an answer.
            if fault == "silence":
                timeouts.expire(ANSWER_S)
            reported.append(chain.states[0].error)
            return chain.in_use == [False, True]

        await eventually(left)
        assert chain.states[1].lag == 0
        assert (await chain.head()).number == second.height
        if fault != "lag":
            assert chain.states[0].height is None
        assert any(
            error and any(part in error for part in reason.split("|"))
            for error in reported
        )


@pytest.mark.parametrize("block_time", [1.0, BLOCK_SECONDS])
def test_a_silent_endpoint_is_left_within_one_block(block_time: float) -> None:
    """It is asked, and its answer waited for, in less than that; so is a connection."""
    pace = Pace(block_time)
    assert pace.quiet + pace.answer < block_time
    assert pace.connect < block_time


async def test_a_lagging_endpoint_is_not_chosen_again() -> None:
    """Its lag is reported for as long as the others are ahead."""
    async with nodes(100, 120) as [first, second], service(first, second) as chain:
        await eventually(lambda: chain.in_use == [False, True])
        await eventually(lambda: chain.states[0].lag == 20)
        assert chain.states[0].height == 100
        opened = second.opened
        second.drop()
        await eventually(lambda: second.opened > opened)
        await eventually(lambda: chain.in_use == [False, True])


async def test_without_any_endpoint_it_says_so_at_once() -> None:
    """And goes on by itself once one is back."""
    async with nodes(100, 100) as [first, second], service(first, second) as chain:
        await chain.head()
        await first.stop()
        await second.stop()
        await eventually(lambda: chain.in_use == [False, False])
        with pytest.raises(ChainUnavailableError, match="refuses connections"):
            await chain.head()
        await second.start()
        await eventually(lambda: chain.in_use == [False, True])
        assert (await chain.head()).number == 100


async def test_another_chain_is_refused() -> None:
    """An endpoint of a test network does not slip in as the fallback."""
    async with nodes(100, 900) as [first, second], service(first, second) as chain:
        second.genesis = f"0x{'00' * 31}02"
        await eventually(lambda: chain.in_use == [True, False])
        await eventually(
            lambda: chain.states[1].error == "the endpoint serves another chain"
        )
        assert chain.states[0].lag == 0


async def test_a_node_that_offers_no_heads_is_used_all_the_same() -> None:
    """Its heads are polled, and it says so; a connection that breaks is opened again."""
    async with nodes(100) as [node]:

        def refuse(*_: object) -> None:
            raise LookupError("Method not found")

        node.answers["chain_subscribeNewHeads"] = refuse
        node.refuses_subscriptions = True
        async with service(node) as chain:
            assert (await chain.head()).number == 100
            await eventually(lambda: [head.number for head in chain.heads] == [100])
            node.height += 1
            await eventually(
                lambda: [head.number for head in chain.heads] == [100, 101]
            )
            (fallback,) = chain.states[0].fallbacks
            assert "polled" in fallback
            node.answers["chain_getHeader"] = lambda *_: None
            asked = node.asked.count("chain_getHeader")
            await eventually(lambda: node.asked.count("chain_getHeader") > asked + 1)
            del node.answers["chain_getHeader"]
            node.drop()
            await eventually(lambda: node.opened == 2)
            assert (await chain.head()).number == 101


async def test_a_node_that_refuses_to_be_asked_is_not_silent() -> None:
    """An error is an answer: a quiet node that gives one is kept."""
    async with nodes(100) as [node], service(node, block_time=2) as chain:
        await eventually(lambda: chain.heads)

        def refuse(*_: object) -> None:
            raise LookupError("Internal error")

        node.headless = True
        node.answers["chain_getBlockHash"] = refuse
        asked = node.asked.count("chain_getBlockHash")
        await eventually(lambda: node.asked.count("chain_getBlockHash") > asked + 1)
        assert (node.opened, chain.in_use) == (1, [True])


async def test_silent_heads_are_no_reason_to_leave() -> None:
    """Everything else is answered, and the height can be asked for."""
    async with nodes(100) as [node], service(node, block_time=2) as chain:
        await eventually(lambda: chain.heads)
        node.headless = True
        await node.advance()
        assert (await chain.head()).number == 101
        assert chain.heads[-1].number == 100
        node.headless = False
        await node.advance()
        await eventually(lambda: chain.heads[-1].number == 102)
        assert chain.in_use == [True]


async def test_no_key_of_a_url_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    """Neither in a state, nor an error, nor a log of any library."""
    caplog.set_level(logging.NOTSET)
    async with nodes(100) as [node], service(node) as chain:
        await chain.head()
        await node.stop()
        await eventually(lambda: chain.in_use == [False])
        with pytest.raises(ChainUnavailableError) as caught:
            await chain.head()
        reported = f"{chain.states} {caught.value!r}"
        ours = [
            record.getMessage()
            for record in caplog.records
            if not record.name.startswith("websockets.server")
        ]
        assert f"ws://127.0.0.1:{node.port}" in reported
        assert "k3y" not in reported
        assert "k3y" not in "".join(ours)


async def test_an_endpoint_that_cannot_be_ends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that was stored before the form refused it: it is named, the next one is used."""

    async def resolve(host: str, *_: object, **__: object) -> None:
        # As the system's resolver does, which is out of reach in tests.
        host.encode("idna").decode()
        raise OSError

    async with nodes(100) as [node]:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
        async with serving(f"ws://a{'b' * 63}.c", node.url) as chain:
            # The host is a label too long: no URL that was checked, but one from before.
            await eventually(lambda: chain.in_use == [False, True])
            assert (await chain.head()).number == 100
            assert chain.states[0].error is not None


async def test_an_unexpected_error_of_one_endpoint_ends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever is raised: by opening, by asking for its height, or on the connection."""
    async with nodes(100, 100) as [odd, node]:
        opened = Connection.open

        async def open_(url: str) -> Connection:
            if url == odd.url:
                raise KeyError("k3y")
            return await opened(url)

        monkeypatch.setattr(Connection, "open", open_)
        async with service(odd, node) as chain:
            await eventually(lambda: chain.in_use == [False, True])
            assert chain.states[0].error == "the endpoint cannot be used (KeyError)"


async def test_a_node_that_floods_is_left_for_another_one() -> None:
    """It is named, and left alone for some time."""
    async with SubtensorSimulator(block_time=None, nodes=2) as simulator:
        simulator.node.flood()
        async with serving(*simulator.urls) as chain:
            await eventually(lambda: chain.in_use == [False, True], 60)
            assert "floods" in (chain.states[0].error or "")
            assert (await chain.head()).number == simulator.chain.head.number
            assert simulator.node.traffic.connections <= 2
