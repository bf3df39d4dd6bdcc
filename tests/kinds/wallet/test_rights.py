"""Who may call the actions on wallets."""

import pytest

from tests.kinds.callers import Callers

from .conftest import ARMED, HELD_BID, Site

COMMITMENT = "sensor.wallet_commitment"
BUTTON = "button.wallet_publish_commitment"


@pytest.mark.parametrize("caller", ["read only", "user", BUTTON, COMMITMENT])
async def test_signing_is_for_administrators(
    site: Site, callers: Callers, caller: str
) -> None:
    """Nobody else publishes by the action, and nothing is sent."""
    await site.add(**ARMED, **HELD_BID)
    for force in (False, True):
        refused = await callers.call(
            caller, "publish_commitment", entity_id=COMMITMENT, force=force
        )
        assert refused == "Unauthorized"
    assert site.sent == 0


async def test_neither_button_nor_switch_is_a_way_around_it(
    site: Site, callers: Callers
) -> None:
    """To arm is to let it sign; to disarm is a stop, which is free."""
    await site.add(**{**ARMED, "armed": False}, **HELD_BID)
    switch = "switch.wallet_armed"
    assert (
        await callers.call("user", "turn_on", domain="switch", entity_id=switch)
    ) == ("Unauthorized")
    assert site.state(switch) == "off"
    done = await callers.call(
        "administrator", "turn_on", domain="switch", entity_id=switch
    )
    assert (done, site.state(switch)) == ("done", "on")
    for caller, expected in (("user", "Unauthorized"), ("administrator", "done")):
        answer = await callers.call(caller, "press", domain="button", entity_id=BUTTON)
        assert answer == expected
    done = await callers.call("user", "turn_off", domain="switch", entity_id=switch)
    assert (done, site.state(switch)) == ("done", "off")


async def test_an_administrator_may_publish(site: Site, callers: Callers) -> None:
    """The chain holds the bid already, so that nothing has to be sent."""
    await site.add(**ARMED, **HELD_BID)
    done = await callers.call(
        "administrator", "publish_commitment", entity_id=COMMITMENT
    )
    assert done == "done"


@pytest.mark.parametrize(
    "action", ["preview_commitment", "compute_auction", "get_results"]
)
async def test_results_are_for_readers_of_what_is_targeted(
    site: Site, callers: Callers, action: str
) -> None:
    """Reading is enough, on the wallet itself and not on something else."""
    await site.add(**HELD_BID)
    for caller, expected in (("read only", "done"), ("sun.sun", "Unauthorized")):
        answer = await callers.call(caller, action, response=True, entity_id=COMMITMENT)
        assert answer == expected
