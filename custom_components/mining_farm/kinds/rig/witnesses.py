"""The witnesses of a rig: its pools, linked miner and outlet, and their evidence."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ...common.members import MinerFacts, async_facts
from ...engines.restart import (
    LAST_WORDS,
    Company,
    Evidence,
    Memory,
    MinerEvidence,
    MinerKind,
    OutletEvidence,
    OutletKind,
    Policy,
    PoolEvidence,
    PoolMember,
    Verdict,
    local_limit,
)
from .outlets import RigOutlet, RigOutletReading
from .pool_witness import PoolWitness
from .power_sensor import PowerSensor
from .resources import RigResources

NOT_WORKING = (MinerKind.IDLE, MinerKind.SILENT)


class RigWitnesses:
    """The pools, the linked miner and the outlet of one rig, and the last answer of each."""

    def __init__(
        self,
        hass: HomeAssistant,
        resources: RigResources,
        policy: Policy,
        *,
        first: PoolWitness,
        second: PoolWitness | None,
        miner_entry: str | None,
        outlet: RigOutlet | None,
        power_sensor: PowerSensor | None,
        since: datetime,
    ) -> None:
        """Take the witnesses there are; answers from before `since` do not count."""
        self._hass = hass
        self._resources = resources
        self._policy = policy
        self._miner_entry = miner_entry
        self._since = since
        self._second_used_at: datetime | None = None
        self.first = first
        self.second = second
        self.outlet = outlet
        self._power_sensor = power_sensor
        self.miner: MinerEvidence | None = None
        self.reading: RigOutletReading | None = None
        self._read_at: datetime | None = None

    async def async_ask(
        self, now: datetime, memory: Memory, *, leave_outlet: bool
    ) -> None:
        """Ask miner, outlet and pools; not the outlet while it is being switched."""
        self.ask_miner(now)
        if self.outlet is not None and not leave_outlet:
            reading = await self.outlet.async_read()
            self._read_at = read_at = dt_util.utcnow()
            if self._power_sensor is not None:
                reading = self._power_sensor.completed(reading, read_at)
            self.reading = reading
        await self.async_ask_pools(self._pool_age_wanted(now), memory)

    def silent_sensor(self, now: datetime) -> str | None:
        """Return the entity id of a power sensor that says nothing any more."""
        return None if self._power_sensor is None else self._power_sensor.silent(now)

    def ask_miner(self, now: datetime) -> None:
        """Read the facts of the linked miner's entry; the miner itself is not asked."""
        if self._miner_entry is not None:
            facts = async_facts(self._hass, self._miner_entry)
            self.miner = _miner_evidence(
                facts if isinstance(facts, MinerFacts) else None, self.miner, now
            )

    async def async_ask_pools(self, max_age: timedelta, memory: Memory) -> None:
        """Ask the pools, unless another rig of an account did within `max_age`."""
        self._second_used_at = used_at = memory.second_used_at
        first = self.first.async_ask(
            max_age, seen=memory.seen, last_share=memory.last_share
        )
        if self.second is None:
            await first
            return
        seen = used_at is not None
        second = self.second.async_ask(max_age, seen=seen, last_share=used_at)
        await asyncio.gather(first, second)

    def _pool_age_wanted(self, now: datetime) -> timedelta:
        """Return how old the pool's answer may be.

        Once the miner itself is down, an answer from before that moment is too old: it
        does not show whether work can come in; once it is so for long enough, one from
        before that is.
        """
        age = self._policy.status_check_frequency
        limit = self._limit_of_miner(now)
        if limit is None or self.miner is None:
            return age
        return min(age, now - (self.miner.since if now < limit else limit))

    def _limit_of_miner(self, now: datetime) -> datetime | None:
        """Return when a linked miner that does not work has been down for long enough."""
        if self.miner is None or self.miner.kind not in NOT_WORKING:
            return None
        return local_limit(self._policy, self.miner, self._last_share(now))

    def overdue(self, now: datetime) -> MinerEvidence | None:
        """Return the evidence of a linked miner that has been down for long enough."""
        limit = self._limit_of_miner(now)
        return None if limit is None or now < limit else self.miner

    def evidence(
        self,
        now: datetime,
        *,
        outage: bool,
        pool_works: bool,
        company: Company,
        armed: bool,
    ) -> Evidence:
        """Return all that is known at the moment."""
        asked = all(
            each.report is not None and each.report.at >= self._since
            for each in self._pools()
        )
        return Evidence(
            pool=self.first.evidence(now, outage=outage, pool_works=pool_works),
            second_pool=self._second_evidence(now),
            miner=self.miner,
            outlet=self.switched(),
            company=company,
            blind=self._resources.blind(now),
            internet_seen=self._resources.internet_seen,
            internet_back_at=self._resources.internet_back_at,
            clock_jumped_at=self._resources.clock.note(now),
            quiet=self._resources.quiet(now) or not asked,
            armed=armed,
        )

    def _pools(self) -> list[PoolWitness]:
        return [self.first] if self.second is None else [self.first, self.second]

    def _second_evidence(self, now: datetime) -> PoolEvidence | None:
        if self.second is None:
            return None
        return self.second.evidence_as_second(now, self._second_used_at)

    def _pool_evidence(self, now: datetime) -> list[PoolEvidence]:
        """Return what the pools say that have been asked."""
        both = (self.first.evidence(now), self._second_evidence(now))
        return [each for each in both if each is not None]

    def _last_share(self, now: datetime) -> datetime | None:
        """Return the newest share at any account."""
        shares = [each.last_share for each in self._pool_evidence(now)]
        return max((each for each in shares if each is not None), default=None)

    @property
    def newest_share(self) -> datetime | None:
        """The newest share that a pool has dated since the start."""
        shares = [each.last_share for each in self._pools()]
        return max((each for each in shares if each is not None), default=None)

    def switched(self) -> OutletEvidence | None:
        """Return the evidence of the outlet."""
        if self.reading is None:
            return None
        reading, at = self.reading, self._read_at
        on_since = None
        if reading.on_for is not None and at is not None:
            on_since = at - timedelta(seconds=reading.on_for)
        return OutletEvidence(
            kind=reading.kind, watts=reading.watts, on_since=on_since, at=at
        )

    def as_pool_member(self, now: datetime, *, written_off: bool) -> PoolMember:
        """Return the rig as its pool sees it, to judge an outage of the pool by."""
        miner, outlet = self.miner, self.switched()
        pools, last_share = self._pool_evidence(now), self._last_share(now)
        without_work = (
            miner is not None
            and miner.kind in NOT_WORKING
            and now >= miner.since + self._policy.time_until_offline_local
            and (last_share is None or last_share <= miner.since + LAST_WORDS)
        )
        dark = outlet is not None and (
            outlet.kind is OutletKind.OFF
            or (outlet.watts is not None and outlet.watts < self._policy.no_draw_below)
        )
        verdicts = [each.verdict for each in pools]
        offline = Verdict.OFFLINE in verdicts and Verdict.ONLINE not in verdicts
        return PoolMember(
            last_share=last_share,
            silent=without_work or offline,
            dead=written_off or dark,
        )

    def describe(self, now: datetime) -> dict[str, Any]:
        """Return the last answer of each witness, for events and action responses."""
        last_share = self._last_share(now)
        described = _described(self.first, self.first.evidence(now), "pool")
        if self.second is not None:
            second = self._second_evidence(now)
            described |= _described(self.second, second, "second_pool")
        return {
            **described,
            "last_share": last_share and last_share.isoformat(),
            "miner": None if self.miner is None else self.miner.kind,
            "miner_since": None if self.miner is None else self.miner.since.isoformat(),
            "outlet": None if self.reading is None else self.reading.kind,
            "watts": None if self.reading is None else self.reading.watts,
        }


