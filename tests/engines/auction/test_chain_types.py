"""Storage and events by the chain's own types, where a node or a block is unusual."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from custom_components.mining_farm.engines.auction.chain import substrate
from custom_components.mining_farm.engines.auction.chain.connection import Connection
from custom_components.mining_farm.engines.auction.chain.substrate import Substrate
from custom_components.mining_farm.engines.auction.errors import ChainError
from simulators.subtensor import ALICE, SubtensorSimulator

pytestmark = pytest.mark.usefixtures("socket_enabled")

type Change = Callable[[str, Any], Any]


@asynccontextmanager
async def _chain(
    change: Change = lambda _, answer: answer,
) -> AsyncIterator[tuple[SubtensorSimulator, Substrate, str]]:
    """Run a chain; return it, its types, and its head. Answers may be changed."""
    async with SubtensorSimulator(block_time=None) as simulator:
        connection = await Connection.open(simulator.node.url)

        async def request(method: str, params: Sequence[Any]) -> Any:
            return change(method, await connection.request(method, params))

        try:
            yield simulator, Substrate(request), simulator.chain.head.hex
        finally:
            await connection.close()


async def test_more_commitments_than_one_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them, once each, in the node's order, also where pages are short."""
    async with _chain() as (_, types, head):
        whole = await types.storage_map("Commitments", "CommitmentOf", [89], head)
        monkeypatch.setattr(substrate, "_PAGE", 5)
        paged = await types.storage_map("Commitments", "CommitmentOf", [89], head)
    assert len(whole) == 18
    assert paged == whole


async def test_a_node_that_does_not_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that always answers with the first page comes to an end as well."""
    monkeypatch.setattr(substrate, "_PAGE", 5)
    pages: list[list[str]] = []

    def repeat(method: str, answer: Any) -> Any:
        if method == "state_getKeysPaged":
            pages.append(answer)
            return pages[0]
        return answer

    async with _chain(repeat) as (_, types, head):
        found = await types.storage_map("Commitments", "CommitmentOf", [89], head)
    assert len(found) == 5
    assert len(pages) == 2


def _first_value(value: str | None) -> Change:
    """Return what puts something in the place of the first value of a map."""

    def change(method: str, answer: Any) -> Any:
        if method == "state_queryStorageAt":
            answer[0]["changes"][0][1] = value
        return answer

    return change


async def test_a_value_that_its_type_does_not_fit() -> None:
    """It costs its own commitment, and no other."""
    async with _chain(_first_value("0xff")) as (_, types, head):
        found = await types.storage_map("Commitments", "CommitmentOf", [89], head)
    assert isinstance(found[0][1], Exception)
    assert all(isinstance(value, dict) for _, value in found[1:])


async def test_a_key_without_a_value_is_an_error() -> None:
    """A node in two minds about a block is not read as one commitment fewer."""
    async with _chain(_first_value(None)) as (_, types, head):
        with pytest.raises(ChainError, match="does not hold"):
            await types.storage_map("Commitments", "CommitmentOf", [89], head)


async def test_a_block_that_is_not_there_yet() -> None:
    """Its hash is an error here: nothing is encoded for no block."""
    async with _chain() as (simulator, types, head):
        number = simulator.chain.head.number
        assert await types.get_block_hash(number) == head
        assert await types.get_block_hash(None) == head
        with pytest.raises(ChainError, match=f"no block {number + 1} yet"):
            await types.get_block_hash(number + 1)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ({"Module": {"index": 18, "error": "0x01000000"}}, "AccountNotAllowedCommit"),
        ({"Module": {"index": 18, "error": 1}}, "AccountNotAllowedCommit"),
        ("BadOrigin", "BadOrigin"),
        ({"Token": "FundsUnavailable"}, "Token"),
        ({}, "unknown error"),
        (7, "unknown error"),
    ],
)
async def test_why_an_extrinsic_failed(
    error: object, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the runtime's words; of the other extrinsics of its block nothing is said."""
    failed = {
        "event_id": "ExtrinsicFailed",
        "attributes": {"dispatch_error": error, "dispatch_info": {}},
    }
    records = [
        {"extrinsic_idx": 0, "event": {"event_id": "ExtrinsicSuccess"}},
        {"extrinsic_idx": 1, "event": failed},
    ]

    async def events(*_: object) -> Any:
        return records

    async with _chain() as (_, types, head):
        monkeypatch.setattr(types, "storage", events)
        found = await types.failure(head, 1)
        assert found is not None
        assert found.rpartition(".")[2] == reason
        assert await types.failure(head, 0) is None
        assert await types.failure(head, 2) is None


async def test_a_block_whose_extrinsics_all_succeeded() -> None:
    """There is no reason for a failure in it."""
    async with _chain() as (_, types, head):
        assert await types.failure(head, 0) is None
        own = await types.storage(
            "Commitments", "CommitmentOf", [89, ALICE.address], head
        )
        assert own["block"] <= 7_600_000
