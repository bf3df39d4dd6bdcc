"""Watches one rig: asks its witnesses, decides, and has the decision carried out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ...common.coordinator import FarmCoordinator
from ...common.events import Teller
from ...common.members import HashrateKnowledge
from ...const import DOMAIN, LOGGER
from ...engines.pools import Account, Outcome
from ...engines.restart import (
    Action,
    Company,
    Decision,
    Memory,
    OutletFailure,
    OutletKind,
    Policy,
    PoolMember,
    Reason,
    RigState,
    begin_cut,
    company,
    decide,
    plug_answered,
    plug_failed,
    power_returned,
    reset,
)
from . import issues
from .const import CONF_ARMED, CONF_KASA_MEASURES, CONF_MINER_ENTRY, CONF_WORKER
from .outlets import RigOutlet, RigOutletReading
from .power import RigPower
from .reauth import Refusals
from .restart_coordinator import RestartCoordinator
from .witnesses import RigWitnesses

type RigConfigEntry = ConfigEntry[RigCoordinator]

POLL_INTERVAL = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class RigData:
    """What is known of a rig, and what was decided."""

    state: RigState
    reason: Reason
    memory: Memory
    outcome: Outcome | None = None
    last_share: datetime | None = None
    pool_hashrate_hs: float | None = None
    outlet: RigOutletReading | None = None
    next_check: datetime | None = None


class RigCoordinator(FarmCoordinator[RigData]):
    """One rig: its witnesses, its power, and the decision between them."""

    config_entry: RigConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: RigConfigEntry,
        farm: RestartCoordinator,
        *,
        account: Account | None,
        policy: Policy,
        outlet: RigOutlet | None,
    ) -> None:
        """Take the rig's pool account, policy and outlet."""
        super().__init__(
            hass, entry, name=entry.title, interval=POLL_INTERVAL, known=True
        )
        self.farm = farm
        self.policy = policy
        self.has_outlet = outlet is not None
        self.measures = bool(entry.data.get(CONF_KASA_MEASURES))
        self.witnesses = RigWitnesses(
            hass,
            farm,
            policy,
            account=account,
            worker=entry.data.get(CONF_WORKER, ""),
            miner_entry=entry.data.get(CONF_MINER_ENTRY),
            outlet=outlet,
            since=dt_util.utcnow(),
        )
        self.power = RigPower(
            hass,
            farm,
            policy,
            name=entry.title,
            entry_id=entry.entry_id,
            outlet=outlet,
            on_left_off=lambda: issues.create_left_off(self),
        )
        self._refusals = Refusals(hass, entry)
        self._outlet_was: OutletKind | None = None
        self.teller = Teller()

    @property
    def armed(self) -> bool:
        """Whether the power is really cut, or only rehearsed."""
        return bool(self.config_entry.options.get(CONF_ARMED))

    @property
    def pool_key(self) -> tuple[str, str]:
        """What rigs of one pool share."""
        if (account := self.witnesses.account) is None:
            return ("", self.config_entry.entry_id)
        return (account.pool, f"{account.base_url}|{account.coin}")

    def as_pool_member(self, now: datetime) -> PoolMember:
        """Return the rig as its pool's others see it."""
        memory = self.power.memory
        return self.witnesses.as_pool_member(
            now, written_off=memory.unstable or memory.off_by_user
        )

    @override
    async def _async_poll(self) -> RigData:
        if not self.power.loaded:
            await self.power.async_load()
            self.farm.rigs[self.config_entry.entry_id] = self
        # First of all, and without waiting for any witness.
        if self.power.memory.intent is not None and not self.power.busy:
            await self._async_start_finishing()
        now = dt_util.utcnow()
        await self.witnesses.async_ask(
            now, seen=self.power.memory.seen, leave_outlet=self.power.busy
        )
        self._note_refusals()
        try:
            return await self._async_judge()
        except HomeAssistantError as err:
            # Nothing is done that cannot be remembered.
            LOGGER.error("%s: %s", self.name, err)
            return self._data(RigState.HELD, Reason.NOT_REMEMBERED)

    @callback
    def _note_refusals(self) -> None:
        """Have the user asked for a token or for credentials that were refused."""
        account, report = self.witnesses.account, self.witnesses.report
        if account is not None and report is not None:
            self._refusals.note_pool(account, report.outcome)
        if self.witnesses.reading is not None:
            self._refusals.note_outlet(self.witnesses.reading)

    async def _async_judge(self) -> RigData:
        """Decide on what is known now, remember it, and start what is to be done."""
        if self.power.busy:
            return self._data(RigState.RESTARTING, Reason.IN_TURN)
        now = dt_util.utcnow()
        await self._async_note_plug(now)
        decision = self._decide(now)
        if decision.action is not Action.NONE:
            # What the pool says of its other rigs is heard before anything is done.
            await self.farm.async_hear_others(self, now)
            now = dt_util.utcnow()
            decision = self._decide(now)
        issues.update(self, decision.memory, now)
        match decision.action:
            case Action.CUT | Action.TURN_ON:
                # Decided, and remembered, anew when it is this rig's turn.
                self.power.start(self._async_act())
                return self._data(decision.state, decision.reason)
            case Action.REHEARSE:
                self.tell("would_restart", reason=decision.reason)
            case Action.GIVE_UP:
                self.tell("gave_up", reason=decision.reason)
        await self.power.async_store(decision.memory)
        if decision.recovered:
            self.tell("recovered", reason=decision.reason)
        return self._data(decision.state, decision.reason)

    def _decide(self, now: datetime) -> Decision:
        memory = self.power.memory
        evidence = self.witnesses.evidence(
            now,
            outage=self.farm.learn_health(self, now),
            company=self._company(now),
            armed=self.armed,
        )
        return decide(now, self.policy, memory, evidence)

    def _company(self, now: datetime) -> Company:
        """Return who else of the farm lost its miner when this rig did."""
        if (miner := self.witnesses.overdue(now)) is None:
            return Company.ALONE
        others = [
            other
            for other in self.farm.rigs.values()
            if other is not self and not other.excused(now)
        ]
        for other in others:
            other.witnesses.ask_miner(now)
        return company(
            now,
            self.policy,
            miner,
            [other.witnesses.miner for other in others if other.witnesses.miner],
        )

    def excused(self, now: datetime) -> bool:
        """Return whether its miner has a known reason of its own to be silent."""
        memory = self.power.memory
        restarted = memory.last_cut is not None and (
            now < memory.last_cut + self.policy.status_check_cooldown
        )
        return self.power.busy or restarted or self.as_pool_member(now).dead

    async def _async_note_plug(self, now: datetime) -> None:
        """Remember whether the outlet answers; its first silence is told."""
        if (reading := self.witnesses.reading) is None:
            return
        before = self.power.memory
        memory = before
        if reading.kind is not OutletKind.UNREACHABLE:
            memory = plug_answered(before)
            if reading.kind is OutletKind.ON and self._outlet_was is OutletKind.OFF:
                memory = power_returned(now, self.policy, memory)
            self._outlet_was = reading.kind
        elif before.plug_retry_at is None or now >= before.plug_retry_at:
            memory = plug_failed(now, before)
        await self.power.async_store(memory)
        if before.plug_failed_since is None and memory.plug_failed_since is not None:
            self.tell("plug_unreachable", reason=Reason.PLUG_UNREACHABLE)

    async def _async_act(self) -> None:
        """Cut or turn on, if that is still right when it is this rig's turn."""

        def still_right() -> Decision | None:
            decision = self._decide(dt_util.utcnow())
            acts = decision.action in (Action.CUT, Action.TURN_ON)
            return decision if acts else None

        await self._async_switch(still_right)

    async def _async_switch(
        self, decide_in_turn: Callable[[], Decision | None]
    ) -> None:
        before = self.power.memory.restarts_total
        told = self.describe()
        decision = await self.power.async_in_turn(decide_in_turn)
        if decision is not None and decision.memory.intent is not None:
            restarted = self.power.memory.restarts_total > before
            event = "restarted" if restarted else "plug_unreachable"
            # The evidence is that of before, the count that of after.
            told["restarts_in_row"] = self.power.memory.restarts_in_row
            self.tell(event, **{**told, "reason": decision.reason})
        self._refresh_soon()

    async def _async_start_finishing(self) -> None:
        """Turn on again what a cut had turned off when Home Assistant stopped."""
        if not self.has_outlet:
            issues.create_left_off(self)
            await self.power.async_store(replace(self.power.memory, intent=None))
            return

        async def finish() -> None:
            await self.power.async_finish()
            issues.delete_left_off(self)
            self.tell("restarted", reason=Reason.UNFINISHED_RESTART)
            self._refresh_soon()

        self.power.start(finish())

    def _refresh_soon(self) -> None:
        """Show the outcome, once the switching has ended."""
        self.config_entry.async_create_background_task(
            self.hass, self.async_refresh(), f"{self.name} refresh", eager_start=False
        )

    async def async_power_cycle(self) -> None:
        """Cut the power because the user says so, armed or not."""
        self._require_free_outlet()
        before = self.power.memory.restarts_total

        def begin() -> Decision:
            memory = replace(self.power.memory, off_by_user=False)
            return Decision(
                action=Action.CUT,
                state=RigState.RESTARTING,
                reason=Reason.BY_USER,
                memory=begin_cut(dt_util.utcnow(), self.policy, memory, Reason.BY_USER),
            )

        await self.power.start(self._async_switch(begin))
        if self.power.memory.restarts_total == before:
            raise self._error("outlet_failed")

    async def async_set_power(self, *, on: bool) -> None:
        """Switch the outlet for the user, who may want the rig to stay off."""
        self._require_free_outlet()
        memory = replace(self.power.memory, off_by_user=not on)
        if on:
            memory = power_returned(dt_util.utcnow(), self.policy, memory)
        try:
            await self.power.async_set(memory, on=on)
        except OutletFailure as err:
            raise self._error("outlet_failed") from err
        await self.async_refresh()

    async def async_set_armed(self, *, armed: bool) -> None:
        """Cut for real from now on, or only rehearse."""
        self.hass.config_entries.async_update_entry(
            self.config_entry,
            options={**self.config_entry.options, CONF_ARMED: armed},
        )
        await self.async_refresh()

    async def async_reset(self) -> None:
        """Try again with a rig that was given up."""
        await self.power.async_store(reset(self.power.memory))
        await self.async_refresh()

    async def async_check_now(self) -> dict[str, Any]:
        """Ask all witnesses now; return what they say, and the decision."""
        await self.witnesses.async_ask_pool(timedelta(0), seen=self.power.memory.seen)
        await self.async_refresh()
        return {
            **self.describe(),
            "state": self.data.state,
            "reason": self.data.reason,
        }

    def _require_free_outlet(self) -> None:
        if not self.has_outlet:
            raise self._error("no_outlet")
        if self.power.busy:
            raise self._error("busy")

    def _error(self, key: str) -> HomeAssistantError:
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=f"rig_{key}",
            translation_placeholders={"name": self.name},
        )

    def describe(self) -> dict[str, Any]:
        """Return the evidence of the moment, for events and answers to users."""
        memory = self.power.memory
        return {
            **self.witnesses.describe(dt_util.utcnow()),
            "restarts_in_row": memory.restarts_in_row,
            "armed": self.armed,
        }

    @callback
    def tell(self, event: str, **attributes: Any) -> None:
        """Tell the event entity, with what the decision rested on."""
        self.teller.tell(event, {**self.describe(), **attributes})

    def _data(self, state: RigState, reason: Reason) -> RigData:
        now = dt_util.utcnow()
        report, worker = self.witnesses.report, self.witnesses.worker(now)
        return RigData(
            state=state,
            reason=reason,
            memory=self.power.memory,
            outcome=None if report is None else report.outcome,
            last_share=None if worker is None else worker.last_share,
            pool_hashrate_hs=None if worker is None else worker.hashrate_hs,
            outlet=self.witnesses.reading,
            next_check=None
            if report is None
            else report.at + self.policy.status_check_frequency,
        )

    def hashrate(self) -> HashrateKnowledge:
        """Return what the rig delivers, as its pool sees it."""
        rate = self.data.pool_hashrate_hs if self.fresh else None
        return HashrateKnowledge(
            heard=self.witnesses.report is not None, hashrate_hs=rate
        )

    @override
    async def async_shutdown(self) -> None:
        """Finish what was begun, then let go of the outlet."""
        await super().async_shutdown()
        self.farm.rigs.pop(self.config_entry.entry_id, None)
        await self.power.async_close()