def _described(
    witness: PoolWitness, evidence: PoolEvidence | None, name: str
) -> dict[str, Any]:
    verdict = witness.verdict
    return {
        f"{name}_verdict": None if evidence is None else evidence.verdict,
        f"{name}_reason": None if verdict is None else verdict.reason,
    }


def _miner_evidence(
    facts: MinerFacts | None, before: MinerEvidence | None, now: datetime
) -> MinerEvidence | None:
    """Return what the linked miner contributes, and since when it is so.

    None when it is not loaded, says nothing of what it does, or may be another one.
    """
    if facts is None or facts.identity_in_doubt:
        return None
    if not facts.fresh:
        kind = MinerKind.SILENT
    elif facts.hashing:
        kind = MinerKind.HASHING
    elif facts.sleeping:
        kind = MinerKind.SLEEPING
    elif facts.starting:
        kind = MinerKind.STARTING
    elif facts.hashing is None:
        return None
    elif facts.pool_lost:
        kind = MinerKind.POOL_LOST
    else:
        kind = MinerKind.IDLE
    if before is not None and before.kind is kind:
        return replace(before, seen=facts.last_seen)
    since = now
    if kind is MinerKind.SILENT and facts.last_seen is not None:
        since = facts.last_seen
    return MinerEvidence(kind=kind, since=since, seen=facts.last_seen)
