"""Every dialog of a rig works beside entries that are damaged in every way."""

from collections.abc import Awaitable, Callable

import pytest

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from tests.kinds.damaged import add_damaged_entries

from . import test_flow_import, test_flow_reauth, test_flow_reconfigure
from .flowing import answer, go, policy_input, to_worker
from .surroundings import NOW, Surroundings

type Scenario = Callable[[HomeAssistant, Surroundings], Awaitable[None]]


@pytest.mark.freeze_time(NOW)
@pytest.mark.parametrize(
    "scenario",
    [
        test_flow_import.test_tokens_are_not_shown_again,
        test_flow_import.test_plugs_that_ask_for_their_account,
        test_flow_reauth.test_a_new_token,
        test_flow_reauth.test_new_credentials,
        test_flow_reconfigure.test_another_account,
        test_flow_reconfigure.test_another_outlet,
    ],
)
async def test_it_works(
    hass: HomeAssistant, around: Surroundings, scenario: Scenario
) -> None:
    """As it does alone."""
    add_damaged_entries(hass)
    await scenario(hass, around)


async def test_adding_works(hass: HomeAssistant, around: Surroundings) -> None:
    """Through its pool, another one's account, the outlet and the miners on offer."""
    add_damaged_entries(hass)
    menu = await answer(hass, await to_worker(hass), worker_name="rig01")
    form = await go(hass, menu, "rig_no_outlet")
    assert form["step_id"] == "rig_miner"
    form = await answer(hass, form)
    result = await answer(hass, form, **policy_input())
    assert result["type"] is FlowResultType.CREATE_ENTRY
