"""The form that says what follows from what: reactions, guards, sensors."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import voluptuous as vol

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import UnitOfPower, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    ObjectSelector,
    ObjectSelectorConfig,
    ObjectSelectorField,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ....common.forms import SelectorTexts, async_entity_names
from ....engines.farm import RULES, Cause, Reaction, Side
from ..const import (
    GROUP_CAUSE,
    GROUP_DELAY,
    GROUP_ENTITY,
    GROUP_FIELD,
    GROUP_GUARDS,
    GROUP_LIMIT,
    GROUP_PUMP,
    GROUP_PUMP_WATTS,
    GROUP_REACTION,
    GROUP_REACTIONS,
    GROUP_SECONDS,
    GROUP_SENSORS,
    GROUP_SIDE,
    PUMP_WATTS,
)

DAY_S: Final = 86_400
MOST_PUMP_WATTS: Final = 1_000_000
CAUSES: Final = tuple(cause for cause in Cause if cause is not Cause.HAND)


async def causes_schema(hass: HomeAssistant, numbers: Iterable[str]) -> vol.Schema:
    """Return the form; guards are offered for the numbers that the containers have."""
    option = await SelectorTexts.async_load(hass)
    name = await async_entity_names(hass)

    def named(key: str) -> str:
        try:
            return name("sensor", key)
        except KeyError:
            return key

    causes = _choice({cause: option("farm_cause", cause) for cause in CAUSES})
    reactions = _choice(
        {reaction: option("farm_reaction", reaction) for reaction in Reaction}
    )
    sides = _choice({side: option("threshold_side", side) for side in Side})
    fields = _choice({key: named(key) for key in sorted(numbers)})
    sensors = EntitySelector(EntitySelectorConfig(domain="binary_sensor"))
    return vol.Schema(
        {
            vol.Optional(GROUP_REACTIONS): _list(
                "farm_reactions",
                {
                    GROUP_CAUSE: causes,
                    GROUP_REACTION: reactions,
                    GROUP_DELAY: _seconds(),
                },
                GROUP_REACTION,
            ),
            vol.Optional(GROUP_GUARDS): _list(
                "farm_guards",
                {
                    GROUP_FIELD: fields,
                    GROUP_SIDE: sides,
                    GROUP_LIMIT: NumberSelector(
                        NumberSelectorConfig(step="any", mode=NumberSelectorMode.BOX)
                    ),
                    GROUP_SECONDS: _seconds(),
                    GROUP_CAUSE: causes,
                },
                GROUP_FIELD,
            ),
            vol.Optional(GROUP_SENSORS): _list(
                "farm_sensors",
                {GROUP_ENTITY: sensors, GROUP_CAUSE: causes},
                GROUP_ENTITY,
            ),
            vol.Optional(GROUP_PUMP): EntitySelector(
                EntitySelectorConfig(
                    domain="sensor", device_class=SensorDeviceClass.POWER
                )
            ),
            vol.Required(GROUP_PUMP_WATTS, default=PUMP_WATTS): NumberSelector(
                NumberSelectorConfig(
                    min=1,
                    max=MOST_PUMP_WATTS,
                    mode=NumberSelectorMode.BOX,
                    unit_of_measurement=UnitOfPower.WATT,
                )
            ),
        }
    )


def listed(known: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is stored as the form takes it."""
    return {
        GROUP_REACTIONS: [
            {GROUP_CAUSE: cause, **given}
            for cause, given in known.get(GROUP_REACTIONS, {}).items()
        ],
        GROUP_GUARDS: known.get(GROUP_GUARDS, []),
        GROUP_SENSORS: known.get(GROUP_SENSORS, []),
        GROUP_PUMP: known.get(GROUP_PUMP),
        GROUP_PUMP_WATTS: known.get(GROUP_PUMP_WATTS, PUMP_WATTS),
    }


def stored_reactions(given: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the reactions by cause, the last of several for one."""
    return {
        each[GROUP_CAUSE]: {
            GROUP_REACTION: each[GROUP_REACTION],
            GROUP_DELAY: each.get(GROUP_DELAY, RULES[Cause(each[GROUP_CAUSE])].delay),
        }
        for each in given
    }


def _list(key: str, fields: Mapping[str, Any], label: str) -> ObjectSelector:
    return ObjectSelector(
        ObjectSelectorConfig(
            fields={
                name: ObjectSelectorField(required=True, selector=selector)
                for name, selector in fields.items()
            },
            multiple=True,
            label_field=label,
            description_field=GROUP_CAUSE,
            translation_key=key,
        )
    )


def _choice(labels: Mapping[str, str]) -> SelectSelector:
    options = [
        SelectOptionDict(value=str(value), label=label)
        for value, label in labels.items()
    ]
    return SelectSelector(
        SelectSelectorConfig(options=options, mode=SelectSelectorMode.DROPDOWN)
    )


def _seconds() -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(
            min=0,
            max=DAY_S,
            mode=NumberSelectorMode.BOX,
            unit_of_measurement=UnitOfTime.SECONDS,
        )
    )
