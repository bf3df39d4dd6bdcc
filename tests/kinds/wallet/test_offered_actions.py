"""Actions that a wallet is offered, and who may ask it for them."""

import pytest

from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from tests.kinds.offered import offered_actions

from .conftest import HELD_BID, Site

ACTIONS = {
    "compute_auction",
    "get_results",
    "preview_commitment",
    "publish_commitment",
}


@pytest.mark.parametrize("key", [True, False])
async def test_a_wallet(site: Site, *, key: bool) -> None:
    """A wallet is offered the actions of wallets alone."""
    entry = await site.add(key=key, **HELD_BID if key else {})
    assert await offered_actions(site.hass, entry) == ACTIONS


async def test_assistants_do_not_see_what_signs(site: Site) -> None:
    """Neither arming nor publishing is exposed to an assistant."""
    await site.add(**HELD_BID)
    for entity_id in ("switch.wallet_armed", "button.wallet_publish_commitment"):
        assert async_should_expose(site.hass, "conversation", entity_id) is False
