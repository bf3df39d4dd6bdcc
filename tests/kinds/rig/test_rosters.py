"""Which workers an account has had is kept over a restart of Home Assistant."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.mining_farm.kinds.rig.resources import (
    DATA_RESOURCES,
    async_get_resources,
)

from .watching import Farm

KEY = "mining_farm.rig_workers"


async def restart(farm: Farm, *, minutes: float) -> None:
    """Stop Home Assistant for a while; what is only in its memory is lost."""
    for name in farm.entries:
        await farm.hass.config_entries.async_unload(name)
    sleep = async_get_resources(farm.hass).sleep
    del farm.hass.data[DATA_RESOURCES]
    farm.last = None
    farm.freezer.tick(timedelta(minutes=minutes))
    async_get_resources(farm.hass).sleep = sleep
    for name in farm.entries:
        await farm.load(name)


async def test_a_worker_that_was_renamed_while_home_assistant_was_down_is_held(
    farm: Farm, hass_storage: dict[str, Any]
) -> None:
    """The account had no worker of that name before; which it had is on disk."""
    outlet = await farm.add("rig1")
    await farm.after(10)
    farm.dies("rig1")
    farm.alive.add("eth1")
    await restart(farm, minutes=40)
    await farm.after(60)
    assert outlet.log == []
    assert farm.state("sensor.rig1_reason") == "other_worker"


@pytest.mark.parametrize(("beside", "held"), [(8, True), (90, False)])
async def test_a_worker_that_was_renamed_long_before_a_restart_is_held(
    farm: Farm, hass_storage: dict[str, Any], beside: float, held: bool
) -> None:
    """Also at a pool that dates no share: what counts is when it last worked there.

    One that worked for long beside the new name is another rig.
    """
    farm.dated = False
    outlet = await farm.add("rig1")
    await farm.after(10)
    farm.alive.add("eth1")
    # Its rate is an average: it stays above zero for a while.
    await farm.after(beside)
    farm.dies("rig1")
    await restart(farm, minutes=40)
    await farm.after(60)
    assert (outlet.log == []) is held
    if held:
        assert farm.state("sensor.rig1_reason") == "other_worker"


async def test_a_worker_that_was_there_before_is_no_new_name(
    farm: Farm, hass_storage: dict[str, Any]
) -> None:
    """It mines on while the rig hangs: that is no reason to hold."""
    farm.alive.add("eth1")
    outlet = await farm.add("rig1")
    await farm.after(10)
    farm.dies("rig1")
    await restart(farm, minutes=40)
    await farm.after(30)
    assert outlet.log == ["off", "on"]


async def test_a_name_that_took_in_one_rig_may_take_in_another(
    farm: Farm, hass_storage: dict[str, Any]
) -> None:
    """A proxy gives all of them its own name, one after the other."""
    outlets = [await farm.add(f"rig{number}") for number in (1, 2, 3)]
    await farm.after(10)
    farm.dies("rig1")
    farm.alive.add("_default_")
    await farm.after(40)
    farm.dies("rig2")
    await farm.after(40)
    assert [outlet.log for outlet in outlets] == [[], [], []]
    assert farm.state("sensor.rig2_reason") == "other_worker"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"accounts": []},
        {"accounts": {"one": {"rig1": 7}}},
        {"accounts": {"one": {"rig1": "2026-11-21T03:00:00"}}},
    ],
)
async def test_names_that_cannot_be_read_keep_no_rig_from_loading(
    farm: Farm, hass_storage: dict[str, Any], data: dict[str, Any]
) -> None:
    """They are set aside, and learned again."""
    hass_storage[KEY] = {"version": 1, "key": KEY, "data": data}
    await farm.add("rig1")
    await farm.after(10)
    assert farm.state("sensor.rig1_state") == "online"
    assert list(hass_storage[KEY]["data"]["accounts"].values()) == [{"rig1": None}]


async def test_names_go_with_the_last_rig_of_their_account(
    farm: Farm, hass_storage: dict[str, Any]
) -> None:
    """They may begin with a wallet."""
    await farm.add("rig1")
    await farm.add("rig2")
    await farm.add("rig3", wallet="0xother")
    await farm.after(10)
    assert len(hass_storage[KEY]["data"]["accounts"]) == 2
    for rig, left in (("rig1", 2), ("rig3", 1)):
        await farm.hass.config_entries.async_remove(rig)
        await farm.after(1)
        assert len(hass_storage[KEY]["data"]["accounts"]) == left
    await farm.hass.config_entries.async_remove("rig2")
    assert KEY not in hass_storage


async def test_names_that_are_gone_make_room_for_others(
    farm: Farm, hass_storage: dict[str, Any]
) -> None:
    """A pool may give each connection a name of its own."""
    outlet = await farm.add("rig1")
    farm.alive |= {f"once{number}" for number in range(4000)}
    await farm.after(10)
    for number in range(4000):
        farm.alive.remove(f"once{number}")
        del farm.shares[f"once{number}"]
    farm.alive |= {f"twice{number}" for number in range(4000)}
    await farm.after(10)
    farm.dies("rig1")
    farm.alive.add("eth1")
    await farm.after(60)
    assert outlet.log == []
    assert farm.state("sensor.rig1_reason") == "other_worker"
