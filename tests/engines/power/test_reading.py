"""What an outlet reports, and its errors when it cannot."""

import asyncio
from typing import override

import pytest

from custom_components.mining_farm.engines.power import (
    KasaAddress,
    KasaConnection,
    KasaConnections,
    KasaDevice,
    KasaOutlet,
    Outlet,
    OutletGoneError,
    OutletReading,
    OutletUnreachableError,
    OutletUnsupportedError,
    kasa_connection,
)
from custom_components.mining_farm.engines.power.kasa_driver import Driver
from custom_components.mining_farm.engines.power.kasa_iot import iot_device
from simulators.clock import ManualClock
from simulators.commands import perform

from .conftest import (
    FAULTS,
    SHORT,
    OpenOutlet,
    StartPlug,
    address_of,
    arrived,
    child_id,
)


async def test_a_plug_with_a_meter_tells_power_and_energy(
    start_plug: StartPlug, open_outlet: OpenOutlet, clock: ManualClock
) -> None:
    """Power is that of the moment, energy what has flowed since."""
    plug = await start_plug("hs110", watts=lambda _: 1234.5)
    outlet: Outlet = open_outlet(plug)
    assert await outlet.async_read() == OutletReading(
        on=True, watts=1234.5, energy_kwh=0.0
    )
    clock.advance(7200)
    plug.press()
    assert await outlet.async_read() == OutletReading(
        on=False, watts=0.0, energy_kwh=2.469
    )


async def test_a_plug_without_a_meter_tells_none(
    start_plug: StartPlug, open_outlet: OpenOutlet
) -> None:
    """No meter is not 0 W, and is not asked for."""
    plug = await start_plug("hs103", on=False)
    assert await open_outlet(plug).async_read() == OutletReading(
        on=False, watts=None, energy_kwh=None
    )
    assert not any(b"emeter" in request for request in plug.traffic.requests)


async def test_a_meter_that_fails_leaves_the_state_known(
    start_plug: StartPlug, open_outlet: OpenOutlet
) -> None:
    """An error, and even silence, of the meter is no reading, neither old nor zero."""
    plug = await start_plug("hs110")
    outlet = open_outlet(plug, exchange_timeout=SHORT)
    assert (await outlet.async_read()).watts == 100.0
    unknown = OutletReading(on=True, watts=None, energy_kwh=None)
    plug.fail_meter()
    assert await outlet.async_read() == unknown
    plug.restore()
    plug.hang(after=1, times=1)
    assert await outlet.async_read() == unknown
    assert (await outlet.async_read()).watts == 100.0


async def test_each_outlet_of_a_strip_tells_its_own(
    start_plug: StartPlug, open_outlet: OpenOutlet
) -> None:
    """State and power are those of the outlet, not of the strip."""
    strip = await start_plug("hs300")
    draws = {relay.id: 100.0 * n for n, relay in enumerate(strip.outlets, 1)}
    strip.watts = draws.__getitem__
    strip.press(2)
    third, second = open_outlet(strip, 3), open_outlet(strip, 2)
    assert (await third.async_read()).watts == 300.0
    assert await second.async_read() == OutletReading(
        on=False, watts=0.0, energy_kwh=0.0
    )
    assert (third.id, third.name) == (child_id(strip, 3), "Outlet 3")


async def test_a_new_name_changes_nothing_else(
    start_plug: StartPlug, open_outlet: OpenOutlet
) -> None:
    """The identity is the id; the name follows the device."""
    strip = await start_plug("hs300")
    outlet = open_outlet(strip, 4, name="Rig 4")
    assert outlet.name == "Rig 4"
    before = outlet.id
    strip.rename("Freezer", 4)
    strip.rename("Rig 4", 5)
    await outlet.async_turn_off()
    assert (outlet.id, outlet.name) == (before, "Freezer")
    assert [relay.on for relay in strip.outlets] == [True] * 3 + [False] + [True] * 2


@pytest.mark.parametrize("fault", FAULTS)
async def test_no_usable_answer_is_unreachable_in_time(
    start_plug: StartPlug, open_outlet: OpenOutlet, fault: str
) -> None:
    """Whatever is wrong, the error comes within two exchanges, and names the address."""
    plug = await start_plug("hs110")
    outlet = open_outlet(plug, exchange_timeout=SHORT)
    perform(plug, fault, {})
    async with asyncio.timeout(10 * SHORT):
        with pytest.raises(OutletUnreachableError, match=plug.host):
            await outlet.async_read()


