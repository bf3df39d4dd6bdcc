"""The product reads each simulated miner as what it is: both sides check each other."""

from collections.abc import Callable

import pytest

from custom_components.mining_farm.engines.edge_collector.drivers.cgminer.client import (
    CGMinerClient,
)
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer.collector import (
    MinerCollector,
)
from custom_components.mining_farm.engines.edge_collector.errors import (
    Failure,
    MinerError,
)
from custom_components.mining_farm.engines.edge_collector.models import (
    Algorithm,
    MinerSnapshot,
)
from simulators.antminer import MODELS, AntminerSimulator
from simulators.antminer.models import Family
from simulators.clock import ManualClock
from tests.simulators.conftest import Start

TELLS_PCB = set(MODELS) - {"a1246"}
TELLS_DEAD_CHIPS = {
    "s19jpro",
    "s21",
    "s19x6",
    "s19prohyd",
    "s21plushyd",
    "s9",
    "l3plus",
}
TELLS_RATE_OF_BOARDS = set(MODELS) - {"a1246"}
TELLS_SERIAL = {"s19jpro", "s21", "s19x6", "s19prohyd", "s21plushyd", "a1246"}
TELLS_MAC = {"m30s", "a1246"}


def _collector(miner: AntminerSimulator, clock: ManualClock) -> MinerCollector:
    client = CGMinerClient(miner.host, miner.port, timeout=2.0, retries=0)
    return MinerCollector(client, clock=clock.now)


async def _read(collector: MinerCollector) -> MinerSnapshot:
    """Poll until every command has had its turn."""
    for _ in range(3):
        await collector.async_poll()
    return await collector.async_poll()


@pytest.mark.parametrize("model", MODELS)
async def test_a_miner_with_a_few_dead_chips(
    start: Start, clock: ManualClock, model: str
) -> None:
    """Rates, temperatures, chips, fans, counters, pools and identity."""
    miner = await start(model, seed=3, worker="account.rig7")
    miner.kill_chips(miner.model.slots[0], 2)
    clock.advance(600)
    snapshot, truth = await _read(_collector(miner, clock)), miner.reading()

    assert snapshot.model is not None
    assert snapshot.model.endswith(miner.model.type)
    scrypt = model == "l3plus"
    assert snapshot.algorithm is (Algorithm.SCRYPT if scrypt else Algorithm.SHA256)
    assert snapshot.hashrate_ghs == pytest.approx(truth.rate_ghs)
    assert snapshot.uptime_s == pytest.approx(truth.elapsed, abs=2)
    assert (snapshot.accepted, snapshot.rejected) == (truth.accepted, truth.rejected)
    assert snapshot.hw_errors == truth.hw_errors
    assert [fan.rpm for fan in snapshot.fans] == list(truth.fans.values())
    assert [pool.active for pool in snapshot.pools[:2]] == [True, False]
    assert snapshot.pools[0].worker == "account.rig7"
    assert snapshot.pools[0].accepted == truth.pools[0].accepted
    if model in TELLS_SERIAL:
        assert snapshot.hardware_id == miner.identity.serial
    if model in TELLS_MAC:
        assert snapshot.mac == miner.identity.mac.lower()
    if miner.model.family is Family.WHATSMINER:
        assert snapshot.power_w == truth.power_w

    assert [board.id for board in snapshot.boards] == list(miner.model.slots)
    for board, true in zip(snapshot.boards, truth.boards, strict=True):
        assert board.temp_chip == pytest.approx(true.temp_chip)
        assert board.hw_errors == true.hw_errors
        if model in TELLS_RATE_OF_BOARDS:
            assert board.hashrate_ghs == pytest.approx(true.rate_ghs)
        if model in TELLS_PCB:
            assert board.temp_pcb == pytest.approx(true.temp_pcb)
        if model in TELLS_DEAD_CHIPS:
            assert (board.chips_ok, board.chips_total) == (
                true.chips_ok,
                true.chips_total,
            )


