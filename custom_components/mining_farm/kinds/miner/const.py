"""Keys of a miner's config entry."""

from typing import Final

CONF_CONTROLS: Final = "controls"
CONF_DETAIL: Final = "detail"
CONF_DETAIL_SHOWN: Final = "detail_shown"
CONF_DRIVER: Final = "driver"
CONF_LEARNED: Final = "learned"
CONF_MAC: Final = "mac"
CONF_NEW_POOL: Final = "new_pool"
CONF_POOLS: Final = "pools"
CONF_POOL_WATCH: Final = "pool_watch"
CONF_PROFILE: Final = "profile"
CONF_SECOND: Final = "second_way"
CONF_LEAST_REST: Final = "least_rest"
CONF_LEAST_CHANGE: Final = "least_change"
CONF_LEAST_RETUNE: Final = "least_retune"
CONF_LEAST_RESTART: Final = "least_restart"
CONF_TAKE_OVER: Final = "take_over"
CONF_POWER_SENSOR: Final = "power_sensor"
CONF_POWER_MINIMUM: Final = "power_minimum"
CONF_POWER_MAXIMUM: Final = "power_maximum"

LEAST_REST: Final = 10
"""Minutes that a miner stays paused: each start heats its boards by 50 K."""
LEAST_CHANGE: Final = 5
"""Minutes between changes that take effect at once."""
LEAST_RETUNE: Final = 15
"""Minutes between changes that make a miner tune itself again."""
LEAST_RESTART: Final = 30
"""Minutes between changes that restart mining."""
