"""Endpoints that limit the number of requests: left alone for as long as they say."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.auction.chain import endpoints
from custom_components.mining_farm.engines.auction.chain.connection import (
    Connection,
    EndpointLimitedError,
)
from custom_components.mining_farm.engines.auction.chain.endpoints import (
    FIRST_REST,
    LONGEST_REST,
    EndpointTable,
)
from custom_components.mining_farm.engines.auction.errors import (
    ChainError,
    ChainUnavailableError,
)

from .chain_services import Unhurried, serving
from .fake_node import JsonRpcError, eventually, nodes

A, B = "ws://a", "ws://b"
BRISK = Unhurried(0.05)
"""Endpoints are compared often, and none is too slow."""


def refusing(error: dict[str, Any]) -> Callable[..., Any]:
    """Return an answer that is this JSON-RPC error."""

    def answer(*_params: object) -> Any:
        raise JsonRpcError(error)

    return answer


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(
    ("retry_after", "least", "most"),
    [
        ("120", 120, 120),
        ("", None, None),
        ("soon", None, None),
        ("-5", None, None),
        ("9" * 30, 86400, 86400),
        (timedelta(hours=1), 3000, 3600),
        (timedelta(hours=-1), 0, 0),
    ],
    ids=["seconds", "nothing", "a word", "negative", "absurd", "a date", "the past"],
)
async def test_an_endpoint_says_how_long_it_wants_to_be_left_alone(
    retry_after: str | timedelta, least: float | None, most: float | None
) -> None:
    """Seconds or a date; what is neither, says nothing."""
    if isinstance(retry_after, timedelta):
        # Of the moment at which it is asked: tests are collected long before.
        retry_after = format_datetime(datetime.now(UTC) + retry_after)
    async with nodes(100) as [node]:
        node.limited = retry_after
        with pytest.raises(EndpointLimitedError, match="limits the number") as caught:
            await Connection.open(node.url)
        assert "k3y" not in str(caught.value)
        if least is None or most is None:
            assert caught.value.retry_after is None
        else:
            assert least <= (caught.value.retry_after or 0) <= most


@pytest.mark.usefixtures("socket_enabled")
async def test_another_endpoint_is_used_meanwhile() -> None:
    """The one that limits is asked once, however often the others are compared."""
    async with nodes(100, 100) as [first, second]:
        first.limited = "3600"
        async with serving(first.url, second.url, pace=BRISK) as chain:
            await eventually(lambda: chain.in_use == [False, True])
            assert (await chain.head()).number == 100
            assert "HTTP 429" in (chain.states[0].error or "")
            asked = second.asked.count("chain_getHeader")
            await eventually(lambda: second.asked.count("chain_getHeader") > asked + 3)
            second.drop()
            await eventually(lambda: second.opened >= 2)
            await eventually(lambda: chain.in_use == [False, True])
            assert first.turned_away == 1


@pytest.mark.usefixtures("socket_enabled")
async def test_a_single_endpoint_that_limits_is_no_reason_to_knock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Reads fail at once with its words; once the time has passed it is asked again."""
    async with nodes(100) as [node]:
        node.limited = ""
        monkeypatch.setattr(endpoints, "FIRST_REST", 0.5)
        async with serving(node.url, pace=BRISK) as chain:
            await eventually(lambda: node.turned_away)
            with pytest.raises(ChainUnavailableError, match="limits the number"):
                await chain.head()
            assert node.turned_away == 1
            node.limited = None
            await eventually(lambda: chain.in_use == [True])
            assert (await chain.head()).number == 100
            assert chain.states[0].error is None


LIMITS: list[dict[str, Any]] = [
    {"code": -32999, "message": "RPC rate limit exceeded"},
    {"code": -32029, "message": "Too Many Requests, Please apply an API key"},
    {"code": 429, "message": "slow down"},
    {"code": -32005, "message": "limit exceeded"},
    {"code": -32000, "message": "Server error", "data": "rate-limited: 40 per second"},
]


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize("error", LIMITS, ids=lambda error: error["code"])
async def test_an_endpoint_that_limits_on_an_open_connection_rests_as_well(
    error: dict[str, Any],
) -> None:
    """It let us in and answers with a limit later: reads go on at the next one."""
    async with (
        nodes(100, 100) as [first, second],
        serving(first.url, second.url, pace=BRISK) as chain,
    ):
        await eventually(lambda: chain.in_use == [True, False])
        first.answers["chain_getBlockHash"] = refusing(error)
        assert (await chain.head()).number == 100
        assert chain.in_use == [False, True]
        reason = f"limits the number of requests (JSON-RPC error {error['code']})"
        assert reason in (chain.states[0].error or "")
        opened = first.opened
        asked = second.asked.count("chain_getHeader")
        await eventually(lambda: second.asked.count("chain_getHeader") > asked + 5)
        assert first.opened == opened


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(
    "error",
    [
        {"code": 1010, "message": "Invalid Transaction", "data": "RateLimitExceeded"},
        {"code": -32601, "message": "Method not found"},
        {"code": 4003, "message": "too many requests of a block"},
    ],
    ids=lambda error: error["code"],
)
async def test_a_refusal_of_the_chain_is_no_limit_of_the_endpoint(
    error: dict[str, Any],
) -> None:
    """The chain has limits of its own for what a hotkey may commit."""
    async with nodes(100) as [node], serving(node.url, pace=BRISK) as chain:
        await eventually(lambda: chain.in_use == [True])
        node.answers["chain_getHeader"] = refusing(error)
        with pytest.raises(ChainError, match=error["message"]):
            await chain.head()
        assert chain.in_use == [True]


def test_each_time_it_is_left_alone_for_longer() -> None:
    """Twice as long, up to a quarter of an hour; what it says may be longer."""
    table = EndpointTable((A,))
    now = 0.0
    rests = []
    for _ in range(9):
        table.leave_alone(A, now, None)
        rests.append(table.wait(now))
        assert table.next(now) is None
        now += rests[-1]
        assert table.next(now) == A
    assert rests[:3] == [FIRST_REST, 2 * FIRST_REST, 4 * FIRST_REST]
    assert rests[-1] == LONGEST_REST
    table.leave_alone(A, now, 5000.0)
    assert table.wait(now) == 5000.0
    now += 5000.0
    table.heard(A, 100)
    table.leave_alone(A, now, None)
    assert table.wait(now) == LONGEST_REST
    now += 2 * LONGEST_REST + 1
    table.leave_alone(A, now, None)
    assert table.wait(now) == FIRST_REST


@given(st.lists(st.sampled_from(("limit", "fail", "work", "rest")), max_size=40))
def test_no_history_waits_for_ever_or_asks_too_soon(history: list[str]) -> None:
    """Whatever comes: one that rests is never asked, and there is an end to a round."""
    table = EndpointTable((A, B))
    now, rests = 0.0, dict.fromkeys((A, B), 0.0)
    for step in history:
        if (url := table.next(now)) is None:
            assert table.wait(now) > 0
            now += table.wait(now)
            continue
        assert rests[url] <= now
        table.tried(url, now)
        match step:
            case "limit":
                table.leave_alone(url, now, 7.0)
                table.fail(url, "limited")
                rests[url] = now + 7.0
            case "work":
                table.use(url, 100)
                assert not table.exhausted
                table.fail(url, "broke", count=False)
            case "rest":
                now += 5.0
            case _:
                table.fail(url, "down")
        other = {A: B, B: A}[url]
        if step in {"limit", "fail"} and rests[other] > now:
            assert table.exhausted
