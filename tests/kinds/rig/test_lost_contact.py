"""Rigs whose miners fall silent together have lost the network, not their wits."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import override

import pytest

from custom_components.mining_farm.common.members import (
    Member,
    MinerFacts,
    async_members,
)
from custom_components.mining_farm.engines.restart import Reason, RigState
from homeassistant.core import HomeAssistant

from .site import START, SimulatedRig, Site

POLL = timedelta(seconds=30)
GRACE = timedelta(seconds=90)
LOST = START + timedelta(minutes=20)
MINUTE = timedelta(minutes=1)
COUNT = 5


@dataclass(kw_only=True)
class LinkedRig(SimulatedRig):
    """A rig whose miner's entry polls it, in a garage with one way out."""

    phase: timedelta
    lost: datetime | None = None
    back: datetime | None = None

    @property
    def cut_off(self) -> bool:
        """Whether neither Home Assistant nor the pool can be reached from it."""
        now = self.clock.now
        return self.lost is not None and (
            self.lost <= now and (self.back is None or now < self.back)
        )

    def lose(self, at: datetime, minutes: float) -> None:
        """Lose the network then, for so long."""
        self.lost, self.back = at, at + minutes * MINUTE
        self.clock.at(at - timedelta(seconds=1), self.note_shares)

    @override
    def note_shares(self) -> None:
        """Send shares, if there is a way."""
        if not self.cut_off:
            super().note_shares()

    def read(self) -> MinerFacts:
        """Return what the entry of its miner knows."""
        now = self.clock.now
        last_seen = now - (now - START - self.phase) % POLL
        while self._unanswered(last_seen):
            last_seen -= POLL
        return MinerFacts(
            fresh=now - last_seen <= GRACE,
            last_seen=last_seen,
            hashing=True,
            sleeping=False,
            starting=False,
            pool_lost=False,
            seen=True,
            hashrate=None,
        )

    def _unanswered(self, poll: datetime) -> bool:
        gone = self.back is None or poll < self.back
        return self.lost is not None and self.lost <= poll and gone


@pytest.fixture
def site(hass: HomeAssistant, tmp_path: Path) -> Iterator[Site]:
    """Return a site whose clock is simulated, with a storage folder of its own."""
    hass.config.config_dir = str(tmp_path)
    site = Site(hass)
    with site.simulated():
        yield site


def garage(
    site: Site,
    *,
    one_pool: bool,
    count: int = COUNT,
    rig_class: type[LinkedRig] | None = None,
) -> list[LinkedRig]:
    """Fill the garage with rigs whose miners are polled in turn."""
    random = Random(1)
    rigs = []
    for number in range(count):
        rig = (rig_class or LinkedRig)(
            clock=site.clock,
            random=random,
            name=f"rig{number}",
            account="0xwallet" if one_pool else f"0x{number}",
            pool="http://pool" if one_pool else f"http://{number}",
            phase=POLL * number / count,
        )
        async_members(site.hass).add(
            Member(entry_id=f"miner of {rig.name}", name=rig.name, facts=rig.read)
        )
        site.add(rig, miner_entry=f"miner of {rig.name}")
        rigs.append(rig)
    site.start()
    return rigs


def cuts(rigs: list[LinkedRig]) -> list[int]:
    """Return how often the power of each went off."""
    return [len(rig.switched_off) for rig in rigs]


@pytest.mark.parametrize("one_pool", [True, False])
@pytest.mark.parametrize(
    ("count", "spread"), [(2, 0), (2, 60), (COUNT, 0), (COUNT, 30), (COUNT, 90)]
)
async def test_a_network_that_dies_is_no_reason_to_cut(
    site: Site, count: int, spread: float, one_pool: bool
) -> None:
    """The pool goes on answering, and sees no share; nothing is cut before or after.

    Last answers lie up to a poll further apart than the ends of the network.
    """
    rigs = garage(site, one_pool=one_pool, count=count)
    last = count - 1
    for number, rig in enumerate(rigs):
        rig.lose(LOST + timedelta(seconds=spread * number / last), 60)
    await site.clock.async_run(LOST + 55 * MINUTE)
    assert cuts(rigs) == [0] * count
    states = {each.data.state for each in site.coordinators}
    assert states == {RigState.HELD}
    reasons = {each.data.reason for each in site.coordinators}
    assert reasons <= {Reason.CONTACT_LOST, Reason.POOL_OUTAGE}
    assert one_pool or reasons == {Reason.CONTACT_LOST}
    await site.clock.async_run(LOST + 90 * MINUTE)
    assert cuts(rigs) == [0] * count
    assert {each.data.state for each in site.coordinators} == {RigState.ONLINE}


