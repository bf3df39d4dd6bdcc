"""Fields about alarms in a container's options: severities, and limits of one's own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.const import UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
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
    TextSelector,
)

from ....common.forms import SelectorTexts, async_entity_names
from ....engines.containers import PlantTable, Severity, Side
from ..alarm_options import (
    ATTR_ALARM,
    ATTR_FIELD,
    ATTR_LIMIT,
    ATTR_NAME,
    ATTR_SECONDS,
    ATTR_SEVERITY,
    ATTR_SIDE,
)
from ..alarm_sensors import NO_ALARM, NO_ANSWER
from ..const import CONF_SEVERITIES, CONF_THRESHOLDS

LONGEST_NAME: Final = 60
DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The user's words: selects inside of an object are not translated by themselves."""

    entity_name: Callable[[str, str], str]
    """By platform and translation key."""
    option: SelectorTexts

    @classmethod
    async def async_load(cls, hass: HomeAssistant) -> Words:
        """Read the translations once for a form."""
        return cls(
            entity_name=await async_entity_names(hass),
            option=await SelectorTexts.async_load(hass),
        )


def severities_selector(table: PlantTable, words: Words) -> ObjectSelector:
    """Return the field for other severities of the plant's own alarms."""
    alarms = [
        SelectOptionDict(
            value=kind.key,
            label=words.entity_name("binary_sensor", f"alarm_{kind.key}"),
        )
        for kind in table.alarms
    ]
    return ObjectSelector(
        ObjectSelectorConfig(
            fields={
                ATTR_ALARM: _required(_choice(alarms)),
                ATTR_SEVERITY: _required(_severity(words)),
            },
            multiple=True,
            label_field=ATTR_ALARM,
            description_field=ATTR_SEVERITY,
            translation_key="container_severities",
        )
    )


def thresholds_selector(table: PlantTable, words: Words) -> ObjectSelector:
    """Return the field for limits of the user's own."""
    numbers = [
        SelectOptionDict(
            value=field.key,
            label=f"{words.entity_name('sensor', field.key)} ({field.unit})",
        )
        for field in table.fields
        if field.unit is not None
    ]
    return ObjectSelector(
        ObjectSelectorConfig(
            fields={
                ATTR_NAME: _required(TextSelector()),
                ATTR_FIELD: _required(_choice(numbers)),
                ATTR_SIDE: _required(
                    _choice(
                        [
                            SelectOptionDict(
                                value=side, label=words.option("threshold_side", side)
                            )
                            for side in Side
                        ]
                    )
                ),
                ATTR_LIMIT: _required(
                    NumberSelector(
                        NumberSelectorConfig(step="any", mode=NumberSelectorMode.BOX)
                    )
                ),
                ATTR_SECONDS: _required(
                    NumberSelector(
                        NumberSelectorConfig(
                            min=0,
                            max=DAY_S,
                            mode=NumberSelectorMode.BOX,
                            unit_of_measurement=UnitOfTime.SECONDS,
                        )
                    )
                ),
                ATTR_SEVERITY: _required(_severity(words)),
            },
            multiple=True,
            label_field=ATTR_NAME,
            description_field=ATTR_SEVERITY,
            translation_key="container_thresholds",
        )
    )


def find_mistakes(table: PlantTable, options: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the lists, by their fields."""
    mistakes: dict[str, str] = {}
    alarms = [changed[ATTR_ALARM] for changed in options.get(CONF_SEVERITIES, ())]
    if len(alarms) != len(set(alarms)):
        mistakes[CONF_SEVERITIES] = "alarm_twice"
    names = [given[ATTR_NAME].casefold() for given in options.get(CONF_THRESHOLDS, ())]
    taken = {NO_ALARM, NO_ANSWER, *(kind.key for kind in table.alarms)}
    if len(names) != len(set(names)) or taken.intersection(names):
        mistakes[CONF_THRESHOLDS] = "threshold_name_taken"
    elif not all(0 < len(name) <= LONGEST_NAME for name in names):
        mistakes[CONF_THRESHOLDS] = "threshold_name_length"
    return mistakes


def with_plain_names(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with the thresholds' names as they are compared and shown."""
    if CONF_THRESHOLDS not in options:
        return dict(options)
    thresholds = [
        {**given, ATTR_NAME: given[ATTR_NAME].strip()}
        for given in options[CONF_THRESHOLDS]
    ]
    return {**options, CONF_THRESHOLDS: thresholds}


def _severity(words: Words) -> SelectSelector:
    return _choice(
        [
            SelectOptionDict(value=severity, label=words.option("severity", severity))
            for severity in Severity
        ]
    )


def _choice(options: list[SelectOptionDict]) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(options=options, mode=SelectSelectorMode.DROPDOWN)
    )


def _required(
    selector: NumberSelector | SelectSelector | TextSelector,
) -> ObjectSelectorField:
    return ObjectSelectorField(required=True, selector=selector)
