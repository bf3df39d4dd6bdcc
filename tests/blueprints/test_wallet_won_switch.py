"""What is on while a wallet has won."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from .conftest import Automate
from .wallet import HALF, LOSING, RESULT, WINNING, Wallet

SWITCH = "input_boolean.rigs"


@pytest.fixture(autouse=True)
async def _switch(hass: HomeAssistant) -> None:
    """Have something to switch."""
    assert await async_setup_component(
        hass, "input_boolean", {"input_boolean": {"rigs": None}}
    )
    assert await async_setup_component(hass, "homeassistant", {})


def is_on(hass: HomeAssistant) -> bool:
    """Tell whether it is on."""
    return hass.states.is_state(SWITCH, "on")


async def test_on_when_won_and_off_when_lost(
    hass: HomeAssistant, wallet: Wallet, automate: Automate
) -> None:
    """Part of a win is a win; a chain that is silent is no loss."""
    await automate("wallet_won_switch", result=RESULT, switches={"entity_id": [SWITCH]})
    await wallet.bids(WINNING)
    assert is_on(hass)
    hass.states.async_set(RESULT, "unavailable")
    await hass.async_block_till_done()
    assert is_on(hass)
    await wallet.bids(LOSING)
    assert not is_on(hass)
    await wallet.bids(HALF)
    assert is_on(hass)


async def test_only_all_of_it(
    hass: HomeAssistant, wallet: Wallet, automate: Automate
) -> None:
    """Part of a win can count as lost."""
    await automate(
        "wallet_won_switch",
        result=RESULT,
        switches={"entity_id": [SWITCH]},
        partly_is_won=False,
    )
    await wallet.bids(WINNING)
    assert is_on(hass)
    await wallet.bids(HALF)
    assert not is_on(hass)


async def test_off_only_after_a_while(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, automate: Automate
) -> None:
    """A lost window between two that were won switches nothing; silence ends the wait."""
    await automate(
        "wallet_won_switch",
        result=RESULT,
        switches={"entity_id": [SWITCH]},
        lost_for={"minutes": 15},
    )

    async def ends(outcome: str, minutes: int) -> None:
        """Let a window end so, and time pass after it."""
        hass.states.async_set(RESULT, outcome)
        await hass.async_block_till_done()
        freezer.tick(timedelta(minutes=minutes))
        async_fire_time_changed(hass)
        await hass.async_block_till_done()

    await ends("won", 12)
    await ends("lost", 12)
    await ends("won", 12)
    assert is_on(hass)
    await ends("lost", 12)
    await ends("unavailable", 12)
    assert is_on(hass)
    await ends("lost", 16)
    assert not is_on(hass)
