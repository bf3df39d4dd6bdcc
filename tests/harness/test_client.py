"""The connection to Home Assistant, to a server that does as that does."""

import asyncio

import aiohttp
from aiohttp import web
import pytest

from .client import HomeAssistantClient


class Server:
    """Lets anyone in; then each connection goes on as a test wants."""

    def __init__(self) -> None:
        """Be asked nothing yet."""
        self.alive = asyncio.Event()
        """Set once a client that asks nothing has answered a ping."""
        self.hangs_up = False

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Ping, and only then read what is asked."""
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        await socket.send_json({"type": "auth_required"})
        await socket.receive_json()
        await socket.send_json({"type": "auth_ok"})
        await socket.ping()
        assert (await socket.receive()).type is aiohttp.WSMsgType.PONG
        self.alive.set()
        asked = await socket.receive_json()
        if not self.hangs_up:
            await socket.send_json({"id": 0, "type": "event"})
            await socket.send_json({"id": asked["id"], "success": True, "result": 1})
        await socket.close()
        return socket


@pytest.fixture
async def server() -> Server:
    """Return what serves."""
    return Server()


@pytest.fixture
async def url(server: Server, loopback: None, aiohttp_server: object) -> str:
    """Return where it is served."""
    app = web.Application()
    app.router.add_get("/api/websocket", server.serve)
    running = await aiohttp_server(app)  # type: ignore[operator]
    return str(running.make_url("/"))


async def test_a_client_that_asks_nothing_is_not_hung_up_on(
    server: Server, url: str
) -> None:
    """It answers the pings of Home Assistant while a test looks at a page."""
    async with HomeAssistantClient(url, "token") as client:
        async with asyncio.timeout(60):
            await server.alive.wait()
        assert await client.command("x") == 1


async def test_an_end_of_the_connection_is_said(server: Server, url: str) -> None:
    """A command without an answer fails, and so does each that follows."""
    server.hangs_up = True
    async with HomeAssistantClient(url, "token") as client:
        for _ in range(2):
            with pytest.raises(aiohttp.ClientConnectionError, match="hung up"):
                await client.command("x")
