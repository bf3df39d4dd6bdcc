"""Miners: Home Assistant's view of the edge collector."""

from functools import partial

from homeassistant.const import CONF_HOST, Platform
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.event import async_track_state_change_event

from ...common.holds import async_holds
from ...common.members import async_offer
from ...common.power_switch import switch_lever
from ...const import DOMAIN
from ...engines.edge_collector import create_reader, find_board
from .const import CONF_LEARNED
from .coordinator import MinerConfigEntry, MinerCoordinator
from .entity import board_identifier, device_info
from .issues import async_withdraw_issues
from .levers import restarts_of, sleep_lever
from .migration import ESSENTIALS, async_migrate
from .paused_again import async_follow
from .registered import async_note_shown, async_remove_rest
from .stored import stored_credentials, stored_second, stored_way
from .stored_shape import MINER_SHAPE
from .take_over import async_take_over
from .whereabouts import recognises

STORED_SHAPE = MINER_SHAPE
PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.UPDATE,
]


@callback
def async_create_coordinator(
    hass: HomeAssistant, entry: MinerConfigEntry
) -> MinerCoordinator:
    """Return what polls the entry's miner."""
    if ESSENTIALS in entry.options:
        # Of an earlier version that was installed again meanwhile.
        async_migrate(hass, entry)
    way = stored_way(entry.data)
    reader = create_reader(
        entry.data[CONF_HOST],
        way.port,
        driver=way.driver,
        second=stored_second(entry.data),
        credentials=stored_credentials(entry.data),
        recognise=partial(recognises, entry),
    )
    reader.recall(entry.data.get(CONF_LEARNED))
    return MinerCoordinator(hass, entry, reader)


@callback
def async_register_devices(hass: HomeAssistant, entry: MinerConfigEntry) -> None:
    """Register the miner's device, which its boards refer to."""
    coordinator = entry.runtime_data
    async_remove_rest(coordinator)
    async_note_shown(hass, entry, coordinator.detail)

    coordinator.async_on_profile(_register_device)


@callback
def _register_device(miner: MinerCoordinator) -> None:
    entry = miner.config_entry
    device = dr.async_get(miner.hass).async_get_or_create(
        config_entry_id=entry.entry_id, **device_info(entry, miner.profile)
    )
    miner.device_id = device.id


@callback
def async_join(hass: HomeAssistant, entry: MinerConfigEntry) -> None:
    """Offer other entries what is known of the miner, and what can stop it."""
    miner = entry.runtime_data
    levers = (
        (sleep_lever(miner),) if miner.controls and miner.capabilities.pause else ()
    )
    if (switch := miner.power_switch) is not None:
        levers = (*levers, switch_lever(hass, switch))

        @callback
        def switched(_event: Event[EventStateChangedData]) -> None:
            miner.async_update_listeners()

        entry.async_on_unload(async_track_state_change_event(hass, switch, switched))
    async_offer(
        hass,
        entry,
        miner.facts,
        levers=levers,
        restarts=restarts_of(miner),
    )
    async_follow(hass)
    async_take_over(hass, entry)


async def async_remove_entry(hass: HomeAssistant, entry: MinerConfigEntry) -> None:
    """Withdraw the issues about the miner, and forget who kept it down."""
    async_withdraw_issues(hass, entry)
    await async_holds(hass).async_forget(entry.entry_id)


async def async_remove_device(
    hass: HomeAssistant, entry: MinerConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """Forget a board that was taken out for good; nothing else can be removed."""
    coordinator = entry.runtime_data
    for board_id in coordinator.profile.boards:
        if (DOMAIN, board_identifier(entry, board_id)) in device.identifiers:
            if coordinator.fresh and find_board(coordinator.data, board_id):
                return False
            coordinator.forget_board(board_id)
            return True
    return False
