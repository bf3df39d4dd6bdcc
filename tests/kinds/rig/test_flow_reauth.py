"""Asking again for what a pool or a plug has refused."""

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.engines.pools import Outcome
from custom_components.mining_farm.engines.power import OutletUnreachableError
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant

from .flowing import answer, check, suggested
from .surroundings import (
    BRAIINS,
    CREDENTIALS,
    HASH,
    LOCKED,
    LOCKED_HOST,
    OLD_HASH,
    STRIP_HOST,
    TOKEN,
    Surroundings,
    failed,
    load,
    locked_plug,
    report,
    rig_entry,
    worker,
)


async def reauth(
    hass: HomeAssistant, entry: MockConfigEntry, reason: str
) -> ConfigFlowResult:
    """Let the coordinator say what was refused."""
    await load(hass, entry)
    entry.async_start_reauth(hass, data={"reason": reason})
    await hass.async_block_till_done()
    flow = next(
        flow
        for flow in hass.config_entries.flow.async_progress()
        if flow["context"]["entry_id"] == entry.entry_id
    )
    form = await hass.config_entries.flow.async_configure(flow["flow_id"])
    check(form)
    return form


async def test_a_new_token(hass: HomeAssistant, around: Surroundings) -> None:
    """Tried first; the rigs that had the same old one get it, and no others."""
    around.reports[TOKEN] = failed(Outcome.RATE_LIMITED)
    entry = rig_entry(hass, **BRAIINS)
    same = rig_entry(
        hass, **{**BRAIINS, "worker_name": "rig02", "kasa_outlet_id": "other"}
    )
    stranger = rig_entry(
        hass, **{**BRAIINS, "token": "another", "kasa_outlet_id": "another"}
    )
    await reauth(hass, same, "pool")
    form = await reauth(hass, entry, "pool")
    assert form["step_id"] == "rig_reauth_pool"
    form = await answer(hass, form, token="wrong")
    assert form["errors"] == {"base": "pool_auth"}
    form = await answer(hass, form, token=TOKEN)
    assert form["errors"] == {"base": "pool_rate_limited"}
    around.reports[TOKEN] = report(worker("rig01"))
    result = await answer(hass, form, token=f" {TOKEN} ")
    await hass.async_block_till_done()
    assert result["reason"] == "reauth_successful"
    assert entry.data["token"] == same.data["token"] == TOKEN
    assert stranger.data["token"] == "another"
    assert hass.config_entries.flow.async_progress() == []


async def test_new_credentials(hass: HomeAssistant, around: Surroundings) -> None:
    """Rigs on the same strip get all of it, rigs on the same account the hash."""
    around.devices[STRIP_HOST] = locked_plug(host=STRIP_HOST, device_id="stranger")
    entry = rig_entry(hass, **LOCKED)
    neighbour = rig_entry(
        hass, **{**LOCKED, "worker_name": "rig02", "kasa_outlet_id": "80062C01"}
    )
    same_account = rig_entry(
        hass,
        **{
            **LOCKED,
            "worker_name": "rig03",
            "kasa_device_id": "80063D",
            "kasa_outlet_id": "80063D",
        },
    )
    stranger = rig_entry(hass, worker_name="rig04", kasa_outlet_id="another")
    form = await reauth(hass, entry, "outlet")
    assert form["step_id"] == "rig_reauth_outlet"
    assert form["description_placeholders"]["host"] == LOCKED_HOST
    form = await answer(hass, form, username="me@example.com", password="wrong")
    assert form["errors"] == {"base": "outlet_auth"}
    assert suggested(form) == {"username": "me@example.com"}
    around.errors[LOCKED_HOST] = OutletUnreachableError("gone")
    form = await answer(hass, form, **CREDENTIALS)
    assert form["errors"] == {"base": "outlet_unreachable"}
    around.errors.clear()
    result = await answer(hass, form, **CREDENTIALS)
    await hass.async_block_till_done()
    assert result["reason"] == "reauth_successful"
    for each in (entry, neighbour, same_account):
        assert each.data["kasa_credentials_hash"] == HASH
    for each in (entry, neighbour):
        assert each.data["kasa_connection_parameters"]
        assert each.data["kasa_outlet_id"].startswith("80062C")
    assert "kasa_connection_parameters" not in same_account.data
    assert "kasa_credentials_hash" not in stranger.data


async def test_new_credentials_for_another_device(
    hass: HomeAssistant, around: Surroundings
) -> None:
    """The address belongs to another device by now: nothing is stored."""
    good = around.devices[LOCKED_HOST]
    around.devices[LOCKED_HOST] = locked_plug(device_id="stranger")
    entry = rig_entry(hass, **LOCKED)
    form = await reauth(hass, entry, "outlet")
    form = await answer(hass, form, **CREDENTIALS)
    assert form["errors"] == {"base": "another_plug"}
    assert entry.data["kasa_credentials_hash"] == OLD_HASH
    around.devices[LOCKED_HOST] = good
    result = await answer(hass, form, **CREDENTIALS)
    await hass.async_block_till_done()
    assert result["reason"] == "reauth_successful"
