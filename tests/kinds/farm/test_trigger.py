"""An automation on the interlock hears of each trip once, however the farm is named."""

import pytest

from homeassistant.helpers import area_registry as ar, device_registry as dr
from homeassistant.setup import async_setup_component

from .test_interlock import LEAK, Hall, hall

__all__ = ["hall"]


@pytest.mark.parametrize("by", ["entity_id", "device_id", "area_id"])
async def test_a_trip_is_heard_once_also_over_a_reload(hall: Hall, by: str) -> None:
    """The last event is there again after it, and is nothing new."""
    site = hall.site
    devices = dr.async_get(site.hass)
    (device,) = (
        each
        for each in dr.async_entries_for_config_entry(devices, "site")
        if each.name == "Site"
    )
    hut = ar.async_get(site.hass).async_create("Hut")
    devices.async_update_device(device.id, area_id=hut.id)
    target = {"entity_id": "event.site_events", "device_id": device.id}
    target["area_id"] = hut.id
    heard: list[str] = []
    site.hass.bus.async_listen(
        "test_heard", lambda event: heard.append(event.data["a"])
    )
    assert await async_setup_component(
        site.hass,
        "automation",
        {
            "automation": {
                "triggers": {
                    "trigger": "mining_farm.interlock_tripped",
                    "target": {by: target[by]},
                },
                "actions": {
                    "event": "test_heard",
                    "event_data": {"a": "{{ trigger.to_state.attributes.causes[0] }}"},
                },
            }
        },
    )
    await site.settle()
    await hall.calm(60, bits=LEAK)
    assert heard == ["leak:north:leakage_fault"]
    await site.hass.config_entries.async_reload("site")
    await hall.calm(30, bits=LEAK)
    assert len(heard) == 1
    await hall.calm(30)
    await site.call("release_interlock")
    await hall.calm(400)
    await hall.calm(60, bits=LEAK)
    assert len(heard) == 2
