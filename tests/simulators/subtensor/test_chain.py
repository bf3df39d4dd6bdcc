"""Blocks, finality, branches and states, as JSON-RPC reports them."""

from hashlib import blake2b

import pytest

from custom_components.mining_farm.engines.auction.windows import window_at
from custom_components.mining_farm.engines.auction.wire.bids import decode_bids
from simulators.clock import ManualClock
from simulators.subtensor import ALICE, START_BLOCK, SubtensorSimulator
from simulators.subtensor.scale import compact
from simulators.subtensor.storage import (
    LAST_EPOCH,
    NOW,
    PENDING_EPOCH,
    RAW_LIMIT,
    SUBNET_EPOCH,
    commitment_key,
    data_field,
    epoch_key,
)

from .client import AnsweredError, Client, connected

NOW_KEY = f"0x{NOW.hex()}"


async def _milliseconds(client: Client, block_hash: str | None = None) -> int:
    value = await client.ask("state_getStorage", NOW_KEY, block_hash)
    return int.from_bytes(bytes.fromhex(value[2:]), "little")


async def test_it_starts_shortly_before_a_window(client: Client) -> None:
    """With the start of the present window among its blocks."""
    header = await client.ask("chain_getHeader")
    assert int(header["number"], 16) == START_BLOCK
    window = window_at(START_BLOCK, 89, 360)
    assert window.end - START_BLOCK == 4
    start = await client.ask("chain_getBlockHash", window.start)
    assert await _milliseconds(client) - await _milliseconds(client, start) == 660_000


async def test_a_hash_is_that_of_the_header(client: Client) -> None:
    """So a client may compute it from what a subscription sends."""
    header = await client.ask("chain_getHeader")
    parent, state, extrinsics = (
        bytes.fromhex(header[key][2:])
        for key in ("parentHash", "stateRoot", "extrinsicsRoot")
    )
    encoded = parent + compact(START_BLOCK) + state + extrinsics + b"\0"
    expected = f"0x{blake2b(encoded, digest_size=32).hexdigest()}"
    assert await client.ask("chain_getBlockHash", START_BLOCK) == expected
    assert await client.ask("chain_getHead") == expected


async def test_heads_and_finality(
    simulator: SubtensorSimulator, client: Client
) -> None:
    """Each block is sent once, and once more two blocks later."""
    heads = await client.ask("chain_subscribeNewHeads")
    final = await client.ask("chain_subscribeFinalizedHeads")
    assert heads != final
    await simulator.produce(3)
    numbers = [int(head["number"], 16) for head in await client.updates(heads, 4)]
    assert numbers == list(range(START_BLOCK, START_BLOCK + 4))
    numbers = [int(head["number"], 16) for head in await client.updates(final, 4)]
    assert numbers == list(range(START_BLOCK - 2, START_BLOCK + 2))
    assert await client.ask("chain_unsubscribeNewHeads", heads)
    assert not await client.ask("chain_unsubscribeNewHeads", heads)
    await simulator.produce()
    assert await client.left(heads) == []
    assert len(await client.left(final)) == 1


async def test_a_future_block_has_no_hash(client: Client) -> None:
    """Null, as a real node."""
    assert await client.ask("chain_getBlockHash", START_BLOCK + 1) is None
    assert await client.ask("chain_getHeader", f"0x{'ab' * 32}") is None


async def test_reads_are_of_the_block_they_are_pinned_to(
    simulator: SubtensorSimulator, client: Client
) -> None:
    """A later change does not alter the past."""
    key = f"0x{commitment_key(89, ALICE.account).hex()}"
    before = await client.ask("chain_getHead")
    simulator.control.commit(ALICE.address, "2;b;BTC,1=0.45:1")
    old = await client.ask("state_getStorage", key)
    await simulator.produce()
    new = await client.ask("state_getStorage", key)
    assert b"BTC,1=0.45:1".hex() in new
    assert new != old == await client.ask("state_getStorage", key, before)


async def test_old_states_are_discarded(
    socket_enabled: None, clock: ManualClock
) -> None:
    """The block is there, its state is not; the block before the limit has both."""
    async with (
        SubtensorSimulator(clock=clock, block_time=None, kept_states=10) as simulator,
        connected(simulator.node.url) as client,
    ):
        kept = await client.ask("chain_getBlockHash", START_BLOCK - 9)
        gone = await client.ask("chain_getBlockHash", START_BLOCK - 10)
        assert await client.ask("state_getStorage", NOW_KEY, kept)
        assert await client.ask("chain_getHeader", gone)
        with pytest.raises(AnsweredError, match=f"State already discarded for {gone}"):
            await client.ask("state_getStorage", NOW_KEY, gone)
        with pytest.raises(AnsweredError, match="Header was not found"):
            await client.ask("state_getStorage", NOW_KEY, f"0x{'ab' * 32}")


