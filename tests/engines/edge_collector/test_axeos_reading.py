"""What a Bitaxe and a NerdQAxe report, and what else may answer in their place."""

from contextlib import suppress
from dataclasses import asdict
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Command,
    Failure,
    FanMode,
    MinerError,
    MinerProfile,
    MinerState,
    async_identify,
    async_scan,
    registry,
)
from custom_components.mining_farm.engines.edge_collector.drivers.axeos.driver import (
    AxeOsDriver,
)
from custom_components.mining_farm.engines.edge_collector.drivers.axeos.parsing import (
    difficulty,
    parse_asic,
    parse_info,
    parse_snapshot,
)

from .axes import Axes, read


async def test_a_bitaxe_reports_all_that_its_page_shows(axes: Axes) -> None:
    """Hashrate in GH/s, watts, volts, MHz, fan, best difficulty, MAC."""
    found = await read(await axes.simulated("gamma"))
    assert (found.maker, found.model, found.firmware) == ("Bitaxe", "Gamma", "v2.14.1")
    assert found.mac == "02:00:5e:00:53:01"
    assert found.hashrate_ghs == found.ideal_hashrate_ghs == 1071.0
    assert (found.power_w, found.voltage_v, found.core_voltage_v) == (17.4, 5.1, 1.142)
    assert (found.frequency_mhz, found.temp_chip_max) == (525.0, 58.25)
    assert found.temp_regulator == 61.0
    assert [(fan.id, fan.rpm) for fan in found.fans] == [("1", 4100)]
    assert (found.best_difficulty, found.blocks_found) == (4.29e9, 0)
    assert (found.accepted, found.rejected, found.uptime_s) == (812, 3, 3600)
    assert found.active_pool is not None
    assert found.active_pool.address == "pool.example.com:3333"
    assert not found.sleeping
    assert found.boards == ()


async def test_what_a_bitaxe_can_be_ordered_is_part_of_the_reading(axes: Axes) -> None:
    """With bounds and options, and no core voltage among it."""
    found = await read(await axes.simulated("gamma"))
    assert found.capabilities is not None
    assert set(found.capabilities.commands) == {
        Command.PAUSE,
        Command.RESUME,
        Command.REBOOT,
        Command.IDENTIFY,
    }
    frequencies = ("400", "450", "490", "525", "550", "600")
    assert found.capabilities.choices[Command.FREQUENCY] == frequencies
    fan = found.capabilities.numbers[Command.FAN_SPEED]
    assert (fan.minimum, fan.maximum) == (15, 100)
    assert found.settings == {
        Command.FREQUENCY: "525",
        Command.FAN_MODE: FanMode.AUTOMATIC,
        Command.FAN_SPEED: 70,
        Command.TARGET_TEMPERATURE: 60,
    }


async def test_firmware_without_a_pause_offers_none(axes: Axes) -> None:
    """It restarts and takes settings all the same."""
    found = await read(await axes.simulated("supra"))
    assert found.capabilities is not None
    assert not found.capabilities.pause
    assert Command.REBOOT in found.capabilities.commands
    assert (found.best_difficulty, found.blocks_found) == (4.29e9, None)


async def test_a_nerdqaxe_is_paused_by_its_shutdown(axes: Axes) -> None:
    """Its model is its own, and a shutdown counts as asleep."""
    device = await axes.simulated("nerdqaxe")
    found = await read(device)
    assert (found.maker, found.model) == (None, "NerdQAxe++")
    assert found.capabilities is not None
    assert found.capabilities.pause
    assert Command.IDENTIFY not in found.capabilities.commands
    device.pause()
    axes.clock.advance(2)
    found = await read(device)
    assert (found.sleeping, found.hashrate_ghs) == (True, 0.0)


async def test_a_nerdqaxe_that_wants_a_one_time_password_offers_no_settings(
    axes: Axes,
) -> None:
    """Pause and restart go without one."""
    device = await axes.simulated("nerdqaxe")
    device.require_otp()
    capabilities = (await read(device)).capabilities
    assert capabilities is not None
    assert capabilities.pause
    assert not capabilities.numbers
    assert not capabilities.choices


