"""Versions of entries, and entries that are damaged or of another version beside others."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.kinds.miner.identity import find_entry
from custom_components.mining_farm.kinds.rig.identity import (
    find_miner_user,
    find_outlet_user,
    find_worker,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

RIG: dict[str, Any] = {
    "kind": "rig",
    "status_api": "2miners",
    "wallet": "0xwallet",
    "coin": "rvn",
    "worker_name": "rig1",
    "outlet": "kasa",
    "kasa_outlet_id": "8006",
}
KEYS = (
    "status_api",
    "wallet",
    "coin",
    "token",
    "base_url",
    "worker_name",
    "outlet",
    "kasa_outlet_id",
    "switch_entity_id",
    "miner_entry",
)
MISSING = object()


@pytest.mark.parametrize(
    ("version", "words"),
    [
        (0, "Update Mining Farm"),
        (2, "higher than the current version"),
        (99, "higher than the current version"),
    ],
)
async def test_an_entry_of_another_version_is_refused_with_words(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture, version: int, words: str
) -> None:
    """Nothing of it is changed, and the log says what to do."""
    entry = MockConfigEntry(domain=DOMAIN, title="Rig", data=RIG, version=version)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.MIGRATION_ERROR
    assert dict(entry.data) == RIG
    assert words in caplog.text
    issues = ir.async_get(hass).issues
    assert (DOMAIN, f"entry_version_{entry.entry_id}") in issues
    options = await hass.config_entries.options.async_init(entry.entry_id)
    assert options["reason"] == "entry_unusable"
    await hass.config_entries.async_remove(entry.entry_id)
    assert not issues


@pytest.mark.parametrize("kind", ["rig", "miner"])
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("value", [MISSING, None, 7, "of tomorrow", [], {}])
def test_a_damaged_entry_breaks_no_other(
    hass: HomeAssistant, kind: str, key: str, value: object
) -> None:
    """What another flow asks of it has an answer."""
    damaged = {**RIG, "kind": kind, key: value}
    if value is MISSING:
        del damaged[key]
    MockConfigEntry(domain=DOMAIN, data=damaged).add_to_hass(hass)
    other = {**RIG, "worker_name": "rig2", "kasa_outlet_id": "8007"}
    assert find_worker(hass, other) is None
    assert find_outlet_user(hass, other) is None
    assert find_miner_user(hass, other) is None
    assert find_entry(hass, "192.0.2.1", 4028, None) is None
