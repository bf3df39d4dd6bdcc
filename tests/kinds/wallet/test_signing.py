"""A node that would have something else signed gets nothing, and Repairs says so."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.mining_farm.kinds.wallet import const
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from .conftest import ARMED, HELD_BID, Site, blocks

OTHER_BID: dict[str, Any] = {const.CONF_PRICE: "0.9", const.CONF_SIZES: {"0.1": 7}}


def _issue(site: Site, key: str) -> ir.IssueEntry | None:
    return ir.async_get(site.hass).async_get_issue("mining_farm", f"{key}_wallet")


@pytest.mark.parametrize(
    ("lie", "detail"),
    [("numbers", "7.0"), ("call", "content"), ("extensions", "besides the call")],
)
async def test_a_liar_is_found_before_anything_is_due(
    site: Site, impatient: None, lie: str, detail: str
) -> None:
    """Also while rehearsing; it is over once the node is true."""
    site.simulator.node.lie(lie)
    await site.add(**OTHER_BID)
    await site.until(lambda: _issue(site, "wallet_upgraded"))
    found = _issue(site, "wallet_upgraded")
    assert found is not None
    assert found.translation_placeholders is not None
    assert detail in found.translation_placeholders["detail"]
    site.simulator.node.restore()
    await site.until(lambda: not _issue(site, "wallet_upgraded"))
    assert site.sent == 0


async def test_a_node_that_changes_its_chain_is_no_upgrade(
    site: Site, impatient: None
) -> None:
    """Repairs says that the node would have had something else signed."""
    await site.add(**OTHER_BID)
    site.simulator.node.serve_another_chain()
    await site.until(lambda: _issue(site, "wallet_signing"))
    site.simulator.node.restore()
    await site.until(lambda: not _issue(site, "wallet_signing"))


async def test_an_armed_wallet_sends_nothing_to_a_liar(
    site: Site, impatient: None
) -> None:
    """By force neither; once the node is true, the bid is published and that is over."""
    site.simulator.node.lie("numbers")
    await site.add(**OTHER_BID, **ARMED)
    await site.until(lambda: _issue(site, "wallet_upgraded"))
    with pytest.raises(HomeAssistantError, match=r"7\.0"):
        await site.act("publish_commitment", force=True)
    assert site.sent == 0
    site.simulator.node.restore()
    async with blocks(site):
        await site.until(lambda: "commitment_published" in site.names)
    assert site.sent == site.succeeded == 1
    assert _issue(site, "wallet_upgraded") is None


async def test_an_upgrade_is_found_long_before_the_bid_grows_stale(
    site: Site, impatient: None
) -> None:
    """While it is in force and nothing is due; one that changes no number is nothing."""
    entry = await site.add(**HELD_BID, **ARMED)
    site.simulator.control.upgrade()
    await site.simulator.produce()
    await site.wallet(entry).miner.publish_now(force=False)
    assert _issue(site, "wallet_upgraded") is None
    site.simulator.control.upgrade(renumbered=True)
    await site.simulator.produce()
    await site.until(lambda: _issue(site, "wallet_upgraded"))
    assert site.state("sensor.wallet_commitment") == "in_force"
    stale_at = site.wallet(entry).data.commitment.stale_at
    made_at = site.wallet(entry).data.commitment.made_at
    assert stale_at - made_at == timedelta(minutes=150)
    assert site.sent == 0
    await site.hass.config_entries.async_remove(entry.entry_id)
    assert _issue(site, "wallet_upgraded") is None


async def test_endpoints_of_another_chain_are_named(site: Site) -> None:
    """Nothing is read from them, let alone signed."""
    entry = site.entry(**HELD_BID, **ARMED)
    site.hass.config_entries.async_update_entry(
        entry, data={**entry.data, const.CONF_GENESIS: f"0x{'22' * 32}"}
    )
    await site.load(entry)
    await site.until(lambda: _issue(site, "wallet_other_chain"))
    found = _issue(site, "wallet_other_chain")
    assert found is not None
    assert found.translation_placeholders is not None
    assert found.translation_placeholders["detail"] == site.simulator.urls[0]
    assert site.sent == 0