@pytest.mark.parametrize("model", sorted(TELLS_DEAD_CHIPS))
async def test_a_dead_board_and_a_lost_one(
    start: Start, clock: ManualClock, model: str
) -> None:
    """A dead one is read with no chip and no rate, a lost one is not read."""
    miner = await start(model, seed=3)
    dead, lost = miner.model.slots[:2]
    miner.kill_board(dead)
    miner.lose_board(lost)
    clock.advance(60)
    snapshot, truth = await _read(_collector(miner, clock)), miner.reading()
    assert [board.id for board in snapshot.boards] == [dead, *miner.model.slots[2:]]
    assert (snapshot.boards[0].chips_ok, snapshot.boards[0].hashrate_ghs) == (0, 0)
    assert snapshot.hashrate_ghs == pytest.approx(truth.rate_ghs)
    assert snapshot.boards_healthy == len(miner.model.slots) - 2


@pytest.mark.parametrize("model", MODELS)
async def test_a_miner_that_stopped_hashing(
    start: Start, clock: ManualClock, model: str
) -> None:
    """The rate is a measured 0, whatever the averages still say."""
    miner = await start(model)
    miner.stop_hashing()
    clock.advance(60)
    snapshot = await _read(_collector(miner, clock))
    assert (snapshot.hashrate_ghs, snapshot.hashing) == (0, False)


async def test_water_is_read_in_the_shape_that_tells_it(
    start: Start, clock: ManualClock
) -> None:
    """Beside the shape that numbers the boards; two connections in steady state."""
    miner = await start("s21plushyd")
    collector = _collector(miner, clock)
    first = await _read(collector)
    before = miner.traffic.connections
    clock.advance(30)
    snapshot, truth = await collector.async_poll(), miner.reading()
    assert first.temp_water_in is not None
    inlet, outlet = snapshot.temp_water_in, snapshot.temp_water_out
    assert inlet == pytest.approx(truth.inlet, abs=1)
    assert inlet is not None
    assert outlet is not None
    assert outlet > inlet
    assert [board.id for board in snapshot.boards] == list(miner.model.slots)
    assert miner.traffic.connections == before + 2


@pytest.mark.parametrize(
    "model", ["s19jpro", "s21", "s9", "m30s", "s17braiins", "a1246"]
)
async def test_one_connection_in_steady_state(
    start: Start, clock: ManualClock, model: str
) -> None:
    """Whatever the firmware takes, a later poll costs one connection."""
    miner = await start(model)
    collector = _collector(miner, clock)
    await _read(collector)
    before = miner.traffic.connections
    clock.advance(30)
    await collector.async_poll()
    assert miner.traffic.connections == before + 1


async def test_new_firmware_is_learned_from_scratch(
    start: Start, clock: ManualClock
) -> None:
    """After an update that takes arrays the readings go on."""
    miner = await start("s19jpro")
    collector = _collector(miner, clock)
    await _read(collector)
    miner.update_firmware("86.1.0.9", accepts_array=True)
    clock.advance(1200)
    snapshot = await _read(collector)
    assert snapshot.hashrate_ghs == pytest.approx(miner.reading().rate_ghs)


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        (AntminerSimulator.refuse, Failure.REFUSED),
        (AntminerSimulator.power_off, Failure.REFUSED),
        (AntminerSimulator.deny, Failure.DENIED),
        (lambda miner: miner.deny(reset=True), Failure.DENIED),
        (AntminerSimulator.hang, Failure.TIMEOUT),
        (AntminerSimulator.drip, Failure.TIMEOUT),
        (AntminerSimulator.truncate, Failure.INVALID_REPLY),
        (AntminerSimulator.drop, Failure.INVALID_REPLY),
        (AntminerSimulator.garble, Failure.NOT_CGMINER),
        (AntminerSimulator.flood, Failure.INVALID_REPLY),
        (AntminerSimulator.nest, Failure.INVALID_REPLY),
        (lambda miner: miner.nest(40), Failure.INVALID_REPLY),
        (AntminerSimulator.widen, Failure.INVALID_REPLY),
    ],
)
@pytest.mark.parametrize("model", ["s19jpro", "s9", "m30s"])
async def test_each_fault_of_the_wire_has_its_name(
    start: Start,
    model: str,
    fault: Callable[[AntminerSimulator], None],
    failure: Failure,
) -> None:
    """What is wrong outside is reported as what it is inside."""
    miner = await start(model)
    fault(miner)
    client = CGMinerClient(miner.host, miner.port, timeout=0.1, retries=0)
    with pytest.raises(MinerError) as raised:
        await MinerCollector(client).async_poll()
    assert raised.value.failure is failure