async def test_a_fault_is_told_in_the_words_of_the_device(axes: Axes) -> None:
    """A power fault by its text, and a latched overheating."""
    device = await axes.simulated("gamma")
    device.power_fault("Overcurrent")
    said = await read(device)
    assert (said.fault, said.reported_state) == ("Overcurrent", MinerState.FAULT)
    device.restore()
    device.overheat()
    assert (await read(device)).fault == "overheated"
    device.restore()
    assert (await read(device)).fault is None


async def test_the_options_are_asked_for_once_for_each_firmware(axes: Axes) -> None:
    """A poll is one request from then on."""
    device = await axes.simulated("gamma")
    reader = AxeOsDriver().reader(device.host, device.port)
    for _ in range(3):
        await reader.async_poll()
    paths = [request.path for request in device.requests]
    assert paths.count("/api/system/info") == 3
    assert paths.count("/api/system/asic") == 1
    assert not device.writes
    assert device.traffic.most_open == 1


async def test_readings_come_without_the_options_too(axes: Axes) -> None:
    """What could be ordered before is not forgotten; the next poll asks again."""
    device = await axes.simulated("gamma")
    reader = AxeOsDriver().reader(device.host, device.port)
    device.hide_options()
    found = await reader.async_poll()
    assert (found.hashrate_ghs, found.capabilities) == (1071.0, None)
    device.restore()
    found = await reader.async_poll()
    assert found.capabilities is not None
    assert Command.FREQUENCY in found.capabilities.choices


async def test_a_scan_asks_nothing_more_of_an_address_that_is_silent(
    axes: Axes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of addresses are free, and each port that is tried costs its deadline."""
    asked: list[str] = []

    async def silent(self: object, host: str, port: int, timeout_s: float) -> None:
        asked.append(type(self).__name__)
        raise MinerError(Failure.TIMEOUT, "silent")

    for driver in registry.DRIVERS:
        monkeypatch.setattr(type(driver), "async_identify", silent)
    assert await async_scan(["192.0.2.1"]) == []
    assert asked == ["CGMinerDriver"]
    with pytest.raises(MinerError):
        await async_identify("192.0.2.1")
    ports = {port for _, port in registry.ways(None)}
    assert asked[1] == "CGMinerDriver"
    # A port that was silent is not asked by another protocol either.
    assert len(asked) == 1 + len(ports)


async def test_an_address_is_tried_by_every_driver_until_one_reads_it(
    axes: Axes,
) -> None:
    """At a port that is none's own; the driver that answered is named."""
    device = await axes.simulated("gamma")
    found = await async_identify(device.host, device.port)
    assert (found.driver, found.port) == ("axeos", device.port)
    assert found.snapshot.model == "Gamma"
    (scanned,) = await async_scan([device.host], device.port)
    assert scanned.identified.driver == "axeos"


async def test_a_port_is_tried_first_by_the_drivers_whose_own_it_is() -> None:
    """The usual ones by them alone; and without a port, each tries its own."""
    assert next((d.name, p) for d, p in registry.ways(4028)) == ("cgminer", 4028)
    assert {p for _, p in registry.ways(80)} == {80}
    assert all(80 in driver.ports for driver, _ in registry.ways(80))
    usual = [(d.name, p) for d, p in registry.ways(None)]
    assert usual[0] == ("cgminer", 4028)
    assert ("axeos", 80) in usual
    assert [p for _, p in registry.ways(8999)] == [8999] * len(usual)
    other = [(d.name, p) for d, p in registry.ways(8080)]
    assert other[0] == ("auradine", 8080)
    assert ("axeos", 8080) in other
    assert len(other) == len(usual)


async def test_what_adds_to_the_cgminer_api_is_not_asked_alone() -> None:
    """It knows set points and no rates; another protocol on the port does."""
    names = [driver.name for driver, _ in registry.ways(4028)]
    assert "whatsminer_v2" not in names


async def test_a_web_page_is_no_miner(axes: Axes) -> None:
    """An answer that is not JSON ends in a failure, not in a reading."""
    device = await axes.simulated("gamma")
    device.speak_html()
    with pytest.raises(MinerError) as caught:
        await read(device)
    assert caught.value.failure is Failure.INVALID_REPLY


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ({"status": 401, "reply_text": "Unauthorized"}, Failure.DENIED),
        ({"status": 404, "reply_text": "Not found"}, Failure.NOT_CGMINER),
        ({"status": 200, "reply_json": {"power": 3}}, Failure.NOT_CGMINER),
        ({"status": 200, "reply_json": [1]}, Failure.NOT_CGMINER),
        ({"status": 200, "reply_text": "x" * 300_000}, Failure.INVALID_REPLY),
    ],
)
async def test_what_answers_otherwise_is_refused(
    axes: Axes, answer: dict[str, Any], failure: Failure
) -> None:
    """Each with the failure that says what to do."""
    device = await axes.replayed(
        [{"method": "GET", "path": "/api/system/info", **answer}]
    )
    with pytest.raises(MinerError) as caught:
        await read(device)
    assert caught.value.failure is failure


