"""Polls one rig: asks pool, miner and outlet, decides, and starts what was decided."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ...common.coordinator import FarmCoordinator
from ...common.events import EventQueue
from ...common.holds import async_holds
from ...common.issues import update_disk
from ...common.members import RestartKind, RigFacts
from ...const import LOGGER
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
    step_failed,
)
from . import issues
from .const import (
    CONF_ARMED,
    CONF_FIRST_STEP,
    CONF_KASA_MEASURES,
    CONF_MINER_ENTRY,
    CONF_POWER_SENSOR,
    CONF_SECOND_POOL,
    CONF_WORKER,
)
from .data import RigData
from .hold import RigHold
from .miner_steps import async_take_step, possible_steps
from .neighbours import Neighbours, PoolKey
from .outlets import RigOutlet
from .pool_witness import PoolWitness
from .power import RigPower
from .power_sensor import PowerSensor
from .reauth import REASON_POOL, REASON_SECOND_POOL, ReauthRequests
from .resources import RigResources
from .stored import account_of
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
            second=_second_pool(resources, policy, entry.data.get(CONF_SECOND_POOL)),
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
            await self._async_start_finishing()
        busy, power_ups = self.power.busy, self.power.power_ups
        await self.witnesses.async_ask(
            dt_util.utcnow(), self.power.memory, leave_outlet=busy
        )
        if not busy:
            self._read_after = power_ups
        self._request_reauth()
        try:
            return await self._async_judge()
        except HomeAssistantError as err:
            # Nothing is done that cannot be remembered.
            LOGGER.error("%s: %s", self.name, err)
            return self._data(RigState.HELD, Reason.NOT_REMEMBERED)

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
        return await self._async_carry_out(decision)

    async def _async_decide(self, now: datetime) -> Decision | None:
        """Return what is to be done; None when the user has begun to switch meanwhile."""
        await self._async_hear(self._decide(now))
        if self.power.busy:
            return None
        decision = await self.power.async_learn(lambda: self._decide(dt_util.utcnow()))
        self._update_issues(decision, now)
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

    async def _async_carry_out(self, decision: Decision) -> RigData:
        match decision.action:
            case Action.CUT | Action.TURN_ON:
                # Decided, and remembered, once more when it is this rig's turn.
                self.power.start(
                    self.async_switch(self._decide_in_turn, self._async_prepare)
                )
            case Action.FINISH:
                await self._async_start_finishing()
            case Action.STEP:
                await self._async_take_step(decision)
            case Action.REHEARSE:
                self.publish("would_restart", reason=decision.reason)
            case Action.GIVE_UP:
                self.publish("gave_up", reason=decision.reason)
        if decision.recovered:
            self.publish("recovered", reason=decision.reason)
        if decision.state is RigState.ELSEWHERE and not self._was_elsewhere():
            self.publish("hashes_elsewhere", reason=decision.reason)
        return self._data(decision.state, decision.reason, ask_human=decision.ask_human)

    def _was_elsewhere(self) -> bool:
        return self.data is not None and self.data.state is RigState.ELSEWHERE

    async def _async_take_step(self, decision: Decision) -> None:
        """Try what comes before the plug; that it fails keeps nothing back."""
        self.publish("step_taken", reason=decision.reason, step=decision.step)
        if decision.step is Step.NAMED:
            await self._async_use_named()
        elif not await async_take_step(self, RestartKind(str(decision.step))):
            LOGGER.warning("%s: %s was not taken", self.name, decision.step)
            await self.power.async_change(step_failed)

    async def _async_use_named(self) -> None:
        entity_id = self.config_entry.options[CONF_FIRST_STEP]
        domain = entity_id.partition(".")[0]
        service = "press" if domain in ("button", "input_button") else "turn_on"
        try:
            await self.hass.services.async_call(
                domain, service, {"entity_id": entity_id}, blocking=True
            )
        except HomeAssistantError as err:
            LOGGER.warning("%s: the step before a restart failed: %s", self.name, err)

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

    @callback
    def _update_issues(self, decision: Decision, now: datetime) -> None:
        entry, report = self.config_entry, self.witnesses.first.report
        memory = decision.memory
        outcome = None if report is None else report.outcome
        issues.update_memory(
            self.hass, entry, memory, now, ask_human=decision.ask_human
        )
        issues.update_limit(self.hass, entry, self.policy, memory, now)
        issues.update_power_sensor(self.hass, entry, self.witnesses.silent_sensor(now))
        issues.update_miner(self.hass, entry, gone=self.armed and self._miner_is_gone())
        elsewhere = decision.state is RigState.ELSEWHERE
        issues.update_elsewhere(self.hass, entry, elsewhere=elsewhere)
        newcomer = self.witnesses.first.newcomer()
        issues.update_other_worker(
            self.hass,
            entry,
            newcomer if decision.reason is Reason.OTHER_WORKER else None,
        )
        issues.update_pool(
            self.hass, entry, outcome, self.witnesses.first.silent_since, now
        )
        second = self.witnesses.second
        issues.update_second_pool(
            self.hass, entry, None if second is None else second.silent_since, now
        )
        if memory.intent is None:
            issues.delete_left_off(self.hass, entry)

    def _miner_is_gone(self) -> bool:
        """Return whether a miner is linked that was deleted or disabled."""
        if (miner_entry := self.config_entry.data.get(CONF_MINER_ENTRY)) is None:
            return False
        entry = self.hass.config_entries.async_get_entry(miner_entry)
        return entry is None or entry.disabled_by is not None

    async def async_switch(
        self,
        decide_in_turn: Callable[[], Decision | None],
        prepare: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Switch the outlet as decided when it is this rig's turn; publish the outcome."""
        before = self.power.memory
        evidence = self.describe()
        decision = await self.power.async_in_turn(decide_in_turn, prepare)
        after = self.power.memory
        if decision is not None and decision.memory.intent is not None:
            restarted = after.restarts_total > before.restarts_total
            # The evidence is that of before, the count that of after.
            evidence["restarts_in_row"] = after.restarts_in_row
            if restarted:
                self.publish("restarted", **{**evidence, "reason": decision.reason})
            elif not before.disobeyed and not before.plug_failed_since:
                reason = decision.reason
                self.publish("plug_unreachable", **{**evidence, "reason": reason})
        self._refresh_soon()

    async def _async_start_finishing(self) -> None:
        """Turn on again what a cut had turned off when Home Assistant stopped."""
        if not self.has_outlet:
            issues.create_left_off(self.hass, self.config_entry)
            await self.power.async_change(lambda memory: replace(memory, intent=None))
            return

        async def finish() -> None:
            await self.power.async_finish()
            issues.delete_left_off(self.hass, self.config_entry)
            self.publish("restarted", reason=Reason.UNFINISHED_RESTART)
            self._refresh_soon()

        self.power.start(finish())

    def _refresh_soon(self) -> None:
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


def _second_pool(
    resources: RigResources, policy: Policy, stored: Mapping[str, Any] | None
) -> PoolWitness | None:
    """Return the witness of the second account that an entry names, if it does."""
    if stored is None:
        return None
    return PoolWitness(resources, policy, account_of(stored), stored[CONF_WORKER])
