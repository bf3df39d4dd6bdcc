"""The linked miner of a rig as a witness: what it reports, and since when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.mining_farm.common.members import (
    Member,
    MinerFacts,
    async_members,
)
from custom_components.mining_farm.engines.pools import Outcome
from homeassistant.util import dt as dt_util

from .watching import Farm

HASHING = MinerFacts(
    fresh=True,
    seen=True,
    hashing=True,
    sleeping=False,
    starting=False,
    pool_lost=False,
    last_seen=None,
    hashrate=None,
)
IDLE = replace(HASHING, hashing=False)


async def report(farm: Farm, facts: MinerFacts) -> None:
    """Let the miner's entry report something, and let the rig poll."""
    async_members(farm.hass).add(
        Member(entry_id="miner1", name="miner1", facts=lambda: facts)
    )
    await farm.after(0.5)


def evidence(farm: Farm) -> tuple[object, object]:
    """Return what the rig takes the miner to do, and since when."""
    shown = farm.entries["rig1"].runtime_data.describe()
    return shown["miner"], shown["miner_since"]


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        (HASHING, "hashing"),
        (IDLE, "idle"),
        (replace(IDLE, sleeping=True), "sleeping"),
        (replace(IDLE, starting=True), "starting"),
        (replace(IDLE, pool_lost=True), "pool_lost"),
        (replace(IDLE, sleeping=True, starting=True, pool_lost=True), "sleeping"),
        (replace(HASHING, fresh=False), "silent"),
        (replace(HASHING, hashing=None), None),
        # A miner that stops or starts may state no rate.
        (replace(HASHING, hashing=None, sleeping=True), "sleeping"),
        (replace(HASHING, hashing=None, starting=True), "starting"),
        (replace(HASHING, identity_in_doubt=True), None),
        (replace(HASHING, fresh=False, identity_in_doubt=True), None),
    ],
)
async def test_what_the_miner_does(
    farm: Farm, facts: MinerFacts, kind: str | None
) -> None:
    """One that says nothing of what it does is no witness."""
    await farm.add("rig1", miner_entry="miner1")
    await report(farm, facts)
    assert evidence(farm)[0] == kind


async def test_a_miner_that_is_not_loaded_is_no_witness(farm: Farm) -> None:
    """The rig is judged by its pool alone."""
    await farm.add("rig1", miner_entry="miner1")
    await farm.after(5)
    assert evidence(farm) == (None, None)
    assert farm.state("sensor.rig1_reason") == "pool_sees_shares"


async def test_since_when(farm: Farm) -> None:
    """The time stays while the miner does the same; silence began with its last answer."""
    await farm.add("rig1", miner_entry="miner1")
    await report(farm, HASHING)
    since = dt_util.utcnow().isoformat()
    assert evidence(farm) == ("hashing", since)
    await farm.after(5)
    assert evidence(farm) == ("hashing", since)
    heard = dt_util.utcnow() - timedelta(minutes=2)
    await report(farm, replace(HASHING, fresh=False, last_seen=heard))
    assert evidence(farm) == ("silent", heard.isoformat())


@pytest.mark.parametrize(
    ("facts", "cuts"),
    [(IDLE, 1), (replace(IDLE, sleeping=True), 0), (HASHING, 0)],
)
async def test_with_a_pool_that_sees_no_shares(
    farm: Farm, facts: MinerFacts, cuts: int
) -> None:
    """An idle miner shortens the wait; one that sleeps or hashes prevents the cut."""
    outlet = await farm.add("rig1", miner_entry="miner1")
    await report(farm, HASHING)
    await farm.after(5)
    farm.dies("rig1")
    await report(farm, facts)
    await farm.after(8)
    assert outlet.log == ["off", "on"] * cuts


async def test_a_stranger_that_hashes_vetoes_nothing(farm: Farm) -> None:
    """The rig itself is dead: its pool alone decides, by its own limit."""
    outlet = await farm.add("rig1", miner_entry="miner1")
    await farm.add("rig2")
    await report(farm, HASHING)
    await farm.after(5)
    farm.dies("rig1")
    await report(farm, replace(HASHING, identity_in_doubt=True))
    await farm.after(8)
    assert outlet.log == []
    await farm.after(20)
    assert outlet.log[:2] == ["off", "on"]


@pytest.mark.parametrize("facts", [IDLE, replace(HASHING, fresh=False)])
@pytest.mark.parametrize("in_doubt", [False, True])
async def test_a_stranger_provokes_no_cut(
    farm: Farm, facts: MinerFacts, *, in_doubt: bool
) -> None:
    """What it says, or that it says nothing, is no evidence while no pool confirms it."""
    outlet = await farm.add("rig1", miner_entry="miner1")
    outlet.watts = 0.0 if not facts.fresh else 3000.0
    await report(farm, HASHING)
    await farm.after(5)
    farm.outcome = Outcome.API_ERROR
    farm.dies("rig1")
    await report(farm, replace(facts, identity_in_doubt=in_doubt))
    await farm.after(40)
    assert ("off" in outlet.log) is not in_doubt
