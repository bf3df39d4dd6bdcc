"""Adding one miner, following it, and changing its address."""

from typing import Any
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import Failure
from homeassistant.config_entries import SOURCE_DHCP, SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo

from .conftest import HOST, FakeMiners, failure, set_up, snapshot

NEW_HOST = "192.168.1.55"
MAC = "e0a50912ab34"
FORMATTED_MAC = "e0:a5:09:12:ab:34"
DHCP = DhcpServiceInfo(ip=HOST, hostname="antminer", macaddress=MAC)


async def choose(hass: HomeAssistant, option: str) -> ConfigFlowResult:
    """Open the menu and choose what to add."""
    menu = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    assert menu["type"] is FlowResultType.MENU
    return await hass.config_entries.flow.async_configure(
        menu["flow_id"], {"next_step_id": option}
    )


async def answer(
    hass: HomeAssistant, form: ConfigFlowResult, **user_input: Any
) -> ConfigFlowResult:
    """Fill in a form."""
    return await hass.config_entries.flow.async_configure(form["flow_id"], user_input)


async def test_add_a_miner(hass: HomeAssistant, miners: FakeMiners) -> None:
    """It is read once, then added under a name that distinguishes it."""
    form = await choose(hass, "miner")
    assert form["errors"] == {}
    result = await answer(hass, form, host=f" {HOST} ", port=4028, detail="standard")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Antminer S19j Pro rig01"
    entry = result["result"]
    assert entry.unique_id is None
    assert entry.data["host"] == HOST
    assert entry.data["kind"] == "miner"
    assert entry.data["profile"]["boards"] == (1, 2, 3)
    assert entry.options == {"detail": "standard"}


async def test_a_miner_that_tells_its_mac_is_known_by_it(
    hass: HomeAssistant, miners: FakeMiners
) -> None:
    """The MAC becomes the unique id."""
    miners.answers[HOST] = snapshot(mac="E0A50912AB34", pools=())
    form = await choose(hass, "miner")
    result = await answer(hass, form, host=HOST, port=4028, detail="farm")
    assert result["result"].unique_id == FORMATTED_MAC
    assert result["title"] == f"Antminer S19j Pro {HOST}"


@pytest.mark.parametrize("kind", list(Failure))
async def test_errors_are_shown_and_recovered_from(
    hass: HomeAssistant, miners: FakeMiners, kind: Failure
) -> None:
    """Each failure has a text of its own, and the form goes on."""
    miners.answers[HOST] = failure(kind)
    form = await choose(hass, "miner")
    user_input = {"host": HOST, "port": 4028, "detail": "standard"}
    result = await answer(hass, form, **user_input)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": kind}
    assert result["description_placeholders"]["detail"]
    assert miners.polls == [HOST]

    miners.answers[HOST] = snapshot()
    result = await answer(hass, result, **user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("host", "port"),
    [
        pytest.param(HOST, 4028, id="same address"),
        pytest.param(NEW_HOST, 4028, id="same hardware at a second address"),
    ],
)
async def test_the_same_miner_twice_is_refused(
    hass: HomeAssistant,
    miners: FakeMiners,
    entry: MockConfigEntry,
    host: str,
    port: int,
) -> None:
    """Address or hardware give it away."""
    await set_up(hass, entry)
    miners.answers[NEW_HOST] = snapshot()
    form = await choose(hass, "miner")
    result = await answer(hass, form, host=host, port=port, detail="standard")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert result["description_placeholders"] == {"name": entry.title}


