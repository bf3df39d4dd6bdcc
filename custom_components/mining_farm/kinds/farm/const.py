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

STARTS: Final = 5
START_SECONDS: Final = 20
MOST_STARTS: Final = 100
MOST_SECONDS: Final = 600

GROUP: Final = "cooling_group"
"""Type of the subentries of a farm."""
