"""The page of a rig: its parts by name, what its pool answers, and its last share."""

from datetime import timedelta

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    mock_restore_cache_with_extra_data,
)

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.pools import Outcome
from homeassistant.core import State
from homeassistant.util import dt as dt_util

from .watching import SECOND, Farm


async def test_its_parts_are_named(farm: Farm) -> None:
    """Pools, outlet and linked miner; of what there is not, nothing."""
    miner = MockConfigEntry(domain=DOMAIN, title="Garage S9", data={"kind": "miner"})
    miner.add_to_hass(farm.hass)
    farm.hass.states.async_set("switch.shelf", "on", {"friendly_name": "Shelf"})
    await farm.add(
        "rig1",
        outlet="switch",
        switch_entity_id="switch.shelf",
        miner_entry=miner.entry_id,
    )
    await farm.add("rig2", outlet="none")
    plug = await farm.add("rig3", second_pool=SECOND)
    await farm.add("rig4", second_pool={**SECOND, "status_api": "2miners"})
    assert farm.state("sensor.rig3_outlet") == "unknown"
    plug.name = "Garage, left"
    await farm.after(0.5)
    assert farm.state("sensor.rig3_outlet") == "Garage, left"
    assert farm.state("sensor.rig3_pool") == "2Miners, F2Pool"
    assert farm.state("sensor.rig4_pool") == "2Miners"
    assert farm.state("sensor.rig1_pool") == "2Miners"
    assert farm.state("sensor.rig1_outlet") == "Shelf"
    assert farm.state("sensor.rig1_linked_miner") == "Garage S9"
    assert farm.state("sensor.rig2_pool") == "2Miners"
    for part in ("outlet", "linked_miner", "second_pool_answer"):
        assert farm.hass.states.get(f"sensor.rig2_{part}") is None


@pytest.mark.parametrize(
    "outcome", [Outcome.UNREACHABLE, Outcome.AUTH, Outcome.RATE_LIMITED, Outcome.EMPTY]
)
async def test_what_the_pool_answers(farm: Farm, outcome: Outcome) -> None:
    """Of both accounts, each by itself."""
    await farm.add("rig1", second_pool=SECOND)
    await farm.after(6)
    assert farm.state("sensor.rig1_pool_answer") == "worker"
    assert farm.state("sensor.rig1_second_pool_answer") == "worker"
    farm.second = farm.last
    farm.outcome = outcome
    await farm.after(6)
    assert farm.state("sensor.rig1_pool_answer") == outcome
    assert farm.state("sensor.rig1_second_pool_answer") == "worker"


async def test_the_last_share_outlives_a_restart(
    farm: Farm, entity_registry_enabled_by_default: None
) -> None:
    """Also where the pool does not answer since."""
    share = "2026-11-20T22:00:00+00:00"
    mock_restore_cache_with_extra_data(
        farm.hass,
        [
            (
                State("sensor.rig1_last_share", share),
                {
                    "native_value": {
                        "__type": "<class 'datetime.datetime'>",
                        "isoformat": share,
                    },
                    "native_unit_of_measurement": None,
                },
            )
        ],
    )
    farm.outcome = Outcome.UNREACHABLE
    await farm.add("rig1")
    assert farm.state("sensor.rig1_last_share") == share
    farm.outcome = Outcome.WORKER
    await farm.after(6)
    assert farm.state("sensor.rig1_last_share") > share


async def test_the_last_share_is_not_invented(
    farm: Farm, entity_registry_enabled_by_default: None
) -> None:
    """Where none was ever seen, the moment of the first question is none."""
    farm.outcome = Outcome.UNREACHABLE
    await farm.add("rig1")
    await farm.after(6)
    assert farm.state("sensor.rig1_last_share") == "unknown"


async def test_the_age_of_the_last_share_is_a_number(farm: Farm) -> None:
    """In whole minutes; none is known before a share is, and none is negative."""
    farm.outcome = Outcome.UNREACHABLE
    await farm.add("rig1")
    assert farm.state("sensor.rig1_time_since_last_share") == "unknown"
    farm.outcome = Outcome.WORKER
    await farm.after(6)
    farm.outcome = Outcome.UNREACHABLE
    before = int(farm.state("sensor.rig1_time_since_last_share"))
    await farm.after(7)
    assert int(farm.state("sensor.rig1_time_since_last_share")) == before + 7


async def test_a_share_of_a_pool_whose_clock_is_ahead_has_no_negative_age(
    farm: Farm,
) -> None:
    """The pool's clock may differ."""
    farm.shares["rig1"] = dt_util.utcnow() + timedelta(minutes=40)
    await farm.add("rig1", alive=False)
    await farm.after(6)
    assert farm.state("sensor.rig1_time_since_last_share") == "0"
