"""Wallets of the same subnet share a process and a connection, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from custom_components.mining_farm.engines.auction.chain.sharing import (
    ChainLease,
    ChainPool,
)
from custom_components.mining_farm.engines.auction.errors import (
    ChainError,
    ChainUnavailableError,
    ExtrinsicUnconfirmedError,
    WalletError,
)
from custom_components.mining_farm.engines.auction.models import BlockRef, Window
from custom_components.mining_farm.engines.auction.publish.hotkey import signer
from simulators.subtensor import ALICE, BOB, SubtensorSimulator
from simulators.subtensor.wallet import write_hotkey

from .fake_node import eventually
from .mining import during
from .test_chain import children

PAYLOAD = b"2;b;BTC,0.9=0.1:1"

pytestmark = pytest.mark.usefixtures("socket_enabled")


@asynccontextmanager
async def wallets(
    count: int = 2,
) -> AsyncIterator[tuple[SubtensorSimulator, list[ChainLease]]]:
    """Run a chain whose blocks come on command, and what so many wallets have of it."""
    async with SubtensorSimulator(
        block_time=None, own=(ALICE.account, BOB.account)
    ) as simulator:
        pool = ChainPool()
        leases = [pool.lease(simulator.urls, netuid=89) for _ in range(count)]
        for lease in leases:
            await lease.start()
        try:
            yield simulator, leases
        finally:
            for lease in leases:
                await lease.close()


async def test_five_wallets_are_one_process_and_one_connection() -> None:
    """All are told of blocks and endpoints; what they read at once is read once."""
    async with wallets(5) as (simulator, leases):
        heads: list[BlockRef] = []
        for lease in leases:
            lease.subscribe_heads(heads.append)
        head = await leases[0].head()
        assert await asyncio.gather(*(lease.head() for lease in leases)) == [head] * 5
        window = Window(index=1, start=head.number, end=head.number + 59)
        methods = simulator.node.traffic.methods
        before = methods["state_queryStorageAt"]
        snapshots = await asyncio.gather(
            *(lease.snapshot(window, head.hash) for lease in leases)
        )
        assert methods["state_queryStorageAt"] == before + 1
        assert all(one == snapshots[0] for one in snapshots)
        heads.clear()
        await simulator.produce()
        await eventually(lambda: len(heads) == 5)
        assert {one.endpoints[0].in_use for one in leases} == {True}
        assert simulator.node.traffic.connections == 1
        assert len(children()) == 1
    assert not children()


async def test_another_subnet_chain_or_order_of_endpoints_is_another_client() -> None:
    """Each of them is another question."""
    async with SubtensorSimulator(block_time=None, nodes=2) as simulator:
        pool = ChainPool()
        first, second = simulator.urls
        leases = [
            pool.lease([first, second], netuid=89),
            pool.lease([first, second, first], netuid=89),
            pool.lease([second, first], netuid=89),
            pool.lease([first, second], netuid=88),
            pool.lease([first, second], netuid=89, genesis="0xother"),
        ]
        for lease in leases:
            await lease.start()
        assert len(children()) == 4
        for lease in leases:
            await lease.close()
        assert not children()
        with pytest.raises(ChainError, match="endpoint"):
            pool.lease(["http://example.test"], netuid=89)


async def test_each_signature_is_of_its_wallet(tmp_path: Path) -> None:
    """Two wallets publish the same bid with the same nonce at once, by their own keys."""
    keys = [
        signer(write_hotkey(tmp_path, key, hotkey=name))
        for name, key in (("alice", ALICE), ("bob", BOB))
    ]
    async with wallets() as (simulator, leases):
        both = asyncio.gather(
            *(
                lease.publish(PAYLOAD, key)
                for lease, key in zip(leases, keys, strict=True)
            )
        )
        blocks = await during(simulator, both)
        assert simulator.chain.counts.succeeded == 2
        for lease, key, block in zip(leases, keys, blocks, strict=True):
            stored = await lease.commitment(key.ss58, block_hash=block.hash)
            assert stored is not None
            assert stored.raw == PAYLOAD
            assert simulator.chain.nonce(_account(key.ss58)) == 1


def _account(address: str) -> bytes:
    return next(key.account for key in (ALICE, BOB) if key.address == address)


async def test_a_wallet_that_cannot_sign_keeps_no_other_one_from_it(
    tmp_path: Path,
) -> None:
    """Its file is gone; the other's extrinsic is in the chain."""
    missing = signer(write_hotkey(tmp_path, BOB, hotkey="bob"))
    missing.path.unlink()
    key = signer(write_hotkey(tmp_path))
    async with wallets() as (simulator, leases):
        failed = asyncio.create_task(leases[1].publish(PAYLOAD, missing))
        await during(simulator, leases[0].publish(PAYLOAD, key))
        with pytest.raises(WalletError, match="does not exist"):
            await failed
        assert simulator.chain.counts.accepted == 1


