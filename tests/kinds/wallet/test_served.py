"""A hotkey that was stored where Home Assistant serves its files is pointed out."""

from custom_components.mining_farm.const import DOMAIN
from homeassistant.helpers import issue_registry as ir

from .conftest import ARMED, Site

ISSUE = (DOMAIN, "wallet_served_wallet")


async def test_a_hotkey_in_a_served_folder_is_an_issue_from_the_setup_on(
    site: Site,
) -> None:
    """It signs all the same, and the issue goes with its cause, or with the entry."""
    issues = ir.async_get(site.hass).issues
    entry = site.entry(**ARMED)
    site.hass.config.media_dirs = {"local": str(site.wallets.parent)}
    await site.load(entry)
    await site.until(lambda: ISSUE in issues)
    found = issues[ISSUE]
    assert found.translation_placeholders is not None
    assert found.translation_placeholders["file"] == str(site.wallets.parent)
    site.hass.config.media_dirs = {}
    await site.hass.config_entries.async_reload(entry.entry_id)
    await site.until(lambda: ISSUE not in issues)
    site.hass.config.media_dirs = {"local": str(site.wallets)}
    await site.hass.config_entries.async_reload(entry.entry_id)
    await site.until(lambda: ISSUE in issues)
    await site.hass.config_entries.async_remove(entry.entry_id)
    assert ISSUE not in issues
