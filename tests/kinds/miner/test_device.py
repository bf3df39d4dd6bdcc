"""Boards taken out, miners swapped, and what a support file shows."""

import json

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.mining_farm.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.setup import async_setup_component

from .conftest import HOST, FakeMiners, board, set_up, snapshot, tick
from .test_resilience import BOARD_CHIP, HASHRATE, STATUS, state


async def remove_board(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, entry: MockConfigEntry
) -> bool:
    """Ask for the removal of board 2 as the device page does."""
    assert await async_setup_component(hass, "config", {})
    device = dr.async_get(hass).async_get_child_device_by_identifier(
        (DOMAIN, f"{entry.entry_id}_board_2"), entry.entry_id
    )
    assert device is not None
    client = await hass_ws_client(hass)
    response = await client.remove_device(device.id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return bool(response["success"])


async def test_a_board_that_works_cannot_be_removed(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """It would come back with the next poll."""
    await set_up(hass, entry)
    assert not await remove_board(hass, hass_ws_client, entry)


async def test_a_board_taken_out_for_good_can_be_removed(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """The miner is no longer degraded for the lack of it."""
    await set_up(hass, entry)
    miners.answers[HOST] = snapshot(board(1), board(3))
    await tick(hass, freezer, 31)
    assert state(hass, STATUS) == "degraded"
    assert await remove_board(hass, hass_ws_client, entry)
    assert state(hass, STATUS) == "hashing"
    assert hass.states.get(BOARD_CHIP) is None


async def test_the_miner_itself_cannot_be_removed_as_a_device(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """Its entry is what a user removes."""
    await set_up(hass, entry)
    assert await async_setup_component(hass, "config", {})
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    client = await hass_ws_client(hass)
    response = await client.remove_device(device.id)
    assert not response["success"]


async def test_removing_a_miner_withdraws_its_issues(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    issue_registry: ir.IssueRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """Nothing is left to repair once it is gone."""
    await set_up(hass, entry)
    miners.answers[HOST] = snapshot(hardware_id="other")
    await tick(hass, freezer, 31)
    issue_id = f"another_miner_{entry.entry_id}"
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is not None
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None


async def test_another_miner_at_the_address_is_kept_out_of_the_history(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    issue_registry: ir.IssueRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """Its readings are never shown, an issue says why, and it ends by itself."""
    await set_up(hass, entry)
    issue_id = f"another_miner_{entry.entry_id}"
    miners.answers[HOST] = snapshot(hardware_id="other", hashrate_ghs=5000.0)
    for _ in range(4):
        await tick(hass, freezer, 31)
    assert state(hass, HASHRATE) == "unavailable"
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is not None
    miners.answers[HOST] = snapshot()
    await tick(hass, freezer, 31)
    assert state(hass, HASHRATE) == "102.0"
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None


async def test_a_miner_that_numbers_itself_in_two_ways(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    issue_registry: ir.IssueRegistry,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """Its MAC is the same: while one way to it fails, the other's number is no stranger's."""
    mac = "e0:a5:09:12:ab:34"
    miners.answers[HOST] = snapshot(mac=mac)
    await set_up(hass, entry)
    miners.answers[HOST] = snapshot(mac=mac, hardware_id="other", hashrate_ghs=99000.0)
    await tick(hass, freezer, 31)
    assert state(hass, HASHRATE) == "99.0"
    issue_id = f"another_miner_{entry.entry_id}"
    assert issue_registry.async_get_issue(DOMAIN, issue_id) is None
    miners.answers[HOST] = snapshot(mac="e0:a5:09:12:ab:99")
    await tick(hass, freezer, 31)
    assert state(hass, HASHRATE) == "unavailable"


async def test_diagnostics_are_safe_to_post(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """Readings are there; address, serial number and account are not."""
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "mac": "e0:a5:09:12:ab:34"}
    )
    miners.answers[HOST] = snapshot(mac="e0:a5:09:12:ab:34")
    await set_up(hass, entry)
    diagnostics = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    text = json.dumps(diagnostics)
    for secret in (HOST, "e0:a5:09", "806ce528", "pool.example", "wallet", "rig01"):
        assert secret not in text
    assert diagnostics["fresh"] is True
    assert diagnostics["snapshot"]["hashrate_ghs"] == 102000.0
    assert diagnostics["snapshot"]["boards"][1]["temp_chip"] == 72.0
