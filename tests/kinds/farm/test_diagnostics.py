"""Diagnostics of a farm tell nothing that a user would not post."""

from custom_components.mining_farm.kinds.farm.diagnostics import (
    async_get_config_entry_diagnostics,
)
from homeassistant.helpers.json import json_bytes

from .site import Site


async def test_diagnostics_name_nobody(site: Site) -> None:
    """Sums, holds and phases, without the names of machines and users."""
    site.add_machine("secret-axe")
    entry = await site.add_farm()
    await site.call("emergency_stop", confirm=True)
    known = await async_get_config_entry_diagnostics(site.hass, entry)
    assert b"secret-axe" not in json_bytes(known)
    assert known["machines"][0]["phase"] == "down"
    assert known["data"]["totals"]["machines"] == 1
