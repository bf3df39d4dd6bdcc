"""The process on the other end of the socket, run here so that a test can see inside."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
import resource
import signal
import socket
import sys

import pytest

from custom_components.mining_farm.engines.auction.chain import process
from custom_components.mining_farm.engines.auction.chain.peer import Handlers, Peer
from custom_components.mining_farm.engines.auction.models import (
    BlockRef,
    ChainFacts,
    EndpointState,
)
from simulators.subtensor import ALICE, SubtensorSimulator

from .fake_node import eventually

PAYLOAD = b"2;b;BTC,0.9=0.1:1"

pytestmark = pytest.mark.usefixtures("socket_enabled")


@asynccontextmanager
async def _served(handlers: Handlers) -> AsyncIterator[Peer]:
    """Return what talks to a process that serves in this loop; it ends with us."""
    ours, theirs = socket.socketpair()
    serving = asyncio.create_task(process.serve(theirs))
    peer = Peer(*await asyncio.open_connection(sock=ours), handlers)
    running = asyncio.create_task(peer.run())
    try:
        yield peer
    finally:
        peer.close()
        await asyncio.wait([running, serving])


async def test_it_reads_publishes_and_reports() -> None:
    """Heads and endpoints come by themselves; the signature is asked of the caller."""
    heads: list[BlockRef] = []
    states: list[tuple[EndpointState, ...]] = []
    signed: list[tuple[int, bytes]] = []

    async def head(block: BlockRef) -> None:
        heads.append(block)

    async def endpoints(changed: tuple[EndpointState, ...]) -> None:
        states.append(changed)

    async def sign(ticket: int, data: bytes) -> bytes:
        signed.append((ticket, data))
        return ALICE.sign(data)

    handlers: Handlers = {"head": head, "endpoints": endpoints, "sign": sign}
    async with (
        SubtensorSimulator(block_time=None) as simulator,
        _served(handlers) as peer,
    ):
        await peer.call("open", simulator.urls, 89, 2.0, 30.0, ChainFacts())
        best: BlockRef = await peer.call("read", "head")
        assert best.number == simulator.chain.head.number
        assert states[-1][0].in_use
        publishing = asyncio.create_task(
            peer.call("publish", 7, PAYLOAD, ALICE.address)
        )
        await eventually(lambda: simulator.chain.counts.accepted)
        await simulator.produce(4)
        published: BlockRef = await publishing
        stored = await peer.call("read", "commitment", ALICE.address, published.hash)
        assert stored.raw == PAYLOAD
        assert [ticket for ticket, _ in signed] == [7]
        await eventually(lambda: heads and heads[-1].number > best.number)


async def test_it_ends_with_the_socket_and_leaves_ctrl_c_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The number of the socket is its only argument; a flood ends it before others."""
    ignored: list[object] = []
    limits: list[object] = []
    score = tmp_path / "oom_score_adj"
    # Of this process, in which all other tests run, they would hold as well.
    monkeypatch.setattr(resource, "setrlimit", lambda *what: limits.append(what))
    monkeypatch.setattr(process, "_OOM_SCORE", score)
    ours, theirs = socket.socketpair()
    monkeypatch.setattr(sys, "argv", ["process", str(theirs.detach())])
    monkeypatch.setattr(signal, "signal", lambda *what: ignored.append(what))
    running = asyncio.create_task(asyncio.to_thread(process.main))
    ours.close()
    await running
    assert ignored == [(signal.SIGINT, signal.SIG_IGN)]
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    assert limits == [(resource.RLIMIT_DATA, (1 << 30, most))]
    assert score.read_text() == "500"
