"""Simulated devices as the real library sees them, their faults, and their memory."""

import asyncio
from pathlib import Path
import signal

import aiohttp
from kasa import Device, IotProtocol, KasaException, Module
from kasa.iot import IotPlug, IotStrip
from kasa.transports import XorTransport
import pytest

from simulators.clock import ManualClock
from simulators.commands import perform
from simulators.control import ControlServer
from simulators.kasa import MODELS, Command, KasaSimulator
from tests.harness import child

from .conftest import StartPlug, free_host

ROOT = Path(__file__).parents[3]


async def test_the_library_knows_the_plug_with_a_meter(
    start_plug: StartPlug, clock: ManualClock
) -> None:
    """Model, state, time and meter come out as they went in."""
    plug = await start_plug("hs110", watts=lambda _: 460.0)
    clock.advance(3600)
    device = await Device.connect(host=plug.host)
    assert isinstance(device, IotPlug)
    assert (device.model, device.alias, device.mac) == ("HS110", "Plug", plug.mac)
    assert device.is_on
    assert device.time.timestamp() == clock.now()
    energy = device.modules[Module.Energy]
    assert energy.current_consumption == 460.0
    assert energy.consumption_total == pytest.approx(0.46)
    assert (energy.voltage, energy.current) == (230.0, 2.0)
    await device.turn_off()
    await device.update()
    assert not device.is_on
    assert device.modules[Module.Energy].current_consumption == 0
    await device.disconnect()
    outlet = plug.outlets[0].id
    assert plug.commands == [Command(at=clock.now(), outlet_id=outlet, on=False)]


async def test_the_library_knows_the_plug_without(start_plug: StartPlug) -> None:
    """It has no meter."""
    plug = await start_plug("hs103")
    device = await Device.connect(host=plug.host)
    assert device.model == "HS103"
    assert Module.Energy not in device.modules
    await device.disconnect()


async def test_the_library_knows_the_strip(start_plug: StartPlug) -> None:
    """Six outlets with meters of their own; the strip's own switch moves them all."""
    strip = await start_plug("hs300")
    draws = {relay.id: 10.0 * n for n, relay in enumerate(strip.outlets)}
    strip.watts = draws.__getitem__
    device = await Device.connect(host=strip.host)
    assert isinstance(device, IotStrip)
    meters = [child.modules[Module.Energy] for child in device.children]
    assert [meter.current_consumption for meter in meters] == [*draws.values()]
    await device.children[2].turn_off()
    await device.update()
    assert [child.is_on for child in device.children] == [True] * 2 + [False] + [
        True
    ] * 3
    assert {c.outlet_id for c in strip.commands} == {strip.outlets[2].id}
    await device.turn_off()
    assert not any(relay.on for relay in strip.outlets)
    await device.disconnect()


async def test_without_a_context_a_strip_switches_everything(
    start_plug: StartPlug,
) -> None:
    """As the real one does: whoever forgets the outlet cuts all rigs."""
    strip = await start_plug("hs300")
    device = await Device.connect(host=strip.host)
    await device.protocol.query({"system": {"set_relay_state": {"state": 0}}})
    await device.disconnect()
    assert [strip.cuts(number) for number in range(1, 7)] == [1] * 6


async def test_an_outlet_that_does_not_exist_is_refused(start_plug: StartPlug) -> None:
    """Neither another outlet nor all of them take its place."""
    strip = await start_plug("hs300")
    device = await Device.connect(host=strip.host)
    answer = await device.protocol.query(
        {
            "context": {"child_ids": ["nobody"]},
            "system": {"set_relay_state": {"state": 0}},
            "emeter": {"get_realtime": {}},
        }
    )
    await device.disconnect()
    assert answer["system"]["set_relay_state"]["err_code"] == -14
    assert answer["emeter"]["get_realtime"]["err_code"] == -14
    assert strip.commands == []


async def test_state_outlives_a_stop_and_start(start_plug: StartPlug) -> None:
    """Relays and history stay; the port is free in between."""
    plug = await start_plug("hs110")
    device = await Device.connect(host=plug.host)
    await device.turn_off()
    await device.disconnect()
    await plug.stop()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(plug.host, plug.port)
    await plug.start()
    again = await Device.connect(host=plug.host)
    assert not again.is_on
    await again.disconnect()
    assert plug.cuts() == 1


