"""What the user has set about alarms: severities, and limits of his own."""

from collections.abc import Mapping
from typing import Any, Final

from ...engines.containers import PlantTable, Severity, Side, Threshold, with_thresholds
from .const import CONF_SEVERITIES, CONF_THRESHOLDS

ATTR_ALARM: Final = "alarm"
ATTR_SEVERITY: Final = "severity"
ATTR_NAME: Final = "name"
ATTR_FIELD: Final = "field"
ATTR_SIDE: Final = "side"
ATTR_LIMIT: Final = "limit"
ATTR_SECONDS: Final = "seconds"

_OWN: Final = "own_"
"""Begins the keys of the user's alarms; no maker's alarm begins so."""


def thresholds_of(options: Mapping[str, Any]) -> tuple[Threshold, ...]:
    """Return the thresholds among an entry's options."""
    return tuple(
        Threshold(
            key=f"{_OWN}{given[ATTR_NAME].casefold()}",
            name=given[ATTR_NAME],
            field=given[ATTR_FIELD],
            side=Side(given[ATTR_SIDE]),
            limit=given[ATTR_LIMIT],
            seconds=given[ATTR_SECONDS],
            severity=Severity(given[ATTR_SEVERITY]),
        )
        for given in options.get(CONF_THRESHOLDS, ())
    )


def table_in_force(table: PlantTable, options: Mapping[str, Any]) -> PlantTable:
    """Return a model's table with what the user has set about its alarms."""
    severities = {
        changed[ATTR_ALARM]: Severity(changed[ATTR_SEVERITY])
        for changed in options.get(CONF_SEVERITIES, ())
    }
    return with_thresholds(table.with_severities(severities), thresholds_of(options))