@pytest.mark.parametrize("one_pool", [True, False])
@pytest.mark.parametrize("count", [1, 2, COUNT])
async def test_a_miner_that_falls_silent_alone_is_cut_in_the_normal_time(
    site: Site, count: int, one_pool: bool
) -> None:
    """Two minutes after its last answer, and within a poll or two."""
    rigs = garage(site, one_pool=one_pool, count=count)
    rigs[0].lose(LOST, 10)
    site.clock.at(LOST, rigs[0].hang)
    await site.clock.async_run(LOST + 30 * MINUTE)
    assert cuts(rigs) == [1] + [0] * (count - 1)
    assert LOST + 1.5 * MINUTE <= rigs[0].switched_off[0] <= LOST + 3 * MINUTE


@pytest.mark.parametrize("one_pool", [True, False])
async def test_a_few_that_fall_silent_together_wait_for_the_pool(
    site: Site, one_pool: bool
) -> None:
    """Two of five: they hung after a dip of the mains, or their switch is gone."""
    rigs = garage(site, one_pool=one_pool)
    for rig in rigs[:2]:
        rig.lose(LOST, 16)
        site.clock.at(LOST, rig.hang)
    await site.clock.async_run(LOST + 9 * MINUTE)
    assert cuts(rigs) == [0] * COUNT
    await site.clock.async_run(LOST + 16 * MINUTE)
    assert cuts(rigs) == [1, 1, 0, 0, 0]


async def test_the_last_to_come_back_gets_time(site: Site) -> None:
    """The first to answer again does not leave the others standing alone."""
    rigs = garage(site, one_pool=False)
    for number, rig in enumerate(rigs):
        rig.lose(LOST, 30 + number)
    await site.clock.async_run(LOST + 60 * MINUTE)
    assert cuts(rigs) == [0] * COUNT


async def test_one_that_does_not_come_back_is_cut_at_last(site: Site) -> None:
    """It hung while it could not be reached."""
    rigs = garage(site, one_pool=False)
    for rig in rigs:
        rig.lose(LOST, 50 if rig is rigs[0] else 30)
    site.clock.at(LOST + 10 * MINUTE, rigs[0].hang)
    await site.clock.async_run(LOST + 39 * MINUTE)
    assert cuts(rigs) == [0] * COUNT
    await site.clock.async_run(LOST + 43 * MINUTE)
    assert cuts(rigs) == [1, 0, 0, 0, 0]


class IdleRig(LinkedRig):
    """One whose miner answers all the while."""

    @override
    def read(self) -> MinerFacts:
        return replace(super().read(), hashing=self.mining)


@pytest.mark.parametrize("apart", [0, 40, 80])
async def test_miners_that_idle_together_at_pools_of_their_own_are_cut_in_time(
    site: Site, apart: float
) -> None:
    """They answer, so the network is there: what they could share is a pool."""
    rigs = garage(site, one_pool=False, rig_class=IdleRig)
    for rig, seconds in zip(rigs[:2], (0, apart), strict=True):
        site.clock.at(LOST + timedelta(seconds=seconds), rig.hang)
    await site.clock.async_run(LOST + 30 * MINUTE)
    assert cuts(rigs) == [1, 1] + [0] * (COUNT - 2)
    for rig, seconds in zip(rigs[:2], (0, apart), strict=True):
        hung = LOST + timedelta(seconds=seconds)
        assert rig.switched_off[0] - hung <= 3.5 * MINUTE
