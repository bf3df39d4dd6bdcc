"""Triggers and conditions on entities of ours, known by what they are and not by their names."""

from collections.abc import Iterable
from typing import Final, override

from homeassistant.components.event import ATTR_EVENT_TYPE
from homeassistant.core import HomeAssistant, State, split_entity_id
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.condition import EntityStateConditionBase
from homeassistant.helpers.trigger import (
    EntityTransitionTriggerBase,
    EntityTriggerBase,
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
)

from ..const import DOMAIN

NONE: Final = "none"


def ours(
    hass: HomeAssistant, entity_ids: Iterable[str], platform: str, key: str
) -> set[str]:
    """Return those of some entities that are of ours, of a platform and translation key."""
    registry = er.async_get(hass)
    return {
        entity_id
        for entity_id in entity_ids
        if split_entity_id(entity_id)[0] == platform
        and (entry := registry.async_get(entity_id)) is not None
        and entry.platform == DOMAIN
        and entry.translation_key == key
    }


def happened(key: str, event_type: str) -> type[EntityTriggerBase]:
    """Return a trigger on what an event entity reports."""

    class Happened(StatelessEntityTriggerBase):
        """An event of one type."""

        _domain_specs = {"event": DomainSpec()}

        @override
        def entity_filter(self, entities: set[str]) -> set[str]:
            return ours(self._hass, entities, "event", key)

        @override
        def is_valid_state(
            self, state: State, report_not_triggered: NotTriggeredReasonReporter
        ) -> bool:
            return state.attributes.get(ATTR_EVENT_TYPE) == event_type

    return Happened


def went(key: str, *, before: set[str], after: set[str]) -> type[EntityTriggerBase]:
    """Return a trigger on a sensor that goes from some states to others."""

    class Went(EntityTransitionTriggerBase):
        """A change from one of some states to one of others."""

        _domain_specs = {"sensor": DomainSpec()}
        _from_states = {*before}
        _to_states = {*after}

        @override
        def entity_filter(self, entities: set[str]) -> set[str]:
            return ours(self._hass, entities, "sensor", key)

    return Went


def named_something(key: str) -> type[EntityTriggerBase]:
    """Return a trigger on a sensor that lists what is wrong, each time it lists more."""

    class NamedSomething(EntityTriggerBase):
        """Another list that is not empty."""

        _domain_specs = {"sensor": DomainSpec()}

        @override
        def entity_filter(self, entities: set[str]) -> set[str]:
            return ours(self._hass, entities, "sensor", key)

        @override
        def is_valid_transition(self, from_state: State, to_state: State) -> bool:
            return bool(_listed(to_state) - _listed(from_state))

        @override
        def is_valid_state(
            self, state: State, report_not_triggered: NotTriggeredReasonReporter
        ) -> bool:
            return bool(_listed(state))

    return NamedSomething


def _listed(state: State) -> set[str]:
    if state.state == NONE:
        return set()
    return {each.strip() for each in state.state.split(",")}


def is_in(platform: str, key: str, states: set[str]) -> type[EntityStateConditionBase]:
    """Return a condition on the state of an entity."""

    class IsIn(EntityStateConditionBase):
        """One of some states."""

        _domain_specs = {platform: DomainSpec()}
        _states = {*states}

        @override
        def entity_filter(self, entities: set[str]) -> set[str]:
            return ours(self._hass, entities, platform, key)

        @override
        def _check_all_match_state(self, states: list[State]) -> bool:
            # Core leaves out what is not known: of nothing that is left all is true.
            return bool(states) and super()._check_all_match_state(states)

    return IsIn
