"""Who is at an address, who answers a search, and which outlet is meant."""

import asyncio
from typing import Any

from hypothesis import given, strategies as st
from kasa import AuthenticationError, Device
import pytest

from custom_components.mining_farm.engines.power import (
    Credentials,
    KasaAddress,
    KasaConnection,
    KasaDevice,
    KasaOutlet,
    KasaOutletInfo,
    OutletAuthError,
    OutletUnreachableError,
    OutletUnsupportedError,
    async_discover as find_all,
    async_identify as find_one,
    find_outlet,
    kasa_connection,
)
from custom_components.mining_farm.engines.power.kasa_discovery import (
    async_discover,
    async_identify,
)
from custom_components.mining_farm.engines.power.kasa_driver import FAILURES
from custom_components.mining_farm.engines.power.kasa_iot import iot_device
from simulators.commands import perform

from .conftest import FAULTS, SHORT, StartPlug, free_host

SYSINFO: dict[str, Any] = {
    "model": "HS110(EU)",
    "type": "IOT.SMARTPLUGSWITCH",
    "mac": "50:C7:BF:01:02:03",
    "alias": "Rig",
    "feature": "TIM:ENE",
    "relay_state": 1,
}


def strip(*aliases: str) -> KasaDevice:
    """Return a strip with outlets of these names."""
    return KasaDevice(
        host="10.0.0.9",
        device_id="M",
        mac="M",
        alias="Strip",
        model="HS300",
        is_strip=True,
        outlets=tuple(
            KasaOutletInfo(
                id=f"M_{number}", number=number, alias=alias, on=True, measures=True
            )
            for number, alias in enumerate(aliases, 1)
        ),
    )


@pytest.mark.parametrize(
    ("model", "name", "measures"),
    [("hs110", "HS110", True), ("hs103", "HS103", False)],
)
async def test_a_plug_is_identified(
    start_plug: StartPlug, model: str, name: str, measures: bool
) -> None:
    """A plug has one outlet, whose id is the plug's; legacy needs no parameters."""
    plug = await start_plug(model, on=False)
    device = await async_identify(plug.host)
    assert device == KasaDevice(
        host=plug.host,
        device_id=plug.mac,
        mac=plug.mac,
        alias="Plug",
        model=name,
        is_strip=False,
        outlets=(
            KasaOutletInfo(
                id=plug.mac, number=1, alias="Plug", on=False, measures=measures
            ),
        ),
    )
    assert device.address == KasaAddress(host=plug.host, device_id=plug.mac)
    assert plug.traffic.searches == 0


async def test_a_strip_is_identified_with_its_outlets(start_plug: StartPlug) -> None:
    """Its outlets come in order, each with its own state."""
    strip = await start_plug("hs300")
    strip.press(6)
    device = await async_identify(strip.host)
    assert device.is_strip
    assert [outlet.number for outlet in device.outlets] == [1, 2, 3, 4, 5, 6]
    assert [outlet.on for outlet in device.outlets] == [True] * 5 + [False]
    assert all(outlet.measures for outlet in device.outlets)


@pytest.mark.parametrize("model", ["hs110", "hs103", "hs300"])
async def test_ids_are_those_of_the_library(start_plug: StartPlug, model: str) -> None:
    """What is stored means the same to Home Assistant's own integration."""
    simulator = await start_plug(model)
    ours = await async_identify(simulator.host)
    theirs = await Device.connect(host=simulator.host)
    await theirs.disconnect()
    parts = theirs.children or [theirs]
    assert ours.device_id == theirs.device_id
    assert [o.id for o in ours.outlets] == [part.device_id for part in parts]
    assert [o.alias for o in ours.outlets] == [part.alias for part in parts]
    assert (ours.mac, ours.model) == (theirs.mac, theirs.model)


@pytest.mark.parametrize("fault", FAULTS)
async def test_nobody_usable_at_an_address(start_plug: StartPlug, fault: str) -> None:
    """No answer, or none that makes sense, is unreachable, and soon."""
    plug = await start_plug("hs110")
    perform(plug, fault, {})
    async with asyncio.timeout(5):
        with pytest.raises(OutletUnreachableError, match=plug.host):
            await async_identify(plug.host, exchange_timeout=SHORT, search_time=0)


async def test_a_legacy_device_that_answers_only_searches(
    start_plug: StartPlug,
) -> None:
    """What cannot be switched is not identified."""
    plug = await start_plug("hs110")
    plug.refuse()
    plug.restore()
    plug.slow(9)
    with pytest.raises(OutletUnreachableError, match="does not answer"):
        await async_identify(plug.host, exchange_timeout=SHORT)
    assert plug.traffic.searches == 1


async def test_a_host_that_is_no_kasa(loopback: None) -> None:
    """Something that refuses everything is unreachable, with and without credentials."""
    host, credentials = free_host(), Credentials("me@example.com", "secret")
    for known in (None, credentials):
        with pytest.raises(OutletUnreachableError, match="refuses connections"):
            await async_identify(host, known, search_time=0)


async def test_a_search_finds_all_that_answer(start_plug: StartPlug) -> None:
    """Legacy devices report everything in their answer, without a connection."""
    simulators = [await start_plug(model) for model in ("hs110", "hs103", "hs300")]
    silent = await start_plug("hs110", seed=7)
    silent.power_off()
    hosts = [simulator.host for simulator in simulators]
    found = await async_discover([*hosts, silent.host], search_time=0)
    found += await async_discover(hosts)
    devices = {device.host: device for device in found}
    assert sorted(devices) == sorted(hosts)
    for simulator in simulators:
        assert simulator.traffic.connections == 0
        assert devices[simulator.host] == await async_identify(simulator.host)


