"""One websocket: why it cannot be opened, and what odd messages on it do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
import json
import socket
import ssl
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


@pytest.mark.parametrize(
    "host", ["a..b", f"{'a' * 64}.b", "a b", "xn--a", ".", "a\0b", "a\udcffb"]
)
async def test_a_host_that_cannot_be_is_one_endpoints_trouble(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """Whatever is raised for it; a stored one may be older than the form."""

    async def resolve(name: str, *_: object, **__: object) -> None:
        # As the system's resolver does, which is out of reach in tests.
        name.encode("idna").decode()
        raise socket.gaierror

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    with pytest.raises(ChainUnavailableError, match=r"URL is not usable|out of reach"):
        await Connection.open(f"ws://{host}/k3y")


async def test_no_redirect_is_followed() -> None:
    """Not to another host, which may be inside, and not with a path that is a key."""
    asked: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(100))
        writer.close()

    inside = await asyncio.start_server(hear, "127.0.0.1", 0)
    async with inside:
        port = inside.sockets[0].getsockname()[1]
        reply = (
            f"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:{port}/\r\n"
            "Content-Length: 0\r\n\r\n"
        )
        async with _http(reply.encode()) as url:
            with pytest.raises(ChainUnavailableError, match=r"elsewhere .HTTP 302"):
                await Connection.open(url)
    assert asked == []


async def test_a_node_that_floods_is_ended_and_named() -> None:
    """Some thousand messages at once, or large ones, that nothing asked for."""
    for size in (10, 64 * 1024):
        noise = json.dumps({"params": {"subscription": "nobody", "result": "x" * size}})

        def answer(_: dict[str, Any], noise: str = noise) -> list[str | bytes]:
            return [noise] * 2000

        async with _connected(answer) as connection:
            with pytest.raises(ConnectionLostError, match="floods"):
                await connection.request("chain_getHeader")
            assert "floods" in await connection.lost()


async def test_spam_does_not_keep_a_silent_node_alive() -> None:
    """What nobody asked for is no sign that it answers."""
    noise = json.dumps({"params": {"subscription": "nobody", "result": None}})
    async with _connected(lambda _: [noise] * 10) as connection:
        before = connection.heard_at
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await connection.request("chain_getHeader")
        assert connection.heard_at == before


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (18, "is self-signed"),
        (19, "is self-signed"),
        (10, "has expired"),
        (62, "another host"),
        (20, "not trusted"),
        (None, "no TLS that is safe"),
    ],
)
async def test_a_certificate_that_proves_nothing_is_called_that(
    monkeypatch: pytest.MonkeyPatch, code: int | None, reason: str
) -> None:
    """By OpenSSL's own word for what is wrong with it."""
    error: ssl.SSLError = ssl.SSLError("handshake failure")
    if code is not None:
        error = ssl.SSLCertVerificationError("k3y")
        error.verify_code = code

    async def fail(*_: object, **__: object) -> None:
        raise error

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "create_connection", fail)
    with pytest.raises(ChainUnavailableError, match=reason) as caught:
        await Connection.open("wss://127.0.0.1/k3y")
    assert "k3y" not in str(caught.value)
