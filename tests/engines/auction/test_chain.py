"""The chain's client as its users have it: any loop, a process of its own, no stalls."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
import gc
import logging
import os
from pathlib import Path
import pickle
import signal
import subprocess
import sys
import time

import psutil  # type: ignore[import-untyped]
import pytest

from custom_components.mining_farm.engines.auction.chain import client as client_module
from custom_components.mining_farm.engines.auction.chain.client import ChainClient
from custom_components.mining_farm.engines.auction.errors import (
    ChainError,
    ChainUnavailableError,
    ExtrinsicRefusedError,
    ExtrinsicUnconfirmedError,
    WalletError,
)
from custom_components.mining_farm.engines.auction.models import BlockRef, Window
from custom_components.mining_farm.engines.auction.publish.hotkey import signer
from simulators.subtensor import ALICE, SubtensorSimulator
from simulators.subtensor.wallet import write_hotkey
from tests.reference import OTHER_CASES, reference, twin

from .fake_node import eventually
from .mining import during

PAYLOAD = b"2;b;BTC,0.9=0.1:1"
REPOSITORY = Path(__file__).parents[3]
REAL_METADATA = reference("auction", "real-metadata-v15.json")
STALL = 0.020

pytestmark = pytest.mark.usefixtures("socket_enabled")


@asynccontextmanager
async def chain(
    nodes: int = 1, block_time: float = 2.0
) -> AsyncIterator[tuple[SubtensorSimulator, ChainClient]]:
    """Run a chain whose blocks come on command, and its client."""
    async with (
        SubtensorSimulator(block_time=None, nodes=nodes) as simulator,
        ChainClient(simulator.urls, netuid=89, block_time=block_time) as client,
    ):
        yield simulator, client


def children() -> list[psutil.Process]:
    """Return the processes that talk to a chain."""
    found = []
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if any("chain.process" in part for part in child.cmdline()):
                found.append(child)
    return found


async def test_everything_is_read_through_the_process() -> None:
    """Each answer is a model of this process, and equal to the chain's state."""
    async with chain() as (simulator, client):
        head = await client.head()
        assert head == BlockRef(
            number=simulator.chain.head.number, hash=simulator.chain.head.hex
        )
        assert (await client.finalised()).number == head.number - 2
        assert await client.block_hash(head.number + 1) is None
        assert await client.tempo(head.hash) == 360
        window = Window(index=1, start=head.number, end=head.number + 59)
        snapshot = await client.snapshot(window, head.hash)
        assert snapshot.window is not window
        assert snapshot.window == window
        assert snapshot.started_at == await client.timestamp(head.hash)
        assert snapshot.neurons == await client.neurons(head.hash)
        own = await client.commitment(ALICE.address, block_hash=head.hash)
        assert own in snapshot.commitments
        (state,) = client.endpoints
        assert (state.in_use, state.height, state.lag) == (True, head.number, 0)
        assert len(children()) == 1
    assert not children()


async def test_subscribers_are_called_in_their_own_loop() -> None:
    """Heads, as they come; none any more for who ended it."""
    async with chain() as (simulator, client):
        thread = asyncio.get_running_loop()
        heads: list[BlockRef] = []
        others: list[BlockRef] = []
        loops = []

        def take(block: BlockRef) -> None:
            heads.append(block)
            loops.append(asyncio.get_running_loop())

        end = client.subscribe_heads(take)
        client.subscribe_heads(others.append)
        await eventually(lambda: heads and others)
        await simulator.produce()
        await eventually(lambda: heads[-1].number == simulator.chain.head.number)
        assert set(loops) == {thread}
        assert heads[-1].hash == simulator.chain.head.hex
        end()
        shown = len(heads)
        await simulator.produce()
        await eventually(lambda: others[-1].number == simulator.chain.head.number)
        assert len(heads) == shown


