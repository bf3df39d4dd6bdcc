"""Names in a farm's entry."""

from typing import Final

CONF_AREAS: Final = "areas"
CONF_LABELS: Final = "labels"
CONF_MEMBERS: Final = "members"
"""Entry ids that were picked one by one."""
CONF_ARMED: Final = "armed"
CONF_ASLEEP_ONLY: Final = "asleep_only"
"""An emergency stop puts machines to sleep and cuts no power."""
CONF_STARTS: Final = "starts"
CONF_START_SECONDS: Final = "start_seconds"

CONF_SIGNAL: Final = "signal_entity_id"
"""While it is on the farm draws less; a number is what it may draw at most."""
CONF_SIGNAL_WATTS: Final = "signal_to_watts"
"""So many W at most while it is on; nothing where it is left out."""
SIGNAL_NAME: Final = "signal"
"""Of the curtailment that it begins."""
CONF_LESS_AFTER: Final = "signal_less_after"
CONF_MORE_AFTER: Final = "signal_more_after"
"""Minutes for which a number has to ask for less, or allow more."""

STARTS: Final = 5
START_SECONDS: Final = 20
MOST_STARTS: Final = 100
MOST_SECONDS: Final = 600
MOST_WATTS: Final = 1_000_000_000
LESS_AFTER: Final = 2
MORE_AFTER: Final = 15
MOST_MINUTES: Final = 240

GROUP: Final = "cooling_group"
"""Type of the subentries of a farm."""
GROUP_CONTAINERS: Final = "containers"
"""Entry ids of the containers of a group."""
GROUP_MACHINES: Final = "machines"
"""Ids of the machines that were picked for it."""
GROUP_BY_ADDRESS: Final = "by_address"
"""Machines that its containers list are of it, too."""
GROUP_REACTIONS: Final = "reactions"
"""By cause: what follows, and after how many seconds; the default of those left out."""
GROUP_REACTION: Final = "reaction"
GROUP_DELAY: Final = "delay"
GROUP_GUARDS: Final = "guards"
"""Limits of the user's own: field, side, limit, seconds, cause."""
GROUP_FIELD: Final = "field"
GROUP_SIDE: Final = "side"
GROUP_LIMIT: Final = "limit"
GROUP_SECONDS: Final = "seconds"
GROUP_CAUSE: Final = "cause"
GROUP_SENSORS: Final = "sensors"
"""Binary sensors of Home Assistant, each with its cause."""
GROUP_PUMP: Final = "pump"
"""Sensor of the watts of a pump."""
GROUP_PUMP_WATTS: Final = "pump_watts"
PUMP_WATTS: Final = 50.0
GROUP_ENTITY: Final = "entity_id"
GROUP_AFTER_LEAK: Final = "after_leak"
KEEP_COOLING: Final = "keep"
STOP_COOLING: Final = "stop"
GROUP_RETURN: Final = "return"
BY_HAND: Final = "by_hand"
AUTOMATIC: Final = "automatic"

ATTR_BY_WATTS: Final = "by_watts"
ATTR_TO_WATTS: Final = "to_watts"
ATTR_UNTIL: Final = "until"
ATTR_SIGNAL: Final = "signal"
ATTR_CONFIRM: Final = "confirm"
ATTR_CUT_POWER: Final = "cut_power"