@pytest.mark.parametrize("fault", FAULTS)
async def test_after_a_failure_it_connects_anew(
    start_plug: StartPlug, open_outlet: OpenOutlet, fault: str
) -> None:
    """A device that comes back, from whatever it was, is read at the next try."""
    plug = await start_plug("hs110")
    outlet = open_outlet(plug, exchange_timeout=2.0 if fault != "hang" else SHORT)
    await outlet.async_read()
    perform(plug, fault, {})
    with pytest.raises(OutletUnreachableError):
        await outlet.async_read()
    plug.power_on()
    plug.restore()
    assert (await outlet.async_read()).on
    await outlet.async_turn_off()
    assert [command.on for command in plug.commands] == [False]


@pytest.mark.parametrize("fault", ["deny", "drop", "garble"])
async def test_a_reading_is_tried_twice(
    start_plug: StartPlug, open_outlet: OpenOutlet, fault: str
) -> None:
    """One disturbance, as by the phone's app, goes unnoticed."""
    plug = await start_plug("hs103")
    perform(plug, fault, {"times": "1"})
    assert (await open_outlet(plug).async_read()).on


async def test_another_device_at_the_address_is_not_taken_for_ours(
    start_plug: StartPlug, open_outlet: OpenOutlet
) -> None:
    """After addresses were assigned again, the stranger is neither read nor switched."""
    plug = await start_plug("hs110", seed=1)
    outlet = open_outlet(plug)
    await outlet.async_read()
    await plug.stop()
    stranger = await start_plug("hs110", seed=2, host=plug.host)
    with pytest.raises(OutletGoneError, match=stranger.mac):
        await outlet.async_read()
    with pytest.raises(OutletGoneError):
        await outlet.async_turn_off()
    assert stranger.commands == []
    await stranger.stop()
    await plug.start()
    assert (await outlet.async_read()).on


async def test_a_strip_that_lost_an_outlet_says_so(
    start_plug: StartPlug, open_outlet: OpenOutlet
) -> None:
    """The outlet is gone, and no other one takes its place."""
    strip = await start_plug("hs300")
    outlet = open_outlet(strip, 2)
    strip.lose_outlet(2)
    with pytest.raises(OutletGoneError, match=outlet.id):
        await outlet.async_read()
    with pytest.raises(OutletGoneError):
        await outlet.async_turn_off()
    assert strip.commands == []


async def test_a_strip_as_a_whole_is_no_outlet(
    start_plug: StartPlug, open_outlet: OpenOutlet
) -> None:
    """Without a chosen outlet nothing is read and nothing is switched."""
    strip = await start_plug("hs300")
    outlet = open_outlet(strip)
    for use in (outlet.async_read, outlet.async_turn_on, outlet.async_turn_off):
        with pytest.raises(OutletUnsupportedError, match="one of its 6 outlets"):
            await use()
    assert strip.commands == []


async def test_one_connection_serves_all_outlets_of_a_strip(
    start_plug: StartPlug,
) -> None:
    """Six readings at once share the connection and the answer that holds all states."""
    strip = await start_plug("hs300")
    connections = KasaConnections()
    outlets = [
        KasaOutlet(connections.to(address_of(strip)), child_id(strip, number))
        for number in range(1, 7)
    ]
    readings = await asyncio.gather(*(outlet.async_read() for outlet in outlets))
    assert [reading.watts for reading in readings] == [100.0] * 6
    requests = list(strip.traffic.requests)
    assert sum(b"get_sysinfo" in request for request in requests) == 1
    assert sum(b"emeter" in request for request in requests) == 6
    for outlet in outlets[:5]:
        await outlet.async_close()
        await outlet.async_close()
    await outlets[5].async_read()
    assert strip.traffic.connections == strip.traffic.open == 1
    await outlets[5].async_close()
    async with asyncio.timeout(5):
        while strip.traffic.open:
            await asyncio.sleep(0)


