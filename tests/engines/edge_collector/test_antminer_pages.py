"""Stock Antminers by their pages: read beside port 4028 or alone, put to sleep, set."""

from collections.abc import Callable

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Command,
    ControlError,
    ControlFailure,
    Credentials,
    Failure,
    MinerError,
    MinerSnapshot,
    MinerState,
    Outcome,
    PoolSetting,
    Reader,
    async_identify,
    async_sign_in,
    create_reader,
    registry,
)
from custom_components.mining_farm.engines.edge_collector.address import Address
from custom_components.mining_farm.engines.edge_collector.drivers.antminer import (
    client,
    dialects,
    driver,
    parsing,
)
from simulators.antminer import AntminerSimulator

from .axes import Axes, carry_out, writer_at

ROOT = Credentials(username="root", password="root")
NO_POOL = {"url": "", "user": "", "pass": ""}


type Look = Callable[[int], None]


@pytest.fixture
def look_at(monkeypatch: pytest.MonkeyPatch) -> Look:
    """Return what sets the port on which pages are looked for."""
    monkeypatch.setattr(
        registry, "DRIVERS", (registry.DRIVERS[0], driver.AntminerDriver())
    )
    return lambda port: monkeypatch.setattr(driver.AntminerDriver, "ports", (port,))


def way_of(miner: AntminerSimulator) -> registry.Way:
    """Return the way to its pages."""
    return registry.Way("antminer", miner.web.wire.port)


def reader_of(
    miner: AntminerSimulator, account: Credentials | None = ROOT, *, alone: bool = False
) -> Reader:
    """Return what reads it by port 4028 and by its pages, or by these alone."""
    way = way_of(miner)
    if alone:
        return create_reader(
            miner.host, way.port, driver="antminer", credentials=account
        )
    return create_reader(miner.host, miner.port, second=way, credentials=account)


async def order(
    axes: Axes,
    miner: AntminerSimulator,
    command: Command,
    value: float | str | bool | tuple[PoolSetting, ...] | None = None,
) -> Outcome:
    """Order something of a miner."""
    writer = writer_at(miner.host, way_of(miner), axes.clock, ROOT)
    return await carry_out(writer, command, value)


async def test_the_pages_are_found_beside_port_4028_without_a_password(
    axes: Axes, look_at: Look
) -> None:
    """What the miner could be ordered is known by its family."""
    miner = await axes.antminer()
    look_at(miner.web.wire.port)
    found = await async_identify(miner.host, miner.port)
    assert found.driver == "cgminer"
    assert found.second == way_of(miner)
    assert found.snapshot.capabilities == parsing.CAN_SLEEP
    assert found.snapshot.model == "Antminer S19j Pro"
    assert not miner.web.requests


async def test_other_pages_are_none_of_an_antminer(axes: Axes, look_at: Look) -> None:
    """A page without a password, and no page at all."""
    miner = await axes.antminer()
    device = await axes.simulated()
    look_at(device.port)
    assert (await async_identify(miner.host, miner.port)).second is None
    miner.web_refuse()
    look_at(miner.web.wire.port)
    assert (await async_identify(miner.host, miner.port)).second is None


async def test_a_password_is_proved_by_reading(axes: Axes) -> None:
    """The right one opens the configuration, another does not."""
    miner = await axes.antminer()
    await async_sign_in(miner.host, way_of(miner), ROOT)
    miner.change_password("other")
    with pytest.raises(MinerError) as caught:
        await async_sign_in(miner.host, way_of(miner), ROOT)
    assert caught.value.failure is Failure.AUTH_FAILED
    assert not miner.web.writes


