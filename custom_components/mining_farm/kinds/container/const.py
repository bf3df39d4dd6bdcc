"""Names in a container's entry."""

from typing import Final

CONF_MODEL: Final = "model"

CONF_CONTROLS: Final = "controls"
"""Whether cooling may be controlled from here."""
CONF_SET_POINT_HIGHEST: Final = "set_point_highest"
CONF_SET_POINT_LOWEST: Final = "set_point_lowest"
CONF_PRESSURE_UNIT: Final = "pressure_unit"
COLDEST: Final = 5
HOTTEST: Final = 60
"""°C that no user can want to leave: the plants freeze, and their miners trip."""
CONF_SEVERITIES: Final = "severities"
"""Severities of alarms that the user has changed."""
CONF_THRESHOLDS: Final = "thresholds"
"""Limits of the user's own that are alarms."""
CONF_MINER_READINGS: Final = "miner_readings"
"""Whether each miner that the controller knows of has entities."""
