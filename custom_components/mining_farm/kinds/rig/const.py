"""Keys of a rig's config entry; those of the policy are the original restarter's."""

from typing import Final

CONF_POOL: Final = "status_api"
CONF_ACCOUNT: Final = "wallet"
CONF_COIN: Final = "coin"
CONF_TOKEN: Final = "token"  # noqa: S105
CONF_BASE_URL: Final = "base_url"
CONF_WORKER: Final = "worker_name"

CONF_SECOND_POOL: Final = "second_pool"
"""Another account at which the rig may mine as well, with the same fields."""

CONF_OUTLET: Final = "outlet"
CONF_KASA_HOST: Final = "kasa_device_ip"
CONF_KASA_DEVICE_ID: Final = "kasa_device_id"
CONF_KASA_OUTLET_ID: Final = "kasa_outlet_id"
CONF_KASA_MEASURES: Final = "kasa_measures"
CONF_KASA_CONNECTION: Final = "kasa_connection_parameters"
CONF_KASA_CREDENTIALS_HASH: Final = "kasa_credentials_hash"
OUTLET_NONE: Final = "none"
OUTLET_KASA: Final = "kasa"
OUTLET_SWITCH: Final = "switch"


CONF_ON_DELAY: Final = "power_cycle_on_delay"
CONF_TIME_UNTIL_OFFLINE: Final = "time_until_offline"
CONF_TIME_UNTIL_OFFLINE_LOCAL: Final = "time_until_offline_local"
CONF_TIME_UNTIL_ELSEWHERE: Final = "time_until_elsewhere"
CONF_CHECK_FREQUENCY: Final = "status_check_frequency"
CONF_CHECK_COOLDOWN: Final = "status_check_cooldown"
CONF_MAX_RESTARTS: Final = "max_consecutive_restarts"
CONF_NO_DRAW_BELOW: Final = "no_draw_below"
CONF_MAX_PER_DAY: Final = "max_restarts_per_day"
CONF_DRAW_IS_EVIDENCE: Final = "draw_is_evidence"
CONF_REPEAT_ON_SILENCE: Final = "repeat_on_silence"
CONF_FIRST_STEP_WAIT: Final = "first_step_wait"
CONF_FIRST_STEP: Final = "first_step_entity_id"
CONF_MINER_STEPS: Final = "miner_steps"
CONF_RESTART_MINING_WAIT: Final = "restart_mining_wait"
CONF_REBOOT_WAIT: Final = "reboot_wait"
CONF_POWER_SENSOR: Final = "power_sensor_entity_id"
CONF_ARMED: Final = "armed"