async def test_reads_go_on_while_heads_are_silent() -> None:
    """So that whoever waits for a block can ask for it."""
    async with chain(block_time=2) as (simulator, client):
        heads: list[BlockRef] = []
        client.subscribe_heads(heads.append)
        await eventually(lambda: heads)
        simulator.node.hush()
        await simulator.produce()
        assert (await client.head()).number == simulator.chain.head.number
        assert heads[-1].number < simulator.chain.head.number
        simulator.node.restore()
        await simulator.produce()
        await eventually(lambda: heads[-1].number == simulator.chain.head.number)


async def test_two_loops_share_a_client() -> None:
    """A command line's loop and another thread's, at once."""
    async with chain() as (_, client):
        other = asyncio.to_thread(lambda: asyncio.run(client.head()))
        one, two = await asyncio.gather(client.head(), other)
        assert one == two


async def test_a_dead_process_is_replaced() -> None:
    """What it was asked fails; what is asked next is answered by a new one."""
    async with chain() as (simulator, client):
        await client.head()
        (process,) = children()
        simulator.node.slow(30)
        reading = asyncio.create_task(client.head())
        await asyncio.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        with pytest.raises(ChainUnavailableError, match="process has ended"):
            await reading
        await eventually(lambda: not client.endpoints[0].in_use)
        simulator.node.restore()
        assert (await client.head()).number == simulator.chain.head.number
        (successor,) = children()
        assert successor.pid != process.pid


async def test_a_process_that_hangs_is_replaced() -> None:
    """It misses deadlines of its own, and is not waited for."""
    async with SubtensorSimulator(block_time=None) as simulator:
        client = ChainClient(simulator.urls, netuid=89, block_time=1, read_within=0.5)
        async with client:
            await asyncio.sleep(0)
            with pytest.MonkeyPatch.context() as patch:
                # A process that starts may take long; one that hangs is not waited for.
                patch.setattr(client_module, "_GRACE", 60)
                await client.head()
                (process,) = children()
                process.suspend()
                patch.setattr(client_module, "_GRACE", 0)
                with pytest.raises(ChainUnavailableError, match="does not answer"):
                    await client.head()
                patch.setattr(client_module, "_GRACE", 60)
                assert await client.head()
            assert process.pid not in [one.pid for one in children()]


async def test_a_closed_client_says_so() -> None:
    """Before its start, after its end, and to those who still wait."""
    async with SubtensorSimulator(block_time=None) as simulator:
        client = ChainClient(simulator.urls, netuid=89)
        with pytest.raises(ChainUnavailableError, match="not running"):
            await client.head()
        await client.start()
        await client.head()
        simulator.node.silence()
        reading = asyncio.create_task(client.head())
        await asyncio.sleep(0.05)
        await client.close()
        with pytest.raises(ChainUnavailableError):
            await reading
        with pytest.raises(ChainUnavailableError, match="not running"):
            await client.head()
        await client.close()
        assert not children()