async def test_a_device_that_is_silent_or_gone_is_named_so(axes: Axes) -> None:
    """Within the deadline of one exchange."""
    device = await axes.simulated("gamma")
    device.hang()
    reader = AxeOsDriver().reader(device.host, device.port, 0.2)
    with pytest.raises(MinerError) as caught:
        await reader.async_poll()
    assert caught.value.failure is Failure.TIMEOUT
    device.refuse()
    with pytest.raises(MinerError) as caught:
        await reader.async_poll()
    assert caught.value.failure is Failure.REFUSED


@pytest.mark.parametrize(
    ("reported", "value"),
    [
        ("483k", 483e3),
        ("4.29G", 4.29e9),
        ("0", 0.0),
        (1234567, 1234567.0),
        ("", None),
        ("many", None),
        (-1, None),
        (None, None),
    ],
)
def test_difficulties_are_numbers_or_text(
    reported: object, value: float | None
) -> None:
    """Older firmware shortens them."""
    assert difficulty(reported) == value


def test_a_stored_profile_keeps_what_can_be_ordered() -> None:
    """Through JSON, as the entry keeps it."""
    info = {"ASICModel": "BM1370", "miningPaused": False, "autofanspeed": 1}
    snapshot = parse_snapshot(info, {"frequencyOptions": [400, 525.5]})
    profile = MinerProfile().learn(snapshot)
    stored = json.loads(json.dumps(asdict(profile)))
    assert MinerProfile.from_dict(stored) == profile
    assert profile.capabilities is not None
    assert profile.capabilities.choices[Command.FREQUENCY] == ("400", "525.5")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)
FIELDS = (
    *("hashRate", "power", "temp", "temp2", "vrTemp", "voltage", "frequency"),
    *("fanrpm", "fan2rpm", "bestDiff", "blockFound", "stratumURL", "stratumPort"),
    *("stratumUser", "deviceModel", "macAddr", "overheat_mode", "power_fault"),
    *("autofanspeed", "manualFanSpeed", "temptarget", "miningPaused", "shutdown"),
    *("uptimeSeconds", "version", "errorPercentage", "coreVoltageActual", "otp"),
)


@given(
    st.dictionaries(st.sampled_from(FIELDS), JSON),
    st.dictionaries(st.sampled_from(("frequencyOptions", "deviceModel")), JSON),
)
def test_whatever_the_fields_hold_a_reading_comes_of_it(
    info: dict[str, Any], asic: dict[str, Any]
) -> None:
    """No value of any type raises, and none is out of its range."""
    snapshot = parse_snapshot({"ASICModel": "BM1370", **info}, asic)
    assert snapshot.hashrate_ghs is None or snapshot.hashrate_ghs >= 0
    assert snapshot.power_w is None or snapshot.power_w >= 0
    assert snapshot.temp_chip is None or -40 < snapshot.temp_chip < 150


@given(st.binary(max_size=200))
def test_whatever_the_bytes_are_one_error_or_a_reading_comes_of_them(
    body: bytes,
) -> None:
    """No other exception leaves the parser."""
    parse_asic(body)
    with suppress(MinerError):
        parse_info(body)
