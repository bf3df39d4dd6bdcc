"""One websocket: why it cannot be opened, and what odd messages on it do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
import json
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from custom_components.mining_farm.engines.auction.chain.connection import (
    Connection,
    ConnectionLostError,
    NodeError,
)
from custom_components.mining_farm.engines.auction.errors import ChainUnavailableError

pytestmark = pytest.mark.usefixtures("socket_enabled")

type Answer = Callable[[dict[str, Any]], list[str | bytes]]


@asynccontextmanager
async def _connected(answer: Answer) -> AsyncIterator[Connection]:
    """Connect to a node that sends these messages for each one that it gets."""

    async def handle(socket: ServerConnection) -> None:
        async for text in socket:
            for message in answer(json.loads(text)):
                await socket.send(message)

    async with serve(handle, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        connection = await Connection.open(f"ws://127.0.0.1:{port}/k3y")
        try:
            yield connection
        finally:
            await connection.close()


@asynccontextmanager
async def _http(reply: bytes) -> AsyncIterator[str]:
    """Run a server that knows one reply, and closes."""

    async def handle(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/k3y"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (b"HTTP/1.1 429 Too Many Requests\r\n\r\n", "limits the number of requests"),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "refuses us or our key"),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "no websocket at this address"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "out of order .HTTP 502"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "no websocket"),
        (b"HTTP/1.1 101 Odd\r\n\r\n", "speaks no websocket"),
        (b"", "speaks no websocket|out of reach"),
    ],
)
async def test_an_endpoint_that_is_no_node(reply: bytes, reason: str) -> None:
    """Each reason is given without the URL, whose path may be a key."""
    async with _http(reply) as url:
        with pytest.raises(ChainUnavailableError, match=reason) as caught:
            await Connection.open(url)
    assert "k3y" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1/k3y", "ws:///k3y"])
async def test_a_url_that_is_none(url: str) -> None:
    """It is refused as such, without being repeated."""
    with pytest.raises(ChainUnavailableError, match="URL is not usable") as caught:
        await Connection.open(url)
    assert "k3y" not in str(caught.value)


def _error(error: object) -> Answer:
    return lambda asked: [json.dumps({"id": asked["id"], "error": error})]


@pytest.mark.parametrize(
    ("error", "reason", "code"),
    [
        ({"code": -32601, "message": "Method not found"}, "Method not found", -32601),
        (
            {"code": 1010, "message": "Invalid", "data": "outdated"},
            "Invalid: outdated",
            1010,
        ),
        ({"code": "x", "data": {"more": 1}}, "unknown error", None),
        ("no", "neither a result nor an error", None),
        (None, "neither a result nor an error", None),
    ],
)
async def test_errors_of_a_node(error: object, reason: str, code: int | None) -> None:
    """Message and data are kept, whatever form they have."""
    async with _connected(_error(error)) as connection:
        with pytest.raises(NodeError, match=reason) as caught:
            await connection.request("any")
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["no JSON", "[" * 100_000, b"\xff"])
async def test_what_is_no_json_ends_the_connection(text: str | bytes) -> None:
    """Whatever else such a node says is not believed."""
    async with _connected(lambda _: [text]) as connection:
        with pytest.raises(ConnectionLostError):
            await connection.request("any")
        await connection.lost()
        with pytest.raises(ConnectionLostError):
            await connection.request("any")


async def test_messages_that_were_not_asked_for_are_ignored() -> None:
    """Lists, answers to no request, a second answer: the right one is taken."""

    def answer(asked: dict[str, Any]) -> list[str | bytes]:
        right = {"id": asked["id"], "result": 5}
        odd: list[object] = [
            [],
            7,
            {"id": 999, "result": 1},
            {"id": "x"},
            right,
            {**right, "result": 6},
        ]
        return [json.dumps(one) for one in odd]

    async with _connected(answer) as connection:
        assert await connection.request("any") == 5
        assert await connection.request("any") == 5


async def test_notices_before_the_subscription_is_answered_are_kept() -> None:
    """The last eight of it; those of other subscriptions are forgotten in time."""

    def notice(name: str, result: int) -> str:
        params = {"subscription": name, "result": result}
        return json.dumps({"method": "head", "params": params})

    def answer(asked: dict[str, Any]) -> list[str | bytes]:
        others = [notice(f"other {number}", 0) for number in range(20)]
        ours = [notice("ours", number) for number in range(10)]
        found = json.dumps({"id": asked["id"], "result": "ours"})
        return [*others, *ours, found]

    async with (
        _connected(answer) as connection,
        connection.subscribe("subscribe", end="end") as notices,
    ):
        assert [await notices.get() for _ in range(8)] == [*range(2, 10)]


async def test_a_subscription_ends_with_its_connection() -> None:
    """Whoever follows it learns that nothing more will come."""

    def answer(asked: dict[str, Any]) -> list[str | bytes]:
        if asked["method"] == "subscribe":
            return [json.dumps({"id": asked["id"], "result": "ours"})]
        return ["no JSON"]

    async with (
        _connected(answer) as connection,
        connection.subscribe("subscribe", end="end") as notices,
    ):
        with pytest.raises(ConnectionLostError):
            await connection.request("break")
        assert await notices.get() is None
