"""Dialogs of a cooling group: what cools what, what follows from what, and what it can stop."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import voluptuous as vol

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ....common.forms import SelectorTexts
from ..const import (
    AUTOMATIC,
    BY_HAND,
    GROUP,
    GROUP_AFTER_LEAK,
    GROUP_BY_ADDRESS,
    GROUP_CONTAINERS,
    GROUP_GUARDS,
    GROUP_MACHINES,
    GROUP_PUMP,
    GROUP_PUMP_WATTS,
    GROUP_REACTIONS,
    GROUP_RETURN,
    GROUP_SENSORS,
    KEEP_COOLING,
    STOP_COOLING,
)
from ..coordinator import SiteCoordinator
from ..group_stored import GroupShape
from ..rehearsal import answers_of
from .group_causes import causes_schema, listed, stored_reactions
from .group_summary import answers_text, summary_of

ACCEPTED: Final = "accepted"
"""That some machines cannot be stopped by anything."""


class CoolingGroupFlow(ConfigSubentryFlow):
    """Adds a cooling group, or changes one."""

    _name: str
    _known: dict[str, Any]

    @property
    def _site(self) -> SiteCoordinator:
        site: SiteCoordinator = self._get_entry().runtime_data
        return site

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what cools what."""
        self._name, self._known = "", {}
        return await self.async_step_farm_group(user_input)

    async def async_step_reconfigure(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask the same of a group that there is."""
        subentry = self._get_reconfigure_subentry()
        self._name, self._known = subentry.title, dict(subentry.data)
        return await self.async_step_farm_group()

    async def async_step_farm_group(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for its containers and machines."""
        if self._get_entry().state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="farm_not_loaded")
        errors: dict[str, str] = {}
        other = ""
        if user_input is not None:
            if other := self._group_with(user_input[GROUP_CONTAINERS]) or "":
                errors[GROUP_CONTAINERS] = "container_in_another_group"
            elif other := self._group_of(user_input[GROUP_MACHINES]) or "":
                errors[GROUP_MACHINES] = "in_another_group"
            else:
                self._name = user_input.pop(CONF_NAME)
                self._known |= user_input
                return await self.async_step_farm_causes()
        schema = vol.Schema(
            {
                vol.Required(CONF_NAME): TextSelector(),
                vol.Optional(GROUP_CONTAINERS, default=[]): _choice(
                    {key: name for key, name, _ in self._site.containers()},
                    multiple=True,
                ),
                vol.Required(GROUP_BY_ADDRESS, default=True): BooleanSelector(),
                vol.Optional(GROUP_MACHINES, default=[]): _choice(
                    {key: self._site.described(key) for key in self._site.machine_ids},
                    multiple=True,
                ),
                vol.Required(GROUP_AFTER_LEAK, default=KEEP_COOLING): _translated(
                    "farm_after_leak", KEEP_COOLING, STOP_COOLING
                ),
                vol.Required(GROUP_RETURN, default=BY_HAND): _translated(
                    "farm_return", BY_HAND, AUTOMATIC
                ),
            }
        )
        known = user_input or {**self._known, CONF_NAME: self._name}
        return self.async_show_form(
            step_id="farm_group",
            data_schema=self.add_suggested_values_to_schema(schema, known),
            errors=errors,
            description_placeholders={"other": other},
        )

    async def async_step_farm_causes(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what follows from what, where it differs from the defaults."""
        if user_input is not None:
            self._known |= {
                GROUP_REACTIONS: stored_reactions(user_input.get(GROUP_REACTIONS, ())),
                GROUP_GUARDS: user_input.get(GROUP_GUARDS, []),
                GROUP_SENSORS: user_input.get(GROUP_SENSORS, []),
                GROUP_PUMP: user_input.get(GROUP_PUMP),
                GROUP_PUMP_WATTS: user_input[GROUP_PUMP_WATTS],
            }
            return await self.async_step_farm_summary()
        numbers = {
            key
            for entry_id, _, facts in self._site.containers()
            if entry_id in self._known[GROUP_CONTAINERS]
            for key in facts.numbers
        }
        return self.async_show_form(
            step_id="farm_causes",
            data_schema=self.add_suggested_values_to_schema(
                await causes_schema(self.hass, numbers), listed(self._known)
            ),
        )

    async def async_step_farm_summary(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Say what would be stopped by what; what cannot be stopped needs a tick."""
        summary = summary_of(self._site, self._known, group_id=self._own_id)
        errors: dict[str, str] = {}
        if user_input is not None:
            if not summary.helpless or user_input.get(ACCEPTED):
                return self._end()
            errors[ACCEPTED] = "cannot_be_stopped"
        fields = (
            {vol.Required(ACCEPTED, default=False): BooleanSelector()}
            if summary.helpless
            else {}
        )
        return self.async_show_form(
            step_id="farm_summary",
            data_schema=vol.Schema(fields),
            errors=errors,
            description_placeholders={
                **summary.placeholders(),
                "causes": await self._causes_text(summary.most_levers),
            },
        )

    async def _causes_text(self, most_levers: int) -> str:
        option = await SelectorTexts.async_load(self.hass)
        draft = ConfigSubentry(
            data=MappingProxyType(self._known),
            subentry_type=GROUP,
            title=self._name,
            unique_id=None,
        )
        answers = answers_of(self.hass, GroupShape.of(draft))
        return answers_text(option, answers, most_levers)

    def _end(self) -> SubentryFlowResult:
        if self.source == "reconfigure":
            return self.async_update_and_abort(
                self._get_entry(),
                self._get_reconfigure_subentry(),
                title=self._name,
                data=self._known,
            )
        return self.async_create_entry(title=self._name, data=self._known)

    def _group_of(self, machines: list[str]) -> str | None:
        """Return the name of another group that one of these machines was picked for."""
        for key, group in self._site.groups.items():
            if key != self._own_id and not group.shape.machines.isdisjoint(machines):
                return group.shape.name
        return None

    def _group_with(self, containers: list[str]) -> str | None:
        """Return the name of another group that has one of these containers."""
        for key, group in self._site.groups.items():
            if key != self._own_id and set(containers) & set(group.shape.containers):
                return group.shape.name
        return None

    @property
    def _own_id(self) -> str | None:
        """Id of the group that is changed; None of a new one."""
        if self.source != "reconfigure":
            return None
        return self._get_reconfigure_subentry().subentry_id


def _choice(names: Mapping[str, str], *, multiple: bool) -> SelectSelector:
    options = [
        SelectOptionDict(value=key, label=name)
        for key, name in sorted(names.items(), key=lambda one: one[1].casefold())
    ]
    return SelectSelector(
        SelectSelectorConfig(
            options=options, multiple=multiple, mode=SelectSelectorMode.DROPDOWN
        )
    )


def _translated(key: str, *options: str) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=list(options), translation_key=key, mode=SelectSelectorMode.LIST
        )
    )