def test_a_seed_is_always_the_same_device() -> None:
    """Identities depend on model and seed alone, and differ."""
    one, same = KasaSimulator("hs300", seed=4), KasaSimulator("hs300", seed=4)
    other, plug = KasaSimulator("hs300", seed=5), KasaSimulator("hs110", seed=4)
    assert (one.mac, one.serial) == (same.mac, same.serial)
    assert [r.id for r in one.outlets] == [r.id for r in same.outlets]
    assert len({one.mac, other.mac, plug.mac}) == 3
    assert len({one.serial, other.serial, plug.serial}) == 3


def test_an_unknown_model_is_refused_with_those_there_are() -> None:
    """The text helps."""
    with pytest.raises(ValueError, match="no model 'hs1'; models: hs110, hs103, hs300"):
        KasaSimulator("hs1")


async def test_power_of_the_device_is_power_of_what_hangs_on_it(
    start_plug: StartPlug,
) -> None:
    """A site's power cut reaches outlets that are on, and they come back as they were."""
    changes: list[tuple[str, bool]] = []
    strip = await start_plug("hs300", on_change=lambda *change: changes.append(change))
    first, *others = [relay.id for relay in strip.outlets]
    strip.press(1)
    assert changes == [(first, False)]
    changes.clear()
    strip.power_off()
    strip.power_off()
    assert changes == [(id_, False) for id_ in others]
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(strip.host, strip.port)
    with pytest.raises(ValueError, match="no power"):
        strip.press(2)
    strip.restore()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(strip.host, strip.port)
    changes.clear()
    strip.power_on()
    assert changes == [(id_, True) for id_ in others]


async def test_energy_counts_only_while_power_flows(
    start_plug: StartPlug, clock: ManualClock
) -> None:
    """On for an hour, off for one, without mains for one, on for half of one."""
    plug = await start_plug("hs110", watts=lambda _: 1000.0)
    clock.advance(3600)
    plug.press()
    clock.advance(3600)
    plug.press()
    plug.power_off()
    clock.advance(3600)
    plug.power_on()
    clock.advance(1800)
    described = plug.describe()["outlets"][1]
    assert described["energy_wh"] == 1500.0
    assert described["power_w"] == 1000.0


async def _query(plug: KasaSimulator) -> bool:
    """Return whether one question, asked once, is answered within a moment."""
    device = IotPlug(plug.host)
    try:
        async with asyncio.timeout(0.2):
            await device.protocol.query({"system": {"get_sysinfo": {}}}, retry_count=0)
    except KasaException, TimeoutError:
        return False
    finally:
        await device.disconnect()
    return True


@pytest.mark.parametrize("fault", ["hang", "deny", "drop", "garble"])
async def test_a_fault_of_the_wire_waits_strikes_and_ends(
    start_plug: StartPlug, fault: str
) -> None:
    """After one good reply it spoils one, and is over by itself."""
    plug = await start_plug("hs103")
    perform(plug, fault, {"after": "1", "times": "1"})
    assert plug.describe()["faults"] == [fault]
    assert [await _query(plug) for _ in range(3)] == [True, False, True]
    assert plug.describe()["faults"] == []


@pytest.mark.parametrize("fault", ["refuse", "hang", "deny", "drop", "garble"])
async def test_a_fault_lasts_until_restored(start_plug: StartPlug, fault: str) -> None:
    """Without a count it strikes every time."""
    plug = await start_plug("hs103")
    perform(plug, fault, {})
    assert not await _query(plug)
    assert not await _query(plug)
    plug.restore()
    assert plug.faults == frozenset()
    assert await _query(plug)


@pytest.mark.parametrize(
    ("fault", "obeyed"),
    [("drop", True), ("garble", True), ("hang", False)],
)
async def test_a_fault_says_whether_the_command_is_carried_out(
    start_plug: StartPlug, fault: str, obeyed: bool
) -> None:
    """A lost answer is not a lost command; a hung device does nothing."""
    plug = await start_plug("hs103")
    perform(plug, fault, {})
    protocol = IotProtocol(transport=XorTransport(config=IotPlug(plug.host).config))
    with pytest.raises((KasaException, TimeoutError)):
        async with asyncio.timeout(0.2):
            await protocol.query(
                {"system": {"set_relay_state": {"state": 0}}}, retry_count=0
            )
    await protocol.close()
    assert plug.cuts() == int(obeyed)
    assert plug.outlets[0].on is not obeyed
    assert len(plug.traffic.requests) == 1


