"""The farm's page says in one word that all is well, or what is wrong and was done."""

from pathlib import Path
import re
from typing import Any

from homeassistant.helpers import entity_registry as er
from homeassistant.util.yaml import parse_yaml

from .site import Site
from .test_interlock import LEAK, Hall, hall

__all__ = ["hall"]
DOCUMENT = Path(__file__).parents[3] / "docs" / "users" / "farms.md"
FIRST = ["condition", "containers_running", "curtailed", "curtailed_power"]
"""With the emergency stop that is in force what a phone shows without scrolling."""
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


async def test_what_is_looked_at_first_comes_first(hall: Hall) -> None:
    """Core's page of a device sorts what is not diagnostic by its name."""
    await hall.read()
    await hall.site.later()
    names = sorted(
        each.original_name
        for each in er.async_get(hall.site.hass).entities.values()
        if each.config_entry_id == "site"
        and each.config_subentry_id is None
        and each.domain in ("sensor", "binary_sensor")
        and each.entity_category is None
        and each.original_name is not None
    )
    first = [name.lower().replace(" ", "_") for name in names[:5]]
    assert first == [*FIRST, "emergency_stop_in_force"]


def _entities(view: Any) -> set[str]:
    """Return the entities that a view names."""
    if isinstance(view, list):
        return set().union(*map(_entities, view))
    if not isinstance(view, dict):
        return set()
    named = {view["entity"]} if "entity" in view else set()
    return named.union(*map(_entities, view.values()))


async def test_the_view_of_the_documentation(site: Site) -> None:
    """All that it names is there in a farm of that name."""
    site.add_machine("axe")
    await site.add_farm(groups={"north loop": {"machines": ["axe"]}})
    await site.later()
    blocks = re.findall("```yaml\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    (views,) = [each for each in map(parse_yaml, blocks) if isinstance(each, list)]
    named = _entities(views)
    assert len(named) > 10
    assert named <= set(site.hass.states.async_entity_ids())
