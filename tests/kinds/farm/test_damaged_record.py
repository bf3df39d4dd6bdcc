"""A farm's own record that is damaged: what it has stopped stays down, and holds stay readable."""

import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.mining_farm.kinds.farm.journal import FarmJournal
from homeassistant.helpers import issue_registry as ir

from .site import Site

STOP = {"since": "2026-11-29T03:00:00+00:00", "by": "me", "kind": "cut"}


@pytest.mark.parametrize(
    "stored",
    [
        {"stop": {**STOP, "since": "2026-11-29T03:00:00"}, "groups": {}},
        {"stop": {**STOP, "since": None}, "groups": {}},
        {"stop": {**STOP, "by": 7}, "groups": {}},
        {"stop": {**STOP, "kind": "at_most"}, "groups": {}},
        {"stop": {**STOP, "kind": "boiled"}, "groups": {}},
        {"stop": {}, "groups": {}},
        {"stop": 7, "groups": {}},
        {"stop": None, "groups": [1]},
        {"stop": None},
    ],
)
async def test_a_damaged_record_is_not_an_empty_one(
    site: Site, tmp_path: Path, stored: dict[str, Any]
) -> None:
    """It counts as lost, and a copy is kept."""
    await _write(site, tmp_path, stored)
    journal = FarmJournal(site.hass, "site")
    await journal.async_load()
    assert journal.lost
    assert journal.set_aside is not None


@pytest.mark.parametrize(
    "group", [{}, {"phase": "boiled"}, {"bypass_until": "2026-11-29T03:00:00"}]
)
async def test_a_damaged_group_is_latched_by_what_its_holds_say(
    site: Site,
    tmp_path: Path,
    group: dict[str, Any],
    issue_registry: ir.IssueRegistry,
) -> None:
    """The farm loads, says so, and wakes nothing."""
    axe = site.add_machine("axe")
    await site.place("axe")
    whole = {
        "phase": "stopped",
        "causes": ["leak:north:leakage_fault"],
        "kind": "cut",
        "latched": True,
        "released": False,
        "returns": [],
        "cooled": False,
        "bypass_until": None,
    }
    damaged = {**whole, **group} if group else {}
    await _write(site, tmp_path, {"stop": None, "groups": {"north": damaged}})
    await site.add_farm(groups={"north": {"machines": ["axe"]}})
    await site.later(1)
    assert axe.asleep
    assert site.farm.groups["north"].memory.latched


async def _write(site: Site, folder: Path, stored: dict[str, Any]) -> None:
    path = folder / ".storage" / "mining_farm.farm.site"

    def write() -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"write": 1, **stored}))

    await site.hass.async_add_executor_job(write)
