"""A password is asked for where one is needed, proved by reading, and renewed."""

import pytest

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.kinds.miner.diagnostics import (
    async_get_config_entry_diagnostics,
)
from homeassistant.config_entries import ConfigEntry, ConfigFlowResult
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from simulators.antminer import AntminerSimulator

from .axes import Axes
from .pages import Pages
from .test_flow import answer, choose

PASSWORD = "s3cret"
MINING = "switch.antminer_s19j_pro_miner_mining"


@pytest.fixture
def pages(axes: Axes, monkeypatch: pytest.MonkeyPatch) -> Pages:
    """Return a place for Antminers."""
    return Pages(axes, monkeypatch)


async def add(pages: Pages, miner: AntminerSimulator) -> ConfigEntry:
    """Add a miner by its address; that takes no password."""
    form = await choose(pages.axes.hass, "miner")
    result = await answer(
        pages.axes.hass, form, host=miner.host, port=miner.port, detail="standard"
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await pages.axes.settle()
    return result["result"]


async def allow(pages: Pages, entry: ConfigEntry) -> ConfigFlowResult:
    """Tick that the miner may be controlled."""
    options = pages.axes.hass.config_entries.options
    form = await options.async_init(entry.entry_id)
    assert form["step_id"] == "miner"
    return await options.async_configure(
        form["flow_id"],
        {"detail": "standard", "controls": True, "least_rest": 0},
    )


async def enter(
    pages: Pages, form: ConfigFlowResult, password: str
) -> ConfigFlowResult:
    """Enter a password in the options."""
    result = await pages.axes.hass.config_entries.options.async_configure(
        form["flow_id"], {"username": "root", "password": password}
    )
    await pages.axes.settle()
    return result


async def test_control_asks_for_a_password_and_proves_it_by_reading(
    pages: Pages,
) -> None:
    """A wrong one is refused there; nothing is written to find out."""
    miner = await pages.start()
    miner.change_password(PASSWORD)
    entry = await add(pages, miner)
    assert "password" not in entry.data
    assert not miner.web.requests

    form = await allow(pages, entry)
    assert form["step_id"] == "miner_sign_in"
    form = await enter(pages, form, "wrong")
    assert form["errors"] == {"base": "auth_failed"}
    result = await enter(pages, form, PASSWORD)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert not miner.web.writes
    assert pages.axes.state(MINING) == "on"
    assert entry.data["mac"] == miner.identity.mac.lower()

    await pages.axes.call("switch", "turn_off", MINING)
    assert pages.axes.state(MINING) == "off"
    assert pages.axes.state("sensor.antminer_s19j_pro_miner_status") == "paused"
    await pages.axes.call("switch", "turn_on", MINING)
    assert pages.axes.state(MINING) == "on"
    assert len(miner.web.writes) == 2
    assert miner.web.conf["pools"][0]["url"]


async def test_a_password_that_is_known_is_not_asked_for_again(pages: Pages) -> None:
    """Control may be forbidden and allowed again."""
    miner = await pages.start()
    entry = await add(pages, miner)
    await enter(pages, await allow(pages, entry), "root")
    result = await allow(pages, entry)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_password_that_was_changed_is_asked_for_once(pages: Pages) -> None:
    """The miner stays readable, and is not bothered with the wrong one again and again."""
    miner = await pages.start()
    entry = await add(pages, miner)
    await enter(pages, await allow(pages, entry), "root")
    flows = pages.axes.hass.config_entries.flow
    assert not flows.async_progress()

    miner.change_password(PASSWORD)
    for _ in range(3):
        await pages.axes.after(31)
    refused = miner.web.refused
    await pages.axes.after(31)
    assert miner.web.refused == refused
    (flow,) = flows.async_progress()
    assert flow["context"]["source"] == "reauth"
    assert (
        pages.axes.state("binary_sensor.antminer_s19j_pro_miner_connectivity") == "on"
    )
    with pytest.raises(HomeAssistantError) as caught:
        await pages.axes.call("switch", "turn_off", MINING)
    assert caught.value.translation_key == "miner_command_auth_failed"

    form = await flows.async_configure(flow["flow_id"])
    assert form["step_id"] == "miner_reauth"
    form = await answer(pages.axes.hass, form, username="root", password="no")
    assert form["errors"] == {"base": "auth_failed"}
    result = await answer(pages.axes.hass, form, username="root", password=PASSWORD)
    assert result["reason"] == "reauth_successful"
    await pages.axes.settle()
    await pages.axes.call("switch", "turn_off", MINING)
    assert pages.axes.state(MINING) == "off"


async def test_which_of_two_ways_fails_is_shown(pages: Pages) -> None:
    """The miner stays online by the other one."""
    miner = await pages.start()
    entry = await add(pages, miner)
    await enter(pages, await allow(pages, entry), "root")
    prefix = "binary_sensor.antminer_s19j_pro_miner"
    assert pages.axes.state(f"{prefix}_control_interface") == "on"
    miner.web_refuse()
    await pages.axes.after(31)
    assert pages.axes.state(f"{prefix}_control_interface") == "off"
    assert pages.axes.state(f"{prefix}_connectivity") == "on"

    miner.restore()
    miner.refuse()
    await pages.axes.after(31)
    assert pages.axes.state(f"{prefix}_control_interface") == "on"
    assert pages.axes.state(f"{prefix}_connectivity") == "on"
    # Its pages count boards from 0, port 4028 from 1: none is lost, and none is new.
    sensor = "sensor.antminer_s19j_pro_miner"
    assert pages.axes.state(f"{sensor}_status") == "hashing"
    assert pages.axes.state(f"{sensor}_healthy_hashboards") == "unknown"
    assert pages.axes.state(f"{sensor}_hashboard_3_status") == "unknown"
    assert pages.axes.hass.states.get(f"{sensor}_hashboard_0_status") is None


async def test_many_take_one_password_and_say_which_refused_it(pages: Pages) -> None:
    """Those get another one, and all are controlled."""
    hass = pages.axes.hass
    miners = [await pages.start()]
    miners += [
        await pages.start(f"127.0.0.{number}", port=miners[0].port) for number in (2, 3)
    ]
    miners[2].change_password(PASSWORD)
    form = await choose(hass, "miner_many")
    form = await answer(hass, form, addresses="127.0.0.1-3", port=miners[0].port)
    await hass.async_block_till_done()
    form = await hass.config_entries.flow.async_configure(form["flow_id"])
    assert form["step_id"] == "miner_pick"
    form = await answer(
        hass,
        form,
        miners=[miner.host for miner in miners],
        detail="farm",
        controls=True,
    )
    assert form["step_id"] == "miner_many_sign_in"
    placeholders = form["description_placeholders"]
    assert placeholders is not None
    assert placeholders["count"] == "3"

    form = await answer(hass, form, password="root", without_password=False)
    assert form["errors"] == {"base": "some_refused"}
    assert form["description_placeholders"] == {"count": "1", "hosts": "127.0.0.3"}
    result = await answer(hass, form, password=PASSWORD, without_password=False)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await pages.axes.settle()
    entries = hass.config_entries.async_entries(DOMAIN)
    assert [entry.options["controls"] for entry in entries] == [True] * 3
    assert sorted(entry.data["password"] for entry in entries) == sorted(
        ["root", "root", PASSWORD]
    )
    assert not any(miner.web.writes for miner in miners)


async def test_those_without_a_password_are_added_to_be_read(pages: Pages) -> None:
    """Control can be allowed later."""
    hass = pages.axes.hass
    miner = await pages.start()
    form = await choose(hass, "miner_many")
    form = await answer(hass, form, addresses="127.0.0.1", port=miner.port)
    await hass.async_block_till_done()
    form = await hass.config_entries.flow.async_configure(form["flow_id"])
    form = await answer(hass, form, miners=[miner.host], detail="farm", controls=True)
    result = await answer(hass, form, without_password=True)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert "password" not in result["result"].data
    assert not result["result"].options.get("controls")


async def test_a_miner_that_reports_nothing_without_a_password_asks_for_it(
    pages: Pages,
) -> None:
    """Its port 4028 is switched off; what it is shows once it is opened."""
    hass = pages.axes.hass
    miner = await pages.start()
    miner.refuse()
    form = await choose(hass, "miner")
    form = await answer(hass, form, host=miner.host, port=pages.port, detail="standard")
    assert form["step_id"] == "miner_account"
    form = await answer(hass, form, username="root", password="no")
    assert form["errors"] == {"base": "auth_failed"}
    result = await answer(hass, form, username="root", password="root")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Antminer S19j Pro 127.0.0.1"
    assert result["result"].options == {"detail": "standard"}
    await pages.axes.settle()
    assert result["result"].unique_id == miner.identity.mac.lower()
    assert pages.axes.state("sensor.antminer_s19j_pro_127_0_0_1_status") == "hashing"


async def test_secrets_stay_out_of_what_is_shown(
    pages: Pages, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither diagnostics nor the log hold a password."""
    miner = await pages.start()
    miner.change_password(PASSWORD)
    entry = await add(pages, miner)
    await enter(pages, await allow(pages, entry), PASSWORD)
    miner.ignore_writes()
    with pytest.raises(HomeAssistantError):
        await pages.axes.call("switch", "turn_off", MINING)
    shown = await async_get_config_entry_diagnostics(pages.axes.hass, entry)
    assert PASSWORD not in f"{shown}{caplog.text}"