async def test_two_miners_that_tell_no_hardware_id(
    hass: HomeAssistant, miners: FakeMiners, entry: MockConfigEntry
) -> None:
    """Without a serial number the address distinguishes them."""
    miners.answers = {
        HOST: snapshot(hardware_id=None),
        NEW_HOST: snapshot(hardware_id=None),
    }
    await set_up(hass, entry)
    form = await choose(hass, "miner")
    result = await answer(hass, form, host=NEW_HOST, port=4028, detail="standard")
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("pasted", "host", "port"),
    [
        (f"http://{HOST}/cgi-bin/luci", HOST, 4028),
        (f"https://root:root@{HOST}:8443", HOST, 4028),
        (f"{HOST}:4029", HOST, 4029),
        ("[fd00::5]", "fd00::5", 4028),
        ("[fd00::5]:4029", "fd00::5", 4029),
    ],
)
async def test_a_pasted_address_is_understood(
    hass: HomeAssistant, miners: FakeMiners, pasted: str, host: str, port: int
) -> None:
    """The port of a miner's page is not that of its API; one that is typed is."""
    miners.answers[host] = snapshot()
    form = await choose(hass, "miner")
    result = await answer(hass, form, host=pasted, port=4028, detail="standard")
    entry = result["result"]
    assert (entry.data["host"], entry.data["port"]) == (host, port)


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        (HOST, f"::ffff:{HOST}"),
        ("miner-1.lan", "MINER-1.lan."),
        ("fd00::5", "[FD00:0::5]"),
    ],
)
async def test_another_spelling_of_a_known_address_is_refused(
    hass: HomeAssistant, miners: FakeMiners, known: str, typed: str
) -> None:
    """Where no side has a hardware id the address decides, however it is written."""
    outcomes = []
    for spelling in (known, typed, known):
        miners.answers[spelling.strip("[]")] = snapshot(hardware_id=None)
        form = await choose(hass, "miner")
        result = await answer(hass, form, host=spelling, port=4028, detail="standard")
        outcomes.append(result.get("reason"))
    assert outcomes == [None, "already_configured", "already_configured"]


async def test_the_page_of_a_miner_with_ipv6(
    hass: HomeAssistant, miners: FakeMiners, device_registry: dr.DeviceRegistry
) -> None:
    """Its link has the brackets that a URL needs."""
    miners.answers["fd00::5"] = snapshot()
    form = await choose(hass, "miner")
    await answer(hass, form, host="fd00::5", port=4028, detail="standard")
    await hass.async_block_till_done(wait_background_tasks=True)
    (device,) = device_registry.devices
    assert device.configuration_url == "http://[fd00::5]"


async def test_reconfigure_takes_a_pasted_address(
    hass: HomeAssistant, miners: FakeMiners, entry: MockConfigEntry
) -> None:
    """What is stored is the host alone."""
    await set_up(hass, entry)
    miners.answers[NEW_HOST] = snapshot()
    form = await entry.start_reconfigure_flow(hass)
    result = await answer(hass, form, host=f"http://{NEW_HOST}/", port=4028)
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (entry.data["host"], entry.data["port"]) == (NEW_HOST, 4028)