async def test_a_wallet_that_leaves_ends_only_what_is_its_own(tmp_path: Path) -> None:
    """The last one takes the process with it; the first to come starts another one."""
    keys = [
        signer(write_hotkey(tmp_path, key, hotkey=name))
        for name, key in (("alice", ALICE), ("bob", BOB))
    ]
    async with wallets() as (simulator, leases):
        first, second = leases
        heads: list[BlockRef] = []
        first.subscribe_heads(heads.append)
        await first.head()
        (process,) = children()
        gone, stays = (
            asyncio.create_task(lease.publish(PAYLOAD, key))
            for lease, key in zip(leases, keys, strict=True)
        )
        await eventually(lambda: simulator.chain.counts.accepted == 2)
        await first.close()
        # It was sent: what becomes of it is asked of the chain the next time.
        with pytest.raises(ExtrinsicUnconfirmedError, match="may have been sent"):
            await gone
        with pytest.raises(ChainUnavailableError, match="not running"):
            await first.head()
        heads.clear()
        block = await during(simulator, stays)
        assert await second.commitment(BOB.address, block_hash=block.hash)
        assert not heads
        assert [one.pid for one in children()] == [process.pid]
        await first.start()
        assert (await first.head()).number == simulator.chain.head.number
        assert [one.pid for one in children()] == [process.pid]
        await first.close()
        await second.close()
        assert not children()
        await second.start()
        assert (await second.head()).number == simulator.chain.head.number
        assert len(children()) == 1


async def test_one_wallet_that_waits_no_longer_leaves_the_read_to_others() -> None:
    """What two have asked for is ended when both have gone."""
    async with wallets() as (simulator, leases):
        head = await leases[0].head()
        simulator.node.silence()
        left, stays = (asyncio.create_task(one.tempo(head.hash)) for one in leases)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        left.cancel()
        simulator.node.restore()
        simulator.node.drop()
        assert await stays == 360
        with pytest.raises(asyncio.CancelledError):
            await left


@pytest.mark.parametrize("how", ["connection", "process"])
async def test_all_wallets_come_back(how: str) -> None:
    """By one new connection or process, whoever asks first."""
    async with wallets(3) as (simulator, leases):
        heads: list[BlockRef] = []
        for lease in leases:
            lease.subscribe_heads(heads.append)
        await leases[0].head()
        before = simulator.node.traffic.connections
        (process,) = children()
        if how == "process":
            process.kill()
            await eventually(lambda: not leases[2].endpoints[0].in_use)
        else:
            simulator.node.drop()
            await eventually(lambda: simulator.node.traffic.connections > before)
        await asyncio.gather(*(lease.head() for lease in leases))
        heads.clear()
        await simulator.produce()
        newest = simulator.chain.head.number
        await eventually(lambda: sum(one.number == newest for one in heads) == 3)
        assert simulator.node.traffic.connections == before + 1
        assert len(children()) == 1