async def test_publishing_from_a_wallet(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One extrinsic; the secret is in no log, error or object of ours on the way."""
    caplog.set_level(logging.NOTSET)
    path = write_hotkey(tmp_path)
    key = signer(path)
    async with chain() as (simulator, client):
        await client.head()
        block = await during(simulator, client.publish(PAYLOAD, key))
        stored = await client.commitment(ALICE.address, block_hash=block.hash)
        assert stored is not None
        assert (stored.raw, stored.block) == (PAYLOAD, block.number)
        assert simulator.chain.counts.accepted == 1

        simulator.node.refuse_extrinsics(1012)
        with pytest.raises(ExtrinsicRefusedError, match="banned") as refused:
            await client.publish(b"x", key)
        path.unlink()
        with pytest.raises(WalletError, match="does not exist") as missing:
            await client.publish(b"x", key)
        (process,) = children()
        shown = [
            caplog.text,
            repr(refused.value),
            repr(missing.value),
            repr(vars(client)),
            " ".join(process.cmdline()),
            repr(process.environ()),
            pickle.dumps((refused.value, missing.value, client.endpoints)).hex(),
        ]
        # The process that reads the chain has no key: it asks for each signature.
        private = ALICE.pair[1]
        for secret in (ALICE.seed.hex(), private.hex(), private[:32].hex()):
            assert secret not in "".join(shown).lower()


async def test_a_process_that_dies_after_signing_leaves_it_unconfirmed(
    tmp_path: Path,
) -> None:
    """The extrinsic may be on its way; a death before that is a plain error."""
    key = signer(write_hotkey(tmp_path))
    async with chain() as (simulator, client):
        await client.head()
        publishing = asyncio.create_task(client.publish(PAYLOAD, key))
        await eventually(lambda: simulator.chain.counts.accepted)
        children()[0].kill()
        with pytest.raises(ExtrinsicUnconfirmedError, match="may have been sent"):
            await publishing
        await client.head()
        simulator.node.silence()
        publishing = asyncio.create_task(client.publish(PAYLOAD, key))
        await asyncio.sleep(0.05)
        children()[0].kill()
        with pytest.raises(ChainError) as caught:
            await publishing
        assert not isinstance(caught.value, ExtrinsicUnconfirmedError)
        assert simulator.chain.counts.accepted == 1


async def test_the_process_loads_the_engine_alone() -> None:
    """Under its own name, without Home Assistant or anything else of this repository."""
    loaded = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-c",
        "import sys, auction.chain.process; print(*sys.modules)",
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(REPOSITORY / "custom_components/mining_farm/engines")},
    )
    output, _ = await loaded.communicate()
    modules = set(output.decode().split())
    assert "auction.chain.substrate" in modules
    assert not {"homeassistant", "custom_components", "pools"} & modules


async def test_the_client_leaves_the_chains_library_to_its_process() -> None:
    """Its import alone takes a while, and memory."""
    loaded = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-c",
        "import sys, auction.chain.client; print(*sys.modules)",
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(REPOSITORY / "custom_components/mining_farm/engines")},
    )
    output, _ = await loaded.communicate()
    modules = set(output.decode().split())
    assert "auction.chain.thread" in modules
    assert not {"async_substrate_interface", "scalecodec", "websockets"} & modules


@pytest.fixture
def large_chain(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run a full subnet of 256 in a process, so that its work is not counted here."""
    real = request.param == "real"
    if real and not REAL_METADATA.exists():
        pytest.skip("the live chain's metadata is not here")
    port = _free_port()
    arguments = ["--port", str(port), "--bidders", "245", "--block-time", "600"]
    if real:
        arguments += ["--metadata", str(REAL_METADATA)]
    process = subprocess.Popen(
        [sys.executable, "-m", "simulators.subtensor", *arguments],
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ,
    )
    yield f"ws://127.0.0.1:{port}"
    process.terminate()
    process.wait()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@twin(OTHER_CASES)
@pytest.mark.parametrize("large_chain", ["own", "real"], indirect=True)
async def test_the_callers_loop_never_stalls(large_chain: str) -> None:
    """Below 20 ms through connecting, metadata, and reading a full subnet.

    Counted is what this process itself keeps the loop from running for, in any of its
    threads: a machine that is busy with others makes no difference.
    """
    stalls: list[float] = []

    async def tick() -> None:
        while True:
            wall, used = time.perf_counter(), time.process_time()
            await asyncio.sleep(0.001)
            wall, used = time.perf_counter() - wall, time.process_time() - used
            stalls.append(min(wall, used))

    gc.collect()
    gc.disable()
    ticking = asyncio.create_task(tick())
    try:
        async with ChainClient([large_chain], netuid=89) as client:
            head: BlockRef | None = None
            while head is None:
                try:
                    head = await client.head()
                except ChainUnavailableError:
                    await asyncio.sleep(0.1)
            assert len(await client.neurons(head.hash)) > 250
            window = Window(index=1, start=head.number, end=head.number + 59)
            snapshot = await client.snapshot(window, head.hash)
            assert len(snapshot.commitments) > 240
    finally:
        gc.enable()
        ticking.cancel()
    assert len(stalls) > 100
    assert max(stalls) < STALL