async def test_a_reorganisation(simulator: SubtensorSimulator, client: Client) -> None:
    """Other hashes at the same heights, the same state; the old branch is still known."""
    simulator.control.commit(ALICE.address, "2;b;BTC,1=0.45:1")
    await simulator.produce(2)
    key = f"0x{commitment_key(89, ALICE.account).hex()}"
    committed = await client.ask("state_getStorage", key)
    old = [await client.ask("chain_getBlockHash", START_BLOCK + n) for n in range(3)]
    heads = await client.ask("chain_subscribeNewHeads")
    await simulator.reorganise(2)
    new = [await client.ask("chain_getBlockHash", START_BLOCK + n) for n in range(3)]
    assert new[0] == old[0]
    assert new[1] != old[1]
    assert new[2] != old[2]
    assert [int(head["number"], 16) - START_BLOCK for head in await client.left(heads)]
    assert await client.ask("state_getStorage", key) == committed
    assert (await client.ask("chain_getHeader", old[2]))["parentHash"] == old[1]


async def test_what_is_final_stays(simulator: SubtensorSimulator) -> None:
    """A reorganisation cannot reach below it."""
    with pytest.raises(ValueError, match="undoes finalised"):
        simulator.control.reorganise(3)


async def test_keys_come_in_their_own_order(
    simulator: SubtensorSimulator, client: Client
) -> None:
    """All at once or in pages; values keep that order."""
    prefix = f"0x{commitment_key(89, b'').hex()[:68]}"
    keys = await client.ask("state_getKeys", prefix, None)
    assert keys == sorted(keys)
    assert len(keys) == 5 + 12 + 1
    first = await client.ask("state_getKeysPaged", prefix, 10, prefix, None)
    second = await client.ask("state_getKeysPaged", prefix, 10, first[-1], None)
    assert first + second == keys
    [answer] = await client.ask("state_queryStorageAt", keys, None)
    assert [key for key, _ in answer["changes"]] == keys
    assert answer["block"] == await client.ask("chain_getHead")


def test_the_same_seed_is_the_same_chain(clock: ManualClock) -> None:
    """Commitment for commitment; another seed is another."""

    def state(seed: int) -> dict[bytes, bytes]:
        simulator = SubtensorSimulator(clock=clock, seed=seed, block_time=None)
        return dict(simulator.chain.head.state.storage)

    assert state(1) == state(1) != state(2)


def test_everybody_bids_what_the_network_accepts(clock: ManualClock) -> None:
    """Over some hours, and short enough for one field."""
    market = SubtensorSimulator(clock=clock, seed=7, bidders=60).market
    seen = set()
    for block in range(START_BLOCK, START_BLOCK + 800):
        for _, field in market.changes(block):
            assert len(field) <= RAW_LIMIT + 1
            if field[1:4] == b"2;b":
                bids = decode_bids(field[1:])
                assert bids
                seen.add(field)
    assert len(seen) > 60


async def test_blocks_come_by_the_clock(
    socket_enabled: None, clock: ManualClock
) -> None:
    """Every 12 seconds, until they are halted."""
    async with SubtensorSimulator(clock=clock) as simulator:
        clock.advance(11.9)
        assert simulator.chain.head.number == START_BLOCK
        clock.advance(12.2)
        assert simulator.chain.head.number == START_BLOCK + 2
        simulator.control.halt()
        clock.advance(60)
        assert simulator.chain.head.number == START_BLOCK + 2


def test_big_payloads_are_no_raw_field() -> None:
    """129 bytes need BigRaw."""
    assert data_field(bytes(128))[0] == 129
    assert data_field(bytes(129))[0] == 136


async def test_an_epoch_comes_with_the_tempo_or_when_its_owner_asks(
    client: Client, simulator: SubtensorSimulator
) -> None:
    """Each one counts; what is asked for is over once it has come."""

    async def read() -> tuple[int, ...]:
        values = [
            await client.ask("state_getStorage", f"0x{epoch_key(item, 89).hex()}")
            for item in (LAST_EPOCH, PENDING_EPOCH, SUBNET_EPOCH)
        ]
        return tuple(
            int.from_bytes(bytes.fromhex(value[2:]), "little") for value in values
        )

    last, pending, index = await read()
    assert (last + 89 + 2) % 361 == 0
    assert 0 < START_BLOCK - last <= 360
    assert pending == 0
    simulator.control.start_epoch(blocks=3)
    await simulator.produce()
    assert await read() == (last, START_BLOCK + 4, index)
    await simulator.produce(3)
    assert await read() == (START_BLOCK + 4, 0, index + 1)
    await simulator.produce(360)
    assert await read() == (START_BLOCK + 4, 0, index + 1)
    await simulator.produce()
    assert await read() == (START_BLOCK + 365, 0, index + 2)
    with pytest.raises(ValueError, match="blocks must be"):
        simulator.control.start_epoch(blocks=-1)
