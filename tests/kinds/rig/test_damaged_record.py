"""A rig whose memory cannot be used is held, and its files are kept."""

from datetime import timedelta
import errno
import json
import os
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.restart import Memory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from homeassistant.util.file import WriteError

from .watching import Farm

FIRST: dict[str, Any] = {
    "seen": True,
    "restarts_in_row": 2,
    "restarts_total": 7,
    "last_cut": "2026-11-20T22:00:00+00:00",
    "cooldown_until": None,
    "unstable": False,
    "off_by_user": False,
    "intent": None,
    "plug_failures": 0,
    "plug_failed_since": None,
    "plug_retry_at": None,
}
"""As the first version kept it."""
INTENT = {
    "off_at": "2026-11-21T02:59:00+00:00",
    "on_at": "2026-11-21T03:00:00+00:00",
    "reason": "pool_silent",
}


def leave(farm: Farm, text: str) -> Path:
    """Leave a file where the rig's memory is; return it."""
    path = Path(farm.hass.config.path(".storage", "mining_farm.rig.rig1"))
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def read(path: Path) -> str:
    """Return a file's content."""
    return path.read_text()


@pytest.mark.parametrize(
    "damage",
    [
        {"restarts_in_row": float("inf")},
        {"restarts_in_row": "many"},
        {"restarts_in_row": -1},
        {"restarts_in_row": True},
        {"unstable": 0},
        {"off_by_user": None},
        {"usual_watts": "60"},
        {"version": 2},
        {"usual_watts": float("inf")},
        {"usual_watts": float("nan")},
        {"last_cut": "2026-11-20T22:00:00"},
        {"last_cut": 12},
        {"intent": {**INTENT, "reason": "of_tomorrow"}},
        {"intent": {**INTENT, "on_at": None}},
        {"intent": [1]},
        {"held_since": {"of_tomorrow": "2026-11-20T22:00:00+00:00"}},
        {"cuts": 5},
        {"outlet": None},
    ],
)
async def test_it_is_held_and_says_so(farm: Farm, damage: dict[str, Any]) -> None:
    """Nothing is cut, now or after a restart; the file as it was is named."""
    text = json.dumps({**FIRST, **damage})
    leave(farm, text)
    outlet = await farm.add("rig1")
    assert farm.state("sensor.rig1_reason") == "memory_lost"
    issue = ir.async_get(farm.hass).async_get_issue(DOMAIN, "rig_record_rig1")
    assert issue is not None
    assert issue.translation_placeholders is not None
    kept = Path(farm.hass.config.path(issue.translation_placeholders["file"]))
    assert read(kept) == text
    farm.dies("rig1")
    await farm.after(60)
    await farm.hass.config_entries.async_reload("rig1")
    await farm.after(60)
    assert farm.state("sensor.rig1_reason") == "memory_lost"
    assert outlet.log == []
    await farm.hass.config_entries.async_remove("rig1")
    await farm.hass.async_block_till_done(wait_background_tasks=True)
    assert not list(kept.parent.glob("mining_farm.rig.rig1*"))


async def test_what_the_first_version_wrote(farm: Farm) -> None:
    """Counts and times come over."""
    leave(farm, json.dumps(FIRST))
    await farm.add("rig1")
    memory: Memory = farm.entries["rig1"].runtime_data.power.memory
    assert (memory.restarts_in_row, memory.restarts_total) in ((2, 7), (0, 7))
    assert memory.last_cut is not None
    assert dt_util.utcnow() - memory.last_cut > timedelta(hours=5)
    assert ir.async_get(farm.hass).async_get_issue(DOMAIN, "rig_record_rig1") is None


async def test_a_cut_that_the_first_version_began_is_finished(farm: Farm) -> None:
    """Power comes back first."""
    leave(farm, json.dumps({**FIRST, "intent": INTENT}))
    outlet = await farm.add("rig1")
    assert outlet.log == ["on"]


@pytest.mark.parametrize("reachable", [True, False])
async def test_a_cut_of_a_rig_that_cannot_be_set_up(
    farm: Farm, reachable: bool
) -> None:
    """Its pool is not known here: power comes back all the same, or a human is asked."""
    await farm.add("rig1")
    await farm.hass.config_entries.async_unload("rig1")
    leave(farm, json.dumps({**FIRST, "intent": INTENT, "write": 99}))
    outlet = farm.outlets["rig1"]
    outlet.log.clear()
    outlet.reachable = reachable
    entry = farm.entries["rig1"]
    farm.hass.config_entries.async_update_entry(
        entry, data={**entry.data, "status_api": "pool_of_tomorrow"}
    )
    await farm.load("rig1")
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_placeholders == {"keys": "status_api"}
    assert outlet.log == (["on"] if reachable else [])
    issues = ir.async_get(farm.hass).issues
    assert (DOMAIN, "entry_unusable_rig1") in issues
    assert ((DOMAIN, "rig_left_off_rig1") in issues) is not reachable


async def test_a_damaged_option_lets_a_rig_rehearse(farm: Farm) -> None:
    """It is watched, by the usual numbers, and never cut before it is armed again."""
    outlet = await farm.add("rig1", options={"time_until_offline": "of tomorrow"})
    assert farm.state("switch.rig1_armed") == "off"
    issue = ir.async_get(farm.hass).async_get_issue(DOMAIN, "entry_mended_rig1")
    assert issue is not None
    farm.dies("rig1")
    await farm.after(60)
    assert outlet.log == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
async def test_a_disk_that_takes_nothing_is_said(
    farm: Farm, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is cut that could not be remembered; what is on disk stays as it was.

    It is logged once, not at every poll.
    """

    def fail(*_: object, **__: object) -> None:
        raise WriteError(os.strerror(code))

    outlet = await farm.add("rig1")
    await farm.after(5)
    before = files(farm)
    assert before
    farm.dies("rig1")
    with patch("custom_components.mining_farm.common.record_file.save_json", fail):
        await farm.after(40)
    assert files(farm) == before
    assert outlet.log == []
    assert sum(os.strerror(code) in one for one in caplog.messages) == 1
    issue = ir.async_get(farm.hass).async_get_issue(DOMAIN, "disk_rig1")
    assert issue is not None
    await farm.after(2)
    assert ir.async_get(farm.hass).async_get_issue(DOMAIN, "disk_rig1") is None
    assert files(farm) != before


def files(farm: Farm) -> dict[str, str]:
    """Return what is on disk about the rig, for its owner alone."""
    folder = Path(farm.hass.config.path(".storage"))
    found = sorted(folder.glob("mining_farm.rig.rig1*"))
    assert all(each.stat().st_mode & 0o777 == 0o600 for each in found)
    return {each.name: each.read_text() for each in found}
