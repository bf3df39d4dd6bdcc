"""Polls one rig: asks pool, miner and outlet, decides, and starts what was decided."""

from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ...common.complaint import Complaint
from ...common.coordinator import FarmCoordinator
from ...common.events import EventQueue
from ...common.holds import async_holds
from ...common.issues import update_disk
from ...common.members import RigFacts
from ...const import CONF_MINER_ENTRY
from ...engines.farm import Owner
from ...engines.pools import Account
from ...engines.restart import (
    Action,
    Company,
    Decision,
    Evidence,
    MinerEvidence,
    MinerKind,
    Policy,
    PoolMember,
    Reason,
    RigState,
    Step,
    cuts_of_day,
    decide,
    powered,
)
from . import issues
from .carrying_out import async_carry_out, async_start_finishing, async_switch
from .const import (
    CONF_ARMED,
    CONF_KASA_MEASURES,
    CONF_POWER_SENSOR,
    CONF_SECOND_POOL,
    CONF_WORKER,
)
from .data import RigData
from .decision_issues import update_issues
from .hold import RigHold
from .miner_steps import possible_steps
from .neighbours import Neighbours, PoolKey
from .outlets import RigOutlet
from .pool_witness import PoolWitness, second_pool
from .power import RigPower
from .power_sensor import PowerSensor
from .reauth import REASON_POOL, REASON_SECOND_POOL, ReauthRequests
from .resources import RigResources
from .witnesses import RigWitnesses

type RigConfigEntry = ConfigEntry[RigCoordinator]

# For miner and outlet; pools are asked as seldom as the policy says.
POLL_INTERVAL = timedelta(seconds=30)


