"""The process that talks to the chain: started again, whatever ends it, and not too often."""

import asyncio
from itertools import pairwise
import socket
import subprocess
import time

import pytest

from custom_components.mining_farm.engines.auction.chain import (
    process as chain_process,
    thread as chain_thread,
)
from custom_components.mining_farm.engines.auction.chain.peer import Peer
from custom_components.mining_farm.engines.auction.chain.service import ChainService
from custom_components.mining_farm.engines.auction.chain.thread import ChainThread
from custom_components.mining_farm.engines.auction.errors import ChainError
from custom_components.mining_farm.engines.auction.models import ChainFacts

pytestmark = pytest.mark.usefixtures("socket_enabled")


def _instantly_over(_number: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["/bin/true"])


async def test_a_process_that_refuses_to_begin_is_started_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As one of another version does, after an update."""
    monkeypatch.setattr(chain_thread, "_RESTART_AFTER", 0.01)
    begun = 0

    async def begin(_peer: Peer) -> None:
        nonlocal begun
        begun += 1
        raise ChainError("unexpected TypeError")

    thread = ChainThread({}, begin, lambda: None)
    await thread.start()
    async with asyncio.timeout(60):
        while begun < 2:
            await asyncio.sleep(0.01)
    await thread.close()


async def test_a_process_that_cannot_run_is_tried_less_and_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """To start it costs a second of the machine's time."""
    monkeypatch.setattr(chain_thread, "_RESTART_AFTER", 0.01)
    monkeypatch.setattr(chain_thread, "_start", _instantly_over)
    ended: list[float] = []

    async def begin(peer: Peer) -> None:
        await peer.call("open")

    def count() -> None:
        ended.append(time.monotonic())

    thread = ChainThread({}, begin, count)
    await thread.start()
    async with asyncio.timeout(60):
        while len(ended) < 6:
            await asyncio.sleep(0.01)
    await thread.close()
    pauses = [later - earlier for earlier, later in pairwise(ended)]
    for number, pause in enumerate(pauses):
        assert pause >= 0.01 * 2**number


async def test_a_process_that_keeps_no_connection_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It could only ever answer that there is no answer; another one may do better."""

    async def fail(_self: ChainService) -> None:
        raise KeyError("a defect")

    monkeypatch.setattr(ChainService, "run", fail)
    ours, theirs = socket.socketpair()
    serving = asyncio.create_task(chain_process.serve(theirs))
    peer = Peer(*await asyncio.open_connection(sock=ours), {})
    async with asyncio.timeout(60):
        await asyncio.gather(
            peer.run(),
            peer.call("open", ("ws://127.0.0.1:9",), 89, 1.0, 1.0, ChainFacts()),
            serving,
            return_exceptions=True,
        )
    assert serving.done()
