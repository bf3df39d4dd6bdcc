"""What a cooling group sees: its containers, its pump, and binary sensors of Home Assistant."""

from datetime import timedelta
from typing import Final

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ...common.energy import sensor_draw
from ...common.members import ContainerFacts, async_members
from ...engines.farm import Pump, Seen, Trend
from .group_stored import GroupShape

PUMP_HOLDS: Final = timedelta(minutes=2)
"""For so long a reading of the pump's watts counts."""


class GroupSight:
    """Reads what there is, and remembers how it moved."""

    def __init__(self, hass: HomeAssistant, shape: GroupShape) -> None:
        """Take what the group is made of."""
        self._hass = hass
        self._shape = shape
        self.hosts: dict[str, frozenset[str]] = {}
        """Addresses that each container listed last."""
        self._trends: dict[str, Trend] = {}
        self._running_since: dict[str, float] = {}

    def container(self, entry_id: str, now: float) -> Seen:
        """Return a container as it was read last."""
        member = async_members(self._hass).get(entry_id)
        facts = None if member is None else member.facts()
        if not isinstance(facts, ContainerFacts):
            return Seen(model="")
        if facts.miner_hosts:
            self.hosts[entry_id] = facts.miner_hosts
        return Seen(
            model=facts.model,
            age=None if facts.read_at is None else max(0.0, now - facts.read_at),
            reading=facts.read_at or 0.0,
            connected=facts.connected,
            running=facts.running,
            bits=facts.bits,
            numbers=facts.numbers,
            rise=self._rises(entry_id).learn(facts.read_at or 0.0, facts.supply),
            running_for=self._running_for(entry_id, facts, now),
        )

    def _rises(self, entry_id: str) -> Trend:
        return self._trends.setdefault(entry_id, Trend())

    def _running_for(
        self, entry_id: str, facts: ContainerFacts, now: float
    ) -> float | None:
        """Return for how long a container's pump has been seen to run."""
        if not facts.running:
            self._running_since.pop(entry_id, None)
            return None
        return now - self._running_since.setdefault(entry_id, now)

    def pump(self) -> Pump | None:
        """Return what the watts at the pump's own outlet say."""
        if (entity_id := self._shape.pump) is None:
            return None
        hass, now = self._hass, dt_util.utcnow()
        state = hass.states.get(entity_id)
        # A number that nobody confirms any more proves nothing.
        fresh = state is not None and now - state.last_reported <= PUMP_HOLDS
        draw = sensor_draw(hass, entity_id, now, entity_id) if fresh else None
        runs = None if draw is None else draw.watts >= self._shape.pump_watts
        return Pump(key=entity_id, runs=runs)

    def is_on(self, entity_id: str) -> bool | None:
        """Return whether a binary sensor is on; None where it says nothing."""
        state = self._hass.states.get(entity_id)
        if state is None or state.state not in (STATE_ON, STATE_OFF):
            return None
        return state.state == STATE_ON
