"""Judges what the rigs of one pool, and the miners of one network, have in common."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Protocol

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ...const import DOMAIN
from ...engines.restart import (
    Company,
    MinerEvidence,
    MinerKind,
    Policy,
    PoolHealth,
    PoolMember,
    company,
)

type PoolKey = tuple[str, str]
"""Equal for all rigs whose shares one pool counts."""

CLOCK_MARGIN = timedelta(seconds=1)
"""So that an answer as old as the one it is compared with counts as recent enough."""


class Neighbour(Protocol):
    """A rig as the other rigs see it."""

    @property
    def name(self) -> str:
        """Its title."""

    @property
    def pool_key(self) -> PoolKey:
        """What rigs of one pool share."""

    def as_pool_member(self, now: datetime) -> PoolMember:
        """Return the rig as its pool sees it."""

    async def async_hear(self, max_age: timedelta) -> None:
        """Ask its pool, unless there is an answer no older than `max_age`."""

    def miner_evidence(self, now: datetime) -> MinerEvidence | None:
        """Return whether its linked miner works or answers, and since when.

        None without a linked miner, or while it has a reason of its own to be silent.
        """

    @property
    def pool_sees_it(self) -> bool:
        """Whether the pool says that it works."""

    def publish(self, event: str, **attributes: Any) -> None:
        """Publish an event of the rig."""


class Neighbours:
    """All loaded rigs, and the health of their pools."""

    def __init__(self) -> None:
        """Start without rigs."""
        self._rigs: list[Neighbour] = []
        self._health: dict[PoolKey, PoolHealth] = {}

    @callback
    def add(self, rig: Neighbour) -> None:
        """Judge a rig together with the others from now on; a second time is ignored."""
        if rig not in self._rigs:
            self._rigs.append(rig)

    @callback
    def remove(self, rig: Neighbour) -> None:
        """Leave a rig out from now on; one that was never added is ignored."""
        if rig in self._rigs:
            self._rigs.remove(rig)

    async def async_hear_others(self, rig: Neighbour, max_age: timedelta) -> None:
        """Have answers of the pool about its other rigs, none older than `max_age`.

        Otherwise the first rig to learn that shares have stopped would seem alone.
        """
        await asyncio.gather(
            *(
                other.async_hear(max_age + CLOCK_MARGIN)
                for other in self._members(rig.pool_key)
                if other is not rig
            )
        )

    @callback
    def update_health(self, rig: Neighbour, now: datetime) -> bool:
        """Judge the pool of a rig by all its rigs; return whether they are to be held.

        One rig publishes an outage for all of them. While there is none, a rig that
        works is not compared with the others: that would cost the square of their count.
        """
        before = self.health(rig)
        if before.out_since is None and not rig.as_pool_member(now).silent:
            return before.held(now)
        key = rig.pool_key
        members = sorted(self._members(key), key=lambda member: member.name)
        health = before.learn(now, [member.as_pool_member(now) for member in members])
        self._health[key] = health
        if health.out_since is not None and before.out_since is None:
            members[0].publish("held", rigs=[member.name for member in members])
        return health.held(now)

    def pool_works(self, rig: Neighbour) -> bool:
        """Return whether other rigs mine at the pool of a rig."""
        return any(
            other.pool_sees_it
            for other in self._members(rig.pool_key)
            if other is not rig
        )

    def health(self, rig: Neighbour) -> PoolHealth:
        """Return the last judgement of the pool of a rig."""
        return self._health.get(rig.pool_key, PoolHealth())

    def company(
        self, rig: Neighbour, lost: MinerEvidence, policy: Policy, now: datetime
    ) -> Company:
        """Return how many other miners were lost when the miner of a rig was.

        One that answers and is idle is in the network: what it may share with others is
        their pool.
        """
        idle = lost.kind is MinerKind.IDLE
        others = (
            other.miner_evidence(now)
            for other in (self._members(rig.pool_key) if idle else self._rigs)
            if other is not rig
        )
        return company(now, policy, lost, [each for each in others if each is not None])

    def _members(self, key: PoolKey) -> Iterator[Neighbour]:
        return (rig for rig in self._rigs if rig.pool_key == key)


DATA_NEIGHBOURS: HassKey[Neighbours] = HassKey(f"{DOMAIN}_rig_neighbours")


@callback
def async_get_neighbours(hass: HomeAssistant) -> Neighbours:
    """Return the loaded rigs; empty before the first."""
    if DATA_NEIGHBOURS not in hass.data:
        hass.data[DATA_NEIGHBOURS] = Neighbours()
    return hass.data[DATA_NEIGHBOURS]