async def test_dhcp_offers_a_new_miner(hass: HomeAssistant, miners: FakeMiners) -> None:
    """The user only confirms; the MAC is the unique id."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_DHCP}, data=DHCP
    )
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "miner_confirm"
    assert result["description_placeholders"]["name"] == "Antminer S19j Pro rig01"
    result = await answer(hass, result, detail="standard")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == FORMATTED_MAC
    assert result["result"].data["mac"] == FORMATTED_MAC


async def test_dhcp_of_a_miner_that_still_boots(
    hass: HomeAssistant, miners: FakeMiners
) -> None:
    """It asks for an address minutes before its API listens."""
    miners.answers[HOST] = failure(Failure.REFUSED)
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_DHCP}, data=DHCP
    )
    assert result["description_placeholders"]["name"] == f"antminer {HOST}"
    result = await answer(hass, result, detail="standard")
    assert result["errors"] == {"base": "refused"}
    miners.answers[HOST] = snapshot()
    result = await answer(hass, result, detail="standard")
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("name", ["<b>" * 170, "x" * 520, "a b", ""])
async def test_dhcp_with_a_name_that_is_none(
    hass: HomeAssistant, miners: FakeMiners, name: str
) -> None:
    """Whoever sends the packet writes it: what is no host name is not shown."""
    miners.answers[HOST] = failure(Failure.REFUSED)
    result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_DHCP},
        data=DhcpServiceInfo(ip=HOST, hostname=name, macaddress=MAC),
    )
    assert result["description_placeholders"]["name"] == f"Miner {HOST}"


async def test_dhcp_moves_a_known_miner(
    hass: HomeAssistant, miners: FakeMiners, entry: MockConfigEntry
) -> None:
    """The router gave it a new address: the entry follows and polls there."""
    hass.config_entries.async_update_entry(
        entry, unique_id=FORMATTED_MAC, data={**entry.data, "mac": FORMATTED_MAC}
    )
    await set_up(hass, entry)
    miners.answers = {NEW_HOST: snapshot()}
    miners.polls.clear()
    result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_DHCP},
        data=DhcpServiceInfo(ip=NEW_HOST, hostname="antminer", macaddress=MAC),
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert result["reason"] == "already_configured"
    assert entry.data["host"] == NEW_HOST
    # Asked who it is, then polled.
    assert miners.polls == [NEW_HOST, NEW_HOST]


@pytest.mark.parametrize("ip", [HOST, NEW_HOST])
async def test_dhcp_pins_the_mac_of_a_miner_added_by_address(
    hass: HomeAssistant, miners: FakeMiners, entry: MockConfigEntry, ip: str
) -> None:
    """Recognised by its hardware id, also when it has moved already."""
    await set_up(hass, entry)
    miners.answers[ip] = snapshot()
    result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_DHCP},
        data=DhcpServiceInfo(ip=ip, hostname="antminer", macaddress=MAC),
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert result["reason"] == "already_configured"
    assert entry.unique_id == FORMATTED_MAC
    assert (entry.data["mac"], entry.data["host"]) == (FORMATTED_MAC, ip)


async def test_dhcp_of_another_miner_at_a_known_address(
    hass: HomeAssistant, miners: FakeMiners, entry: MockConfigEntry
) -> None:
    """Other hardware is offered as new and pins nothing."""
    await set_up(hass, entry)
    miners.answers[HOST] = snapshot(hardware_id="other")
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_DHCP}, data=DHCP
    )
    assert result["step_id"] == "miner_confirm"
    assert entry.unique_id is None


async def test_reconfigure_changes_the_address(
    hass: HomeAssistant, miners: FakeMiners, entry: MockConfigEntry
) -> None:
    """Tried first; errors are shown; entities and history stay."""
    await set_up(hass, entry)
    form = await entry.start_reconfigure_flow(hass)
    assert form["step_id"] == "reconfigure"
    result = await answer(hass, form, host=NEW_HOST, port=4028)
    assert result["errors"] == {"base": "refused"}
    miners.answers[NEW_HOST] = snapshot()
    result = await answer(hass, result, host=NEW_HOST, port=4028)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert result["reason"] == "reconfigure_successful"
    assert entry.data["host"] == NEW_HOST
    assert hass.states.get("sensor.antminer_s19j_pro_rig01_hashrate") is not None


async def test_reconfigure_refuses_another_miner_unless_it_is_a_new_control_board(
    hass: HomeAssistant, miners: FakeMiners, entry: MockConfigEntry
) -> None:
    """Histories of two miners are mixed only by the user's own word."""
    await set_up(hass, entry)
    miners.answers[NEW_HOST] = snapshot(hardware_id="other")
    form = await entry.start_reconfigure_flow(hass)
    result = await answer(hass, form, host=NEW_HOST, port=4028)
    assert result["errors"] == {"base": "another_miner"}
    result = await answer(hass, result, host=NEW_HOST, port=4028, replaced=False)
    assert result["errors"] == {"base": "another_miner"}
    result = await answer(hass, result, host=NEW_HOST, port=4028, replaced=True)
    assert result["reason"] == "reconfigure_successful"
    assert entry.data["profile"]["hardware_id"] == "other"


async def test_reconfigure_refuses_the_address_of_another_entry(
    hass: HomeAssistant, miners: FakeMiners, entry: MockConfigEntry
) -> None:
    """Two entries never read one miner."""
    await set_up(hass, entry)
    miners.answers[NEW_HOST] = snapshot(hardware_id="other")
    form = await choose(hass, "miner")
    await answer(hass, form, host=NEW_HOST, port=4028, detail="standard")
    form = await entry.start_reconfigure_flow(hass)
    result = await answer(hass, form, host=NEW_HOST, port=4028)
    assert result["reason"] == "already_configured"


async def test_broken_engine_is_no_silent_success(
    hass: HomeAssistant, miners: FakeMiners
) -> None:
    """An unexpected error is not swallowed."""
    form = await choose(hass, "miner")
    with (
        patch(
            "custom_components.mining_farm.kinds.miner.flow.add.miner_title",
            side_effect=RuntimeError("bug"),
        ),
        pytest.raises(RuntimeError, match="bug"),
    ):
        await answer(hass, form, host=HOST, port=4028, detail="standard")
