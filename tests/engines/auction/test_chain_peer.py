"""Two ends that call each other: answers, errors, cancellation and odd messages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import pickle
import socket
import subprocess

import pytest

from custom_components.mining_farm.engines.auction.chain.peer import (
    ChainProcessError,
    Handlers,
    Peer,
)
from custom_components.mining_farm.engines.auction.errors import (
    ChainError,
    EncryptedHotkeyError,
)
from custom_components.mining_farm.engines.auction.models import BlockRef, Window

BLOCK = BlockRef(number=1, hash="0x01")

pytestmark = pytest.mark.usefixtures("socket_enabled")


@asynccontextmanager
async def joined(
    handlers: Handlers,
) -> AsyncIterator[tuple[Peer, asyncio.StreamWriter]]:
    """Return a peer whose other end answers by these, and the other end's writer."""
    ours, theirs = socket.socketpair()
    here = Peer(*await asyncio.open_connection(sock=ours), {})
    reader, writer = await asyncio.open_connection(sock=theirs)
    there = Peer(reader, writer, handlers)
    tasks = [asyncio.create_task(here.run()), asyncio.create_task(there.run())]
    try:
        yield here, writer
    finally:
        writer.close()
        await asyncio.wait(tasks)


async def test_models_and_errors_cross_over() -> None:
    """As they are; of an error of others only the type."""

    async def echo(*values: object) -> object:
        return values

    async def refuse() -> None:
        raise EncryptedHotkeyError("encrypted")

    async def stumble() -> None:
        raise KeyError("secret")

    handlers: Handlers = {"echo": echo, "refuse": refuse, "stumble": stumble}
    async with joined(handlers) as (peer, _):
        window = Window(index=1, start=2, end=3)
        assert await peer.call("echo", BLOCK, window, None, b"\xff") == (
            BLOCK,
            window,
            None,
            b"\xff",
        )
        with pytest.raises(EncryptedHotkeyError, match="encrypted"):
            await peer.call("refuse")
        with pytest.raises(ChainError, match="KeyError") as caught:
            await peer.call("stumble")
        assert "secret" not in str(caught.value)


async def test_a_cancelled_call_is_cancelled_over_there() -> None:
    """No work goes on for a caller who has gone."""
    began, ended = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with joined({"wait": wait}) as (peer, _):
        calling = asyncio.create_task(peer.call("wait"))
        await began.wait()
        calling.cancel()
        await asyncio.wait([calling])
        await ended.wait()


@pytest.mark.parametrize(
    "message", [b"no pickle", pickle.dumps(subprocess.Popen), pickle.dumps(("x", 1))]
)
async def test_what_is_not_ours_ends_the_peer(
    message: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing of another module is ever made from a message; calls fail."""
    forever = asyncio.Event()
    async with joined({"wait": forever.wait}) as (peer, writer):
        calling = asyncio.create_task(peer.call("wait"))
        await asyncio.sleep(0)
        writer.write(len(message).to_bytes(4) + message)
        if pickle.dumps(("x", 1)) == message:
            # A message that no call waits for is no reason to end.
            writer.close()
        with pytest.raises(ChainProcessError, match="has ended"):
            await calling
        with pytest.raises(ChainProcessError, match="has ended"):
            await peer.call("wait")
