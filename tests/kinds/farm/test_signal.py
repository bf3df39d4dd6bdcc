"""An entity begins a curtailment while it is on, and ends it when it is off."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
import errno
from typing import Any

import pytest

from custom_components.mining_farm.common.record_file import RecordPair
from custom_components.mining_farm.const import DOMAIN
from homeassistant.helpers import issue_registry as ir
from tests.common.machinery import FakeMachine

from .site import Site
from .test_curtailment import STATE, add

GRID = "binary_sensor.grid"


async def curtailed(site: Site, state: str, **options: Any) -> None:
    """Add a farm that follows the signal, and let the quiet start pass."""
    site.hass.states.async_set(GRID, state)
    await site.add_farm(signal_entity_id=GRID, **options)
    await site.later(181)
    await site.later()


async def signal(site: Site, state: str, seconds: float = 11) -> None:
    """Let the signal be so for a while."""
    site.hass.states.async_set(GRID, state)
    await site.later(1)
    await site.later(seconds)


async def restart(site: Site, *machines: FakeMachine) -> None:
    """Start again, with what is on disk."""
    await site.hass.config_entries.async_unload("site")
    for machine in machines:
        machine.leave()
    await site.start()
    for machine in machines:
        machine.join()
    await site.load()


@contextmanager
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no record be written."""
    full = OSError(errno.ENOSPC, "No space left on device")

    async def refuse(*_args: object) -> None:
        raise full

    with monkeypatch.context() as patch:
        patch.setattr(RecordPair, "async_write", refuse)
        yield


def issue(site: Site, key: str) -> ir.IssueEntry | None:
    """Return an issue about the farm."""
    return ir.async_get(site.hass).async_get_issue(DOMAIN, f"{key}_site")


async def test_on_begins_and_off_ends(site: Site) -> None:
    """Each once; it is named signal."""
    axe = add(site, "axe")
    await curtailed(site, "off")
    assert axe.log == []
    await signal(site, "on")
    assert axe.log == ["sleep down"]
    (told,) = site.get(STATE).attributes["curtailments"]
    assert (told["name"], told["signal"], told["by"]) == ("signal", GRID, None)
    await signal(site, "off")
    assert axe.log == ["sleep down", "sleep up"]
    await signal(site, "on")
    await signal(site, "off")
    assert axe.log == ["sleep down", "sleep up"] * 2


async def test_down_to_so_many_watts(site: Site) -> None:
    """By levels first, as by the action."""
    axe = add(site, "axe", target=3000.0)
    await curtailed(site, "off", signal_to_watts=1800)
    await signal(site, "on")
    assert axe.log == ["set 1800.0"]
    await signal(site, "off")
    assert axe.log == ["set 1800.0", "set 3000.0"]


async def test_a_start_is_quiet(site: Site) -> None:
    """What is on then may be a state of before: nothing begins for three minutes."""
    axe = add(site, "axe")
    site.hass.states.async_set(GRID, "on")
    await site.add_farm(signal_entity_id=GRID)
    await site.later(120)
    assert axe.log == []
    await site.later(61)
    await site.later()
    assert axe.log == ["sleep down"]


async def test_a_restart_in_the_middle(site: Site) -> None:
    """It goes on as it was; what is off at the start may be wrong for three minutes."""
    axe = add(site, "axe")
    await curtailed(site, "on")
    assert axe.log == ["sleep down"]
    site.hass.states.async_set(GRID, "off")
    await restart(site, axe)
    await site.later(120)
    assert axe.log == ["sleep down"]
    assert site.state(STATE) == "on"
    site.hass.states.async_set(GRID, "on")
    await site.later(120)
    await site.later()
    assert axe.log == ["sleep down"]
    await signal(site, "off")
    assert axe.log == ["sleep down", "sleep up"]


async def test_what_a_human_released_is_not_begun_again(site: Site) -> None:
    """While the signal stays on, also over a restart; the next time it is."""
    axe = add(site, "axe")
    await curtailed(site, "on")
    await site.call("release_curtailment", name="signal")
    await site.later()
    assert axe.log == ["sleep down", "sleep up"]
    await restart(site, axe)
    for _ in range(3):
        await site.later(120)
    assert axe.log == ["sleep down", "sleep up"]
    await signal(site, "off")
    await signal(site, "on")
    assert axe.log == ["sleep down", "sleep up", "sleep down"]


@pytest.mark.parametrize("state", ["unknown", "unavailable"])
async def test_nobody_knows_the_signal(site: Site, state: str) -> None:
    """Nothing begins; what is in force goes on for an hour, and no longer."""
    axe = add(site, "axe")
    await curtailed(site, state)
    assert axe.log == []
    await signal(site, "on")
    await signal(site, state, 3500)
    assert axe.log == ["sleep down"]
    await site.later(120)
    await site.later()
    assert axe.log == ["sleep down", "sleep up"]
    assert site.get("event.site_events").attributes["event_type"] == (
        "curtailment_ended"
    )
    # Known again, it is heeded again.
    await signal(site, "on")
    assert axe.log == ["sleep down", "sleep up", "sleep down"]


async def test_a_signal_that_cannot_begin_says_so_once(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Once in the log for each cause, and under Repairs until it can."""
    axe = add(site, "axe")
    await curtailed(site, "off")
    with full_disk(monkeypatch):
        await signal(site, "on")
        for _ in range(12):
            await site.later(10)
    waits = "The signal binary_sensor.grid waits"
    told = [one for one in caplog.messages if one.startswith(waits)]
    assert len(told) == 1
    assert "No space left" in told[0]
    found = issue(site, "farm_signal_waits")
    assert found is not None
    assert found.translation_placeholders is not None
    assert "No space left" in found.translation_placeholders["detail"]
    assert axe.log == []
    await site.later(10)
    await site.later(1)
    assert axe.log == ["sleep down"]
    assert issue(site, "farm_signal_waits") is None


async def test_a_curtailment_that_cannot_end_says_so_once(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried again at every look; its machines stay down until then."""
    axe = add(site, "axe")
    await curtailed(site, "on")
    with full_disk(monkeypatch):
        await signal(site, "off")
        for _ in range(12):
            await site.later(10)
    waits = "The curtailment signal waits"
    assert sum(one.startswith(waits) for one in caplog.messages) == 1
    found = issue(site, "farm_curtailment_waits")
    assert found is not None
    assert found.translation_placeholders is not None
    assert found.translation_placeholders["names"] == "signal"
    assert axe.log == ["sleep down"]
    for _ in range(3):
        await site.later(10)
    assert axe.log == ["sleep down", "sleep up"]
    assert issue(site, "farm_curtailment_waits") is None


async def test_nobody_knows_the_signal_for_long(site: Site) -> None:
    """After a quarter of an hour that is said, until it is known again."""
    add(site, "axe")
    await curtailed(site, "unavailable")
    await signal(site, "unavailable", 600)
    assert issue(site, "farm_signal_silent") is None
    await signal(site, "unavailable", 400)
    found = issue(site, "farm_signal_silent")
    assert found is not None
    assert found.translation_key == "farm_signal_silent"
    await signal(site, "off")
    assert issue(site, "farm_signal_silent") is None


async def test_an_entity_that_does_not_exist_begins_nothing(site: Site) -> None:
    """As one that is unknown."""
    axe = add(site, "axe")
    await site.add_farm(signal_entity_id="input_boolean.gone")
    for _ in range(4):
        site.freezer.tick(timedelta(hours=1))
        await site.later()
    assert axe.log == []
    assert site.state(STATE) == "off"