async def test_relays_that_stick(start_plug: StartPlug) -> None:
    """One outlet goes off but not on, one not off; each accepts, and is remembered."""
    strip = await start_plug("hs300")
    strip.stick_off(1)
    strip.stick_on(2)
    device = await Device.connect(host=strip.host)
    for outlet in device.children[:2]:
        await outlet.turn_off()
        await outlet.turn_on()
    await device.disconnect()
    assert [relay.on for relay in strip.outlets[:2]] == [False, True]
    assert len(strip.commands) == 4
    strip.restore()
    strip.press(1)
    assert strip.outlets[0].on


async def test_a_relay_that_lags(start_plug: StartPlug, clock: ManualClock) -> None:
    """The answer comes at once and the click later."""
    plug = await start_plug("hs103")
    plug.lag(2)
    device = await Device.connect(host=plug.host)
    await device.turn_off()
    await device.disconnect()
    assert plug.outlets[0].on
    clock.advance(2)
    assert not plug.outlets[0].on


async def test_a_lost_outlet_comes_back_in_its_place(start_plug: StartPlug) -> None:
    """The order of the others never changes."""
    strip = await start_plug("hs300")
    ids = [relay.id for relay in strip.outlets]
    strip.lose_outlet(2)
    strip.lose_outlet(2)
    assert [relay.id for relay in strip.outlets] == [ids[0], *ids[3:]]
    strip.restore()
    assert [relay.id for relay in strip.outlets] == ids


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("slow", {"seconds": "-1"}),
        ("lag", {"seconds": "-1"}),
        ("hang", {"after": "-1"}),
        ("drop", {"times": "0"}),
        ("press", {"outlet": "2"}),
        ("stick_off", {"outlet": "0"}),
        ("lose_outlet", {"outlet": "1"}),
    ],
)
async def test_a_command_that_makes_no_sense_changes_nothing(
    start_plug: StartPlug, name: str, arguments: dict[str, str]
) -> None:
    """It is refused with the reason."""
    plug = await start_plug("hs103")
    before = plug.describe()
    with pytest.raises(ValueError, match=r"or more|there are|only one"):
        perform(plug, name, arguments)
    assert plug.describe() == before


async def test_the_control_port_causes_faults(start_plug: StartPlug) -> None:
    """The same commands over HTTP, as for miners."""
    strip = await start_plug("hs300")
    async with (
        ControlServer({"plugs": {"strip": strip}}) as control,
        aiohttp.ClientSession() as http,
    ):
        url = f"{control.url}/plugs/strip"
        async with http.post(f"{url}/rename?alias=Rig&outlet=3") as response:
            answer = await response.json()
        async with http.post(f"{url}/stick_off?outlet=9") as response:
            assert response.status == 400
    assert answer["strip"]["outlets"]["3"]["alias"] == strip.outlets[2].alias == "Rig"


async def test_as_a_program(loopback: None) -> None:
    """It says where it is, serves, and ends on a signal."""
    host = free_host()
    process = await asyncio.create_subprocess_exec(
        *child.command("simulators.kasa"),
        *("--model", "hs110", "--host", host, "--control-port", "0"),
        **child.options(),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        where = await process.stdout.readline()
        assert where == f"HS110(EU) on {host}:9999\n".encode()
        control = await process.stdout.readline()
        assert control.startswith(b"state and faults: curl http://127.0.0.1:")
        device = await Device.connect(host=host)
        assert device.model == "HS110"
        await device.disconnect()
    finally:
        process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0


def test_every_model_is_a_plug_or_a_strip() -> None:
    """The three that the farm needs: with a meter, without, and six outlets."""
    assert {name: model.outlets for name, model in MODELS.items()} == {
        "hs110": None,
        "hs103": None,
        "hs300": 6,
    }