class RigCoordinator(FarmCoordinator[RigData]):
    """One rig: its witnesses, its power, and the decision between them."""

    config_entry: RigConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: RigConfigEntry,
        resources: RigResources,
        neighbours: Neighbours,
        *,
        account: Account,
        policy: Policy,
        outlet: RigOutlet | None,
    ) -> None:
        """Take the rig's pool account, policy and outlet."""
        super().__init__(
            hass, entry, name=entry.title, interval=POLL_INTERVAL, known=True
        )
        self.policy = policy
        self.neighbours = neighbours
        self.has_outlet = outlet is not None
        self.measures = bool(entry.data.get(CONF_KASA_MEASURES))
        self.witnesses = RigWitnesses(
            hass,
            resources,
            policy,
            first=PoolWitness(
                resources, policy, account, entry.data.get(CONF_WORKER, "")
            ),
            second=second_pool(resources, policy, entry.data.get(CONF_SECOND_POOL)),
            miner_entry=entry.data.get(CONF_MINER_ENTRY),
            outlet=outlet,
            power_sensor=self._create_power_sensor(),
            since=dt_util.utcnow(),
        )
        self.hold = RigHold(hass, entry.entry_id, entry.data.get(CONF_MINER_ENTRY))
        entry.async_on_unload(self.hold.async_start())
        self.power = RigPower(
            hass,
            resources,
            policy,
            name=entry.title,
            entry_id=entry.entry_id,
            outlet=outlet,
            on_left_off=lambda: issues.create_left_off(hass, entry),
            on_set_aside=lambda file: issues.create_record(hass, entry, file),
            on_written=partial(update_disk, hass, entry),
            hold=self.hold,
        )
        self._not_judged = Complaint(self.name)
        self._off_since: datetime | None = None
        self._read_after = 0
        """How many power-ups had begun or ended when the outlet was read last."""
        self._reauth = ReauthRequests(hass, entry)
        self.events = EventQueue()

    def _create_power_sensor(self) -> PowerSensor | None:
        """Return the sensor that the user named for the outlet, if any."""
        entity_id = self.config_entry.options.get(CONF_POWER_SENSOR)
        if entity_id is None:
            return None
        return PowerSensor(self.hass, entity_id, self.grace)

    @property
    def armed(self) -> bool:
        """Whether the power is really cut, or only rehearsed."""
        return bool(self.config_entry.options.get(CONF_ARMED))

    @property
    def pool_key(self) -> PoolKey:
        """What rigs of one pool share."""
        account = self.witnesses.first.account
        return (account.pool, f"{account.base_url}|{account.coin}")

    def as_pool_member(self, now: datetime) -> PoolMember:
        """Return the rig as its pool sees it."""
        memory = self.power.memory
        return self.witnesses.as_pool_member(
            now, written_off=memory.unstable or memory.handed_over or memory.off_by_user
        )

    @property
    def pool_sees_it(self) -> bool:
        """Whether the pool says that the rig works."""
        return self.witnesses.first.says_online

    async def async_hear(self, max_age: timedelta) -> None:
        """Ask the pools, unless there is an answer no older than `max_age`."""
        await self.witnesses.async_ask_pools(max_age, self.power.memory)

    def miner_evidence(self, now: datetime) -> MinerEvidence | None:
        """Return the evidence of the linked miner, for the judgement of other rigs."""
        memory = self.power.memory
        restarted = memory.last_cut is not None and (
            now < memory.last_cut + self.policy.status_check_cooldown
        )
        if self.power.busy or restarted or self.as_pool_member(now).dead:
            return None
        self.witnesses.ask_miner(now)
        return self.witnesses.miner

    @override
    async def _async_poll(self) -> RigData:
        if not self.power.loaded:
            # Before anything is awaited: an entry unloaded meanwhile takes it out again.
            self.neighbours.add(self)
            await self.power.async_load()
            await self._async_note_user()
        # First of all, and without waiting for any witness.
        if self._is_unfinished() and not self.power.busy:
            await async_start_finishing(self)
        busy, power_ups = self.power.busy, self.power.power_ups
        await self.witnesses.async_ask(
            dt_util.utcnow(), self.power.memory, leave_outlet=busy
        )
        if not busy:
            self._read_after = power_ups
        self._request_reauth()
        try:
            data = await self._async_judge()
        except HomeAssistantError as err:
            # Nothing is done that cannot be remembered.
            self._not_judged.tell(err)
            return self._data(RigState.HELD, Reason.NOT_REMEMBERED)
        self._not_judged.settle()
        return data

    async def _async_note_user(self) -> None:
        """Let the rig's own memory of what its user wants be a hold, and nothing else."""
        off, holds = self.power.memory.off_by_user, async_holds(self.hass)
        source, machine = self.config_entry.entry_id, self.hold.machine_id
        held = holds.of(machine).by(Owner.USER, source) is not None
        with suppress(HomeAssistantError):
            if off and not held:
                await self.hold.async_user_stops()
            elif held and not off:
                await holds.async_release(Owner.USER, source)

    @callback
    def _request_reauth(self) -> None:
        """Ask the user for a token or for credentials that were rejected."""
        pools = {
            REASON_POOL: self.witnesses.first,
            REASON_SECOND_POOL: self.witnesses.second,
        }
        for reason, pool in pools.items():
            if pool is not None and pool.report is not None:
                self._reauth.update_pool(reason, pool.account, pool.report.outcome)
        if self.witnesses.reading is not None:
            self._reauth.update_outlet(self.witnesses.reading)

    async def _async_judge(self) -> RigData:
        """Decide by the present evidence, remember it, and start what was decided."""
        if self.power.busy:
            return self._data(RigState.RESTARTING, Reason.IN_TURN)
        now = dt_util.utcnow()
        if (reading := self.witnesses.reading) is not None and (
            await self.power.async_note_outlet(reading.kind, now)
        ):
            self.publish("plug_unreachable", reason=Reason.PLUG_UNREACHABLE)
        if (decision := await self._async_decide(now)) is None:
            return self._data(RigState.RESTARTING, Reason.IN_TURN)
        before = None if self.data is None else self.data.state
        await async_carry_out(self, decision, before, self._async_switch_in_turn)
        return self._data(decision.state, decision.reason, ask_human=decision.ask_human)

    async def _async_decide(self, now: datetime) -> Decision | None:
        """Return what is to be done; None when the user has begun to switch meanwhile."""
        await self._async_hear(self._decide(now))
        if self.power.busy:
            return None
        decision = await self.power.async_learn(lambda: self._decide(dt_util.utcnow()))
        update_issues(self, decision, now)
        return decision

    async def _async_hear(self, decision: Decision) -> None:
        """Ask the pool for what a decision needs before anything is done.

        A cut stands on a fresh answer, also about the other rigs of the pool.
        """
        if decision.ask_pool:
            await self.async_hear(timedelta(0))
            decision = self._decide(dt_util.utcnow())
        report = self.witnesses.first.report
        if decision.action is not Action.NONE and report is not None:
            age = dt_util.utcnow() - report.at
            await self.neighbours.async_hear_others(self, age)

    def _async_switch_in_turn(self) -> Coroutine[Any, Any, None]:
        return async_switch(self, self._decide_in_turn, self._async_prepare)

    async def _async_prepare(self) -> None:
        await self._async_hear(self._decide(dt_util.utcnow()))

    def _is_unfinished(self) -> bool:
        """Return whether a cut was begun that is to be finished, whatever else is known."""
        memory = self.power.memory
        if memory.intent is None:
            return False
        evidence = Evidence(held_for_safety=self.hold.for_safety)
        decision = decide(dt_util.utcnow(), self.policy, memory, evidence)
        return decision.action is Action.FINISH

    def _decide(self, now: datetime) -> Decision:
        evidence = self.witnesses.evidence(
            now,
            outage=self.neighbours.update_health(self, now),
            pool_works=self._pool_works(),
            company=self._company(now),
            armed=self.armed,
        )
        evidence = replace(
            evidence,
            held=self.hold.held,
            held_for_safety=self.hold.for_safety,
            steps=frozenset(map(Step, possible_steps(self))),
        )
        return decide(now, self.policy, self.power.memory, evidence)

    def _decide_in_turn(self) -> Decision | None:
        """Return the decision if it is still to switch something."""
        decision = self._decide(dt_util.utcnow())
        return decision if decision.action in (Action.CUT, Action.TURN_ON) else None

    def _pool_works(self) -> bool:
        """Return whether others mine at the pool that the linked miner cannot reach."""
        miner = self.witnesses.miner
        if miner is None or miner.kind is not MinerKind.POOL_LOST:
            return False
        return self.neighbours.pool_works(self)

    def _company(self, now: datetime) -> Company:
        """Return how many other linked miners were lost when this rig's was."""
        if (lost := self.witnesses.overdue(now)) is None:
            return Company.ALONE
        return self.neighbours.company(self, lost, self.policy, now)

    def refresh_soon(self) -> None:
        """Show the outcome, once the switching has ended."""
        # Started eagerly, as is core's default, it would still find the power busy.
        self.config_entry.async_create_background_task(
            self.hass, self.async_refresh(), f"{self.name} refresh", eager_start=False
        )

    def describe(self) -> dict[str, Any]:
        """Return the present evidence, for events and action responses."""
        return {
            **self.witnesses.describe(dt_util.utcnow()),
            "restarts_in_row": self.power.memory.restarts_in_row,
            "armed": self.armed,
        }

    @callback
    def publish(self, event: str, **attributes: Any) -> None:
        """Publish an event with the evidence that the decision rested on."""
        self.events.trigger(event, {**self.describe(), **attributes})

    def _data(
        self, state: RigState, reason: Reason, *, ask_human: bool = False
    ) -> RigData:
        now = dt_util.utcnow()
        report = self.witnesses.first.report
        worker, second = self.witnesses.first.worker(now), self.witnesses.second
        return RigData(
            state=state,
            reason=reason,
            ask_human=ask_human,
            memory=self.power.memory,
            outcome=None if report is None else report.outcome,
            second_outcome=None
            if second is None or second.report is None
            else second.report.outcome,
            pool_answered=self.witnesses.first.answered_at,
            last_share=self.witnesses.newest_share,
            pool_hashrate_hs=None if worker is None else worker.hashrate_hs,
            outlet=self.witnesses.reading,
            next_check=None
            if report is None
            else report.at + self.policy.status_check_frequency,
        )

    @property
    def outlet_on(self) -> bool | None:
        """Whether the outlet gives power; None where that is unknown, or there is none."""
        known = self.fresh and not self.turns_on
        outlet = self.witnesses.switched() if known else None
        return None if outlet is None else powered(self.policy, outlet)

    @property
    def turns_on(self) -> bool:
        """Whether the outlet was turned on from here, and was not read since."""
        return self._read_after != self.power.power_ups

    def facts(self) -> RigFacts:
        """Return what other entries may know of the rig."""
        outlet = self.data.outlet if self.fresh else None
        memory = self.power.memory
        return RigFacts(
            seen=self.witnesses.first.report is not None,
            hashrate=self.data.pool_hashrate_hs if self.fresh else None,
            power=None if outlet is None else outlet.watts,
            miner=self.config_entry.data.get(CONF_MINER_ENTRY),
            outlet_on=self.outlet_on,
            off_since=self._note_off(),
            off_by_user=memory.off_by_user,
            restarts_today=len(cuts_of_day(dt_util.utcnow(), memory)),
        )

    def _note_off(self) -> datetime | None:
        """Return since when the outlet gives no power."""
        if self.outlet_on is not False:
            self._off_since = None
        elif self._off_since is None:
            self._off_since = dt_util.utcnow()
        return self._off_since

    @override
    async def async_shutdown(self) -> None:
        """Finish what was begun, then let go of the outlet."""
        async with self.power.async_closing():
            await super().async_shutdown()
            self.neighbours.remove(self)
            await self.power.async_close()
            if self.config_entry.disabled_by and self.power.memory.intent is not None:
                issues.create_disabled_off(self.hass, self.config_entry)
