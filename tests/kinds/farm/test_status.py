"""The farm's page says in one word that all is well, or what is wrong and was done."""

from homeassistant.helpers import entity_registry as er

from .site import Site
from .test_interlock import LEAK, Hall, hall

__all__ = ["hall"]
STATUS = "sensor.site_condition"


async def switch(site: Site, service: str) -> None:
    """Arm the farm, or let it rehearse."""
    await site.hass.services.async_call(
        "switch", service, {"entity_id": "switch.site_armed"}, blocking=True
    )
    await site.later()


async def test_the_most_urgent_is_said(hall: Hall) -> None:
    """From all is well over a leak to the return."""
    site = hall.site
    await hall.read()
    await site.later()
    assert site.state(STATUS) == "ok"
    await switch(site, "turn_off")
    assert site.state(STATUS) == "rehearsing"
    await hall.read()
    await switch(site, "turn_on")
    hall.machines[3].hashing = False
    hall.machines[3].polled()
    await hall.read()
    await site.later()
    assert site.state(STATUS) == "attention"
    assert site.get(STATUS).attributes["machines_in_trouble"] == 1
    await hall.calm(30, bits=LEAK)
    await site.later()
    assert site.state(STATUS) == "stopped"
    group = site.get(STATUS).attributes["cooling_groups"]["North"]
    assert group["cause"] == "leak"
    await site.call("emergency_stop", confirm=True)
    await site.later()
    assert site.state(STATUS) == "emergency_stop"


async def test_counts_that_are_usually_zero_do_not_hide_it(hall: Hall) -> None:
    """They are diagnostic; what is looked at first is not."""
    registry = er.async_get(hall.site.hass)
    shown = {
        each.entity_id
        for each in er.async_entries_for_config_entry(registry, "site")
        if each.entity_category is None and each.domain == "sensor"
    }
    assert STATUS in shown
    assert "sensor.site_machines_hashing" in shown
    assert "sensor.site_machines_kept_down" in shown
    assert "sensor.site_machines_idle" not in shown
