"""Cutting by hand may pause the linked miner first, and let it cool down."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from custom_components.mining_farm.common.members import (
    Lever,
    Member,
    MinerFacts,
    Receipt,
    ReceiptOutcome,
    async_members,
)
from custom_components.mining_farm.common.power_ups import async_power_ups
from custom_components.mining_farm.engines.farm import LeverKind
from homeassistant.exceptions import HomeAssistantError

from .test_linked_miner import HASHING
from .watching import Farm

BUTTON = "button.rig1_pause_then_cut_power"
HOT = replace(HASHING, hottest_chip=80.0)


class LinkedMiner:
    """A miner whose pause ends as a test wants, and which cools down slowly."""

    def __init__(self, outcome: ReceiptOutcome) -> None:
        """Hash, and be hot."""
        self.facts = HOT
        self.outcome = outcome
        self.pauses = 0

    async def pause(self) -> Receipt:
        """Stop hashing where the outcome says so."""
        self.pauses += 1
        if self.outcome is ReceiptOutcome.CONFIRMED:
            self.facts = replace(self.facts, hashing=False, sleeping=True)
        return Receipt(outcome=self.outcome, at=datetime(2026, 11, 29, tzinfo=UTC))

    def join(self, farm: Farm, *, pausable: bool = True) -> None:
        """Be known to other entries."""
        lever = Lever(kind=LeverKind.SLEEP, stop=self.pause, start=self.pause)
        async_members(farm.hass).add(
            Member(
                entry_id="miner1",
                name="miner1",
                facts=self._facts,
                levers=[lever] if pausable else [],
            )
        )

    def _facts(self) -> MinerFacts:
        return self.facts


async def press(farm: Farm) -> None:
    """Press the button."""
    await farm.hass.services.async_call(
        "button", "press", {"entity_id": BUTTON}, blocking=True
    )


def sleeps(farm: Farm, miner: LinkedMiner, cool_after: int) -> list[float]:
    """Let waits end at once; the miner is cool after some of them."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == cool_after:
            miner.facts = replace(miner.facts, hottest_chip=40.0)

    async_power_ups(farm.hass).sleep = sleep
    return slept


@pytest.mark.parametrize(("cool_after", "waits"), [(3, 3), (99, 12)])
async def test_it_is_paused_cools_down_and_is_cut(
    farm: Farm, cool_after: int, waits: int
) -> None:
    """For two minutes at most."""
    miner = LinkedMiner(ReceiptOutcome.CONFIRMED)
    miner.join(farm)
    await farm.add("rig1", miner_entry="miner1")
    slept = sleeps(farm, miner, cool_after)
    await press(farm)
    assert slept[:waits] == [10.0] * waits
    assert miner.pauses == 1
    assert farm.entries["rig1"].runtime_data.outlet_on is False


@pytest.mark.parametrize(
    "outcome", [o for o in ReceiptOutcome if o is not ReceiptOutcome.CONFIRMED]
)
async def test_a_miner_that_is_not_seen_paused_keeps_its_power(
    farm: Farm, outcome: ReceiptOutcome
) -> None:
    """The user is told."""
    miner = LinkedMiner(outcome)
    miner.join(farm)
    await farm.add("rig1", miner_entry="miner1")
    with pytest.raises(HomeAssistantError) as caught:
        await press(farm)
    assert caught.value.translation_key == "rig_not_paused"
    assert farm.entries["rig1"].runtime_data.outlet_on is True


async def test_one_that_was_woken_meanwhile_keeps_its_power(farm: Farm) -> None:
    """Somebody wants it to hash."""
    miner = LinkedMiner(ReceiptOutcome.CONFIRMED)
    miner.join(farm)
    await farm.add("rig1", miner_entry="miner1")

    async def sleep(_seconds: float) -> None:
        miner.facts = HOT

    async_power_ups(farm.hass).sleep = sleep
    with pytest.raises(HomeAssistantError) as caught:
        await press(farm)
    assert caught.value.translation_key == "rig_not_paused"
    assert farm.entries["rig1"].runtime_data.outlet_on is True


async def test_a_miner_that_cannot_be_paused_keeps_its_power(farm: Farm) -> None:
    """Control of it is not allowed; one without a miner has no such button."""
    LinkedMiner(ReceiptOutcome.CONFIRMED).join(farm, pausable=False)
    await farm.add("rig1", miner_entry="miner1")
    with pytest.raises(HomeAssistantError) as caught:
        await press(farm)
    assert caught.value.translation_key == "rig_cannot_pause"
    await farm.add("rig2")
    assert farm.hass.states.get(BUTTON.replace("rig1", "rig2")) is None