async def test_both_ways_make_one_reading(
    axes: Axes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The MAC and the watts are those of the pages, the boards those of port 4028."""
    miner = await axes.antminer(meter_port=0)
    assert miner.web.meter is not None
    monkeypatch.setattr(client, "SIDE_PORT", miner.web.meter.port)
    reading = await reader_of(miner).async_poll()
    assert reading.mac == miner.identity.mac.lower()
    assert reading.power_w == pytest.approx(3068, rel=0.05)
    assert (len(reading.boards), reading.boards_total) == (3, 3)
    assert reading.settings == {Command.LEVEL: "normal", Command.LOCATE: False}
    assert reading.hashing
    assert not reading.failing
    assert reading.boards[0].id == 1


async def test_a_warning_is_the_fault_of_the_miner(
    axes: Axes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its code; where it has none there is none."""
    miner = await axes.antminer(meter_port=0)
    assert miner.web.meter is not None
    monkeypatch.setattr(client, "SIDE_PORT", miner.web.meter.port)
    reader = reader_of(miner)
    assert (await reader.async_poll()).fault is None
    miner.web.warning = "P:1"
    assert (await reader.async_poll()).fault == "P:1"


async def test_without_a_meter_watts_are_unknown_and_seldom_asked(axes: Axes) -> None:
    """Nothing is invented."""
    miner = await axes.antminer()
    reader = reader_of(miner)
    for _ in range(3):
        assert (await reader.async_poll()).power_w is None
    assert miner.web.traffic.most_open == 1


async def test_without_an_account_the_pages_are_left_alone(axes: Axes) -> None:
    """Each question without one would be a failed login on the miner."""
    miner = await axes.antminer()
    reading = await reader_of(miner, None).async_poll()
    assert reading.hashing
    assert not miner.web.refused
    assert not reading.failing


async def test_either_way_may_fail_alone(axes: Axes) -> None:
    """The reading says which."""
    miner = await axes.antminer()
    reader = reader_of(miner)
    both = await reader.async_poll()
    miner.web_refuse()
    first = await reader.async_poll()
    assert first.failing == {"antminer": Failure.REFUSED}
    assert first.hashrate_ghs == pytest.approx(both.hashrate_ghs, rel=0.1)

    miner.restore()
    miner.refuse()
    second = await reader.async_poll()
    assert second.failing == {"cgminer": Failure.REFUSED}
    assert second.hashrate_ghs == pytest.approx(both.hashrate_ghs, rel=0.1)
    assert second.mac == both.mac

    miner.web_refuse()
    with pytest.raises(MinerError):
        await reader.async_poll()


async def test_a_password_that_is_no_longer_right_is_told_apart(axes: Axes) -> None:
    """The miner stays readable by port 4028."""
    miner = await axes.antminer()
    reader = reader_of(miner)
    miner.change_password("new")
    reading = await reader.async_poll()
    assert reading.failing == {"antminer": Failure.AUTH_FAILED}
    assert reading.hashing


@pytest.mark.parametrize("alone", [False, True])
async def test_sleep_and_normal(axes: Axes, *, alone: bool) -> None:
    """One key of the whole configuration is changed, and each is one write."""
    miner = await axes.antminer()
    before = dict(miner.web.conf)
    reader = reader_of(miner, alone=alone)
    assert await order(axes, miner, Command.PAUSE) is Outcome.CONFIRMED
    reading = await reader.async_poll()
    assert reading.reported_state is MinerState.PAUSED
    assert (reading.hashing, reading.hashrate_ghs) == (False, 0)
    assert await order(axes, miner, Command.PAUSE) is Outcome.UNCHANGED
    (write,) = miner.web.writes
    assert write.json == before | {
        "bitmain-work-mode": "1",
        "miner-mode": 1,
        "freq-level": "100",
    }

    assert await order(axes, miner, Command.RESUME) is Outcome.CONFIRMED
    assert miner.web.conf == before
    axes.clock.advance(10)
    if alone:
        assert (await reader.async_poll()).reported_state is MinerState.STARTING
    axes.clock.advance(300)
    assert (await reader.async_poll()).hashing
    assert len(miner.web.writes) == 2


async def test_waking_goes_back_to_the_mode_before(axes: Axes) -> None:
    """The low mode is not lost over a sleep."""
    miner = await axes.antminer()
    miner.web.conf["bitmain-work-mode"] = "3"
    reading = await reader_of(miner).async_poll()
    level = reading.settings[Command.LEVEL]
    assert level == "low"
    await order(axes, miner, Command.PAUSE)
    await order(axes, miner, Command.RESUME, level)
    assert miner.web.conf["bitmain-work-mode"] == "3"


async def test_on_its_way_to_sleep_it_is_stopping_and_gets_no_second_write(
    axes: Axes,
) -> None:
    """Writing the same again would restart it."""
    miner = await axes.antminer()
    miner.web.sleep()
    reading = await reader_of(miner).async_poll()
    assert reading.reported_state is MinerState.STOPPING
    assert await order(axes, miner, Command.PAUSE) is Outcome.CONFIRMED
    assert not miner.web.writes


async def test_a_configuration_without_pools_is_never_written(axes: Axes) -> None:
    """The miner would lose those that it has."""
    miner = await axes.antminer()
    miner.lose_pools()
    with pytest.raises(ControlError, match="no pools") as caught:
        await order(axes, miner, Command.PAUSE)
    assert caught.value.failure is ControlFailure.REFUSED
    assert not miner.web.writes


async def test_a_refusal_in_a_good_answer_is_one(axes: Axes) -> None:
    """HTTP 200 with "stats": "error" in it; the miner's words reach the user."""
    miner = await axes.antminer()
    miner.error_in_ok()
    with pytest.raises(ControlError, match="Invalid pool!") as caught:
        await order(axes, miner, Command.PAUSE)
    assert caught.value.failure is ControlFailure.REFUSED


async def test_the_led_blinks_until_it_is_switched_off(axes: Axes) -> None:
    """Both are read back."""
    miner = await axes.antminer()
    for on in (True, False):
        assert await order(axes, miner, Command.LOCATE, on) is Outcome.CONFIRMED
        assert miner.web.blinking is on
    assert (await order(axes, miner, Command.LOCATE, value=False)) is Outcome.UNCHANGED


@pytest.mark.parametrize("asleep", [False, True])
async def test_a_reboot_is_seen(axes: Axes, *, asleep: bool) -> None:
    """By its uptime, and where it has none by its absence."""
    miner = await axes.antminer()
    if asleep:
        await order(axes, miner, Command.PAUSE)
        miner.web.requests.clear()
    assert await order(axes, miner, Command.REBOOT) is Outcome.CONFIRMED
    assert [write.path for write in miner.web.writes] == ["/cgi-bin/reboot.cgi"]


async def test_pools_are_set_as_three(axes: Axes) -> None:
    """The mode stays, and what is so already is not sent."""
    miner = await axes.antminer()
    pool = PoolSetting(url="stratum+tcp://new.example:3333", worker="w.1")
    assert await order(axes, miner, Command.POOLS, (pool,)) is Outcome.CONFIRMED
    assert miner.web.conf["pools"] == [
        {"url": pool.url, "user": "w.1", "pass": "x"},
        NO_POOL,
        NO_POOL,
    ]
    assert miner.web.conf["bitmain-work-mode"] == "0"
    assert await order(axes, miner, Command.POOLS, (pool,)) is Outcome.UNCHANGED
    with pytest.raises(ControlError, match="3 pools at most"):
        await order(axes, miner, Command.POOLS, (pool,) * 4)
    assert len(miner.web.writes) == 1


def test_firmware_without_a_work_mode_only_reboots() -> None:
    """An S9 has no sleep, and its pages take another form."""
    conf = {"pools": [], "bitmain-freq": "650"}
    assert parsing.capabilities_of(conf) == parsing.ONLY_REBOOTS
    assert parsing.settings_of(conf, blinking=None) == {}


def test_elphapex_has_keys_of_its_own() -> None:
    """Its mode is a number, and it knows no other name of it."""
    conf = {"fc-work-mode": 0, "fc-freq-level": "100", "pools": [{"url": "x"}]}
    dialect = dialects.by_settings(conf)
    assert dialect is dialects.ELPHAPEX
    assert dialect.changed(conf, 1) == conf | {"fc-work-mode": 1}
    challenge = 'Digest realm="Daoge DG1 Configuration", nonce="1"'
    assert dialects.by_realm(challenge) is dialects.ELPHAPEX


async def test_a_miner_that_starts_for_too_long_is_idle(axes: Axes) -> None:
    """Its mining software may have died: it must not count as starting for ever."""
    miner = await axes.antminer()
    now = 0.0
    pages = client.AntminerClient(Address(miner.host, way_of(miner).port), 3, ROOT)
    reader = driver.AntminerReader(pages, lambda: now)
    miner.reboot(1)
    axes.clock.advance(2)
    assert (await reader.async_poll()).reported_state is MinerState.STARTING
    now = 601
    reading = await reader.async_poll()
    assert (reading.reported_state, reading.hashrate_ghs) == (MinerState.IDLE, 0)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "STATS",
                    "elapsed",
                    "miner-mode",
                    "chain",
                    "pools",
                    "url",
                    "index",
                    "fan",
                    "macaddr",
                    "minertype",
                    "bitmain-work-mode",
                    "fc-work-mode",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
)
PAGES = st.dictionaries(
    st.sampled_from(("STATS", "pools", "bitmain-work-mode", "macaddr", "INFO")), JSON
)


@given(PAGES, PAGES, PAGES)
def test_whatever_the_pages_hold_there_is_a_reading(
    system: dict[str, object], conf: dict[str, object], stats: dict[str, object]
) -> None:
    """No value of a wrong type or size is more than unknown."""
    state = parsing.state_of(conf, stats)
    beside = parsing.beside(system, conf, state=state, blinking=None)
    assert isinstance(parsing.alone(stats, beside), MinerSnapshot)
    parsing.has_pools(conf)
    parsing.elapsed_of(stats)