async def test_plugs_are_found_by_what_the_engine_offers(
    start_plug: StartPlug,
) -> None:
    """By a search and by its address a plug is the same; a refusal is an error of ours."""
    plug = await start_plug("hs110")
    (device,) = await find_all([plug.host])
    assert device == await find_one(plug.host)
    assert device == await find_one(plug.host, Credentials("me@example.com", "secret"))
    with pytest.raises(OutletUnreachableError):
        await find_one(free_host())


async def test_a_search_that_cannot_be_made_spoils_no_other(
    start_plug: StartPlug,
) -> None:
    """A network that is down leaves the others to be searched."""
    plug = await start_plug("hs103")
    (device,) = await async_discover(["no such address", plug.host], search_time=0) or (
        await async_discover(["no such address", plug.host])
    )
    assert device.host == plug.host


async def test_an_authentication_error_of_the_library_is_ours(
    start_plug: StartPlug, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it comes from, the user is asked for credentials, and sees no others."""

    async def refuse(*_: object) -> None:
        raise AuthenticationError("me@example.com / secret was refused")

    monkeypatch.setattr(kasa_connection, "async_open", refuse)
    plug = await start_plug("hs110")
    address = KasaAddress(host=plug.host, device_id=plug.mac)
    outlet = KasaOutlet(KasaConnection(address))
    with pytest.raises(OutletAuthError) as caught:
        await outlet.async_turn_off()
    assert "secret" not in str(caught.value)
    assert plug.commands == []
    await outlet.async_close()


@pytest.mark.parametrize(
    "info",
    [
        {"type": "IOT.SMARTBULB"},
        {"dev_name": "Smart Wi-Fi Dimmer"},
        {"type": "IOT.IPCAMERA"},
    ],
)
def test_what_is_no_plug_is_rejected(info: dict[str, str]) -> None:
    """A bulb or a dimmer feeds no rig."""
    with pytest.raises(OutletUnsupportedError, match="HS110 at h is not a plug"):
        iot_device({**SYSINFO, **info}, "h")


@pytest.mark.parametrize(
    ("info", "mac"),
    [
        ({"mac": "50-C7-BF-01-02-03"}, "50:C7:BF:01:02:03"),
        ({"mac": None, "mic_mac": "50C7BF010203"}, "50:c7:bf:01:02:03"),
    ],
)
def test_older_firmware_writes_its_mac_otherwise(
    info: dict[str, str | None], mac: str
) -> None:
    """The library's form is the identity."""
    assert iot_device({**SYSINFO, **info}, "h").device_id == mac


@pytest.mark.parametrize("state", [None, 2, "1", [], -1])
def test_a_state_that_is_none_is_not_guessed(state: object) -> None:
    """Neither on nor off is a failure, not off."""
    with pytest.raises(ValueError, match="neither on nor off"):
        iot_device({**SYSINFO, "relay_state": state}, "h")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from([*SYSINFO, "children", "dev_name", "mic_mac"]), json_values
    ),
    st.booleans(),
)
def test_any_system_information_is_a_device_or_a_failure(
    info: dict[str, Any], whole: bool
) -> None:
    """Whatever a device sends, nothing but the expected comes out."""
    try:
        device = iot_device({**SYSINFO, **info} if whole else info, "h")
    except (OutletUnsupportedError, *FAILURES):
        return
    assert all(outlet.on in {True, False} for outlet in device.outlets)


def test_an_outlet_by_the_fields_of_the_original_configuration() -> None:
    """The name as shown; the number from 0, as the original counted; the id stored."""
    device = strip("Rig 1", "Rig 2", "rig 2", "Freezer ")
    assert find_outlet(device, name="Rig 1").id == "M_1"
    assert find_outlet(device, number=0).id == "M_1"
    assert find_outlet(device, number=3).number == 4
    assert find_outlet(device, id="m_3").alias == "rig 2"
    assert find_outlet(device, name="Rig 2").id == "M_2"
    assert find_outlet(device, name="freezer").id == "M_4"
    assert find_outlet(device, name="Rig 2", number=1).id == "M_2"


def test_a_plug_needs_no_criterion() -> None:
    """It has only one outlet; a name that is not its own is still wrong."""
    plug = iot_device(SYSINFO, "h")
    assert find_outlet(plug).id == plug.device_id
    assert find_outlet(plug, name="Rig").id == plug.device_id
    with pytest.raises(LookupError):
        find_outlet(plug, name="Other")


@pytest.mark.parametrize(
    ("criteria", "problem"),
    [
        ({}, "several outlets of HS300 at 10.0.0.9 for no criterion"),
        ({"name": "rig"}, "several outlets of HS300 at 10.0.0.9 for name 'rig'"),
        ({"name": "Rig 9"}, "no outlet of HS300"),
        ({"number": 3}, "no outlet of HS300 at 10.0.0.9 for number 3"),
        ({"number": -1}, "no outlet"),
        ({"name": "Oven", "number": 0}, "for number 0, name 'Oven'"),
        ({"id": "M_9"}, "there are 0: 'Rig', 1: 'RIG', 2: 'Oven'"),
    ],
)
def test_an_outlet_that_is_not_clear_is_none(
    criteria: dict[str, Any], problem: str
) -> None:
    """Better no outlet than that of a neighbour; the text says what there is."""
    with pytest.raises(LookupError) as caught:
        find_outlet(strip("Rig", "RIG", "Oven"), **criteria)
    assert problem in str(caught.value)