async def test_a_silent_strip_keeps_its_outlets_waiting_only_once(
    start_plug: StartPlug,
) -> None:
    """Six readings of a strip that hangs fail together, after two questions in all."""
    strip = await start_plug("hs300")
    strip.hang()
    connections = KasaConnections(exchange_timeout=SHORT)
    outlets = [
        KasaOutlet(connections.to(address_of(strip)), child_id(strip, number))
        for number in range(1, 7)
    ]
    async with asyncio.timeout(6 * SHORT):
        failures = await asyncio.gather(
            *(outlet.async_read() for outlet in outlets), return_exceptions=True
        )
    assert [type(failure) for failure in failures] == [OutletUnreachableError] * 6
    assert len(strip.traffic.requests) == 2
    for outlet in outlets:
        await outlet.async_close()


async def test_many_devices_are_not_asked_all_at_once(
    start_plug: StartPlug, clock: ManualClock
) -> None:
    """Of five devices that take their time, two are being asked at any moment."""
    plugs = [await start_plug("hs103", seed=seed) for seed in range(5)]
    for plug in plugs:
        plug.slow(1)
    connections = KasaConnections(at_once=2)
    outlets = [KasaOutlet(connections.to(address_of(plug))) for plug in plugs]
    readings = [asyncio.create_task(outlet.async_read()) for outlet in outlets]
    for done in range(0, 5, 2):
        for plug in plugs[done : done + 2]:
            await arrived(plug, 1)
        for _ in range(20):
            await asyncio.sleep(0)
        asked = [len(plug.traffic.requests) for plug in plugs]
        assert sum(asked) == min(done + 2, 5)
        clock.advance(1)
        await asyncio.gather(*readings[done : done + 2])
    for outlet in outlets:
        await outlet.async_close()


async def test_the_newest_address_of_a_device_counts(start_plug: StartPlug) -> None:
    """A device that moved is found at its new address by every outlet that it has."""
    strip = await start_plug("hs300")
    connections = KasaConnections()
    outlet = KasaOutlet(connections.to(address_of(strip)), child_id(strip, 1))
    await outlet.async_read()
    moved = await start_plug("hs300")
    moved.press(1)
    await strip.stop()
    connections.to(address_of(moved))
    assert not (await outlet.async_read()).on
    await outlet.async_close()


async def test_closing_ends_a_reading_under_way(start_plug: StartPlug) -> None:
    """Whoever waits learns of it as of any other lost connection."""
    plug = await start_plug("hs103")
    plug.hang()
    outlet = KasaOutlet(KasaConnections().to(address_of(plug)))
    reading = asyncio.create_task(outlet.async_read())
    await arrived(plug, 1)
    await outlet.async_close()
    with pytest.raises(OutletUnreachableError, match="closed"):
        await reading


class _Flaky(Driver):
    """A device that fails that often, and then is a plug that is on."""

    def __init__(self, failures: int) -> None:
        self.failures = failures

    @override
    async def async_describe(self) -> KasaDevice:
        if self.failures:
            self.failures -= 1
            raise ConnectionResetError
        sysinfo = {"mac": "M:", "model": "HS103", "relay_state": 1}
        return iot_device({**sysinfo, "type": "IOT.SMARTPLUGSWITCH"}, "h")

    @override
    async def async_meter(
        self, child_id: str | None
    ) -> tuple[float | None, float | None]:
        raise AssertionError("it has none")

    @override
    async def async_switch(self, child_id: str | None, *, on: bool) -> None:
        raise AssertionError("nobody wanted it")

    @override
    async def async_close(self) -> None:
        """Nothing is held."""


@pytest.mark.parametrize(("failures", "opened"), [(0, 1), (1, 1), (2, 2)])
async def test_one_failure_costs_no_new_session(
    monkeypatch: pytest.MonkeyPatch, failures: int, opened: int
) -> None:
    """What a session has learned of its device's ways outlives a disturbance."""
    drivers = [_Flaky(failures), _Flaky(0)]
    left = iter(drivers)

    async def _open(*_: object) -> Driver:
        return next(left)

    monkeypatch.setattr(kasa_connection, "async_open", _open)
    connection = KasaConnection(KasaAddress(host="h", device_id="M:"))
    outlet = KasaOutlet(connection)
    if failures > 1:
        with pytest.raises(OutletUnreachableError):
            await outlet.async_read()
    assert (await outlet.async_read()).on
    assert len(list(left)) == len(drivers) - opened
    await outlet.async_close()
