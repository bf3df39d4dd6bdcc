"""Rigs: watched through their pool, brought back by their plug."""

from datetime import timedelta

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from ...engines.pools import Account
from ...engines.restart import Policy
from .const import (
    CONF_ACCOUNT,
    CONF_BASE_URL,
    CONF_CHECK_COOLDOWN,
    CONF_CHECK_FREQUENCY,
    CONF_COIN,
    CONF_MAX_RESTARTS,
    CONF_ON_DELAY,
    CONF_POOL,
    CONF_TIME_UNTIL_OFFLINE,
    CONF_TIME_UNTIL_OFFLINE_LOCAL,
    CONF_TOKEN,
)
from .coordinator import RigConfigEntry, RigCoordinator
from .entity import device_info
from .issues import delete_all
from .journal import RigJournal
from .outlets import create_outlet
from .restart_coordinator import async_get_restart_coordinator

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.SENSOR,
    Platform.SWITCH,
]


@callback
def async_create_coordinator(
    hass: HomeAssistant, entry: RigConfigEntry
) -> RigCoordinator:
    """Return what watches the entry's rig."""
    return RigCoordinator(
        hass,
        entry,
        async_get_restart_coordinator(hass),
        account=_account(entry),
        policy=_policy(entry),
        outlet=create_outlet(hass, entry.data),
    )


@callback
def async_register_devices(hass: HomeAssistant, entry: RigConfigEntry) -> None:
    """Register the rig's device."""
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, **device_info(entry)
    )


async def async_remove_entry(hass: HomeAssistant, entry: RigConfigEntry) -> None:
    """Forget what was kept of a rig."""
    await RigJournal(hass, entry.entry_id).async_remove()
    delete_all(hass, entry.entry_id)


async def async_remove_device(
    hass: HomeAssistant, entry: RigConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """A rig's device goes with its entry."""
    return False


def _account(entry: RigConfigEntry) -> Account:
    data = entry.data
    return Account(
        pool=data[CONF_POOL],
        account=data.get(CONF_ACCOUNT, ""),
        coin=data.get(CONF_COIN),
        token=data.get(CONF_TOKEN),
        base_url=data.get(CONF_BASE_URL),
    )


def _policy(entry: RigConfigEntry) -> Policy:
    """Return the policy of the entry's options, which are in minutes as ever."""
    options = entry.options
    return Policy(
        power_cycle_on_delay=timedelta(seconds=options[CONF_ON_DELAY]),
        time_until_offline=timedelta(minutes=options[CONF_TIME_UNTIL_OFFLINE]),
        time_until_offline_local=timedelta(
            minutes=options[CONF_TIME_UNTIL_OFFLINE_LOCAL]
        ),
        status_check_frequency=timedelta(minutes=options[CONF_CHECK_FREQUENCY]),
        status_check_cooldown=timedelta(minutes=options[CONF_CHECK_COOLDOWN]),
        max_consecutive_restarts=int(options[CONF_MAX_RESTARTS]),
    )
