"""When miners are polled that are ordered by the hundred."""

from functools import partial

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.common import coordinator as polling
from custom_components.mining_farm.kinds.miner import coordinator

from .axes import Axes

NAMES = ("a", "b")


async def add(axes: Axes, name: str) -> MockConfigEntry:
    """Add a miner that may be controlled."""
    number = NAMES.index(name)
    mac = f"02:00:5E:00:54:0{number}"
    device = await axes.start(host=f"127.0.0.{20 + number}", mac=mac)
    return await axes.add(device, name, least_rest=0)


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_few_are_polled_often_while_a_command_is_under_way(
    axes: Axes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are read by their commands alone; who has ended makes place."""
    monkeypatch.setattr(coordinator, "OFTEN_AT_ONCE", 1)
    entries = [await add(axes, name) for name in NAMES]
    axes.patient = True

    def intervals() -> list[float]:
        return [each.runtime_data.update_interval.total_seconds() for each in entries]

    for name in NAMES:
        await axes.call("button", "press", f"button.{name}_reboot")
    assert intervals() == [5, 30]
    await axes.until(
        lambda: all(axes.state(f"event.{n}_last_command") != "unknown" for n in NAMES)
    )
    assert intervals() == [30, 30]
    await axes.call("button", "press", "button.b_reboot")
    assert intervals() == [30, 5]
    # An entry that is unloaded meanwhile leaves its place.
    assert await axes.hass.config_entries.async_unload("b")
    await axes.call("button", "press", "button.a_reboot")
    assert entries[0].runtime_data.update_interval.total_seconds() == 5


async def test_those_that_stop_together_are_not_polled_together(
    axes: Axes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has its own moment in the next interval, by chance."""
    entries = [await add(axes, name) for name in NAMES]
    for name, share in zip(NAMES, (0.2, 0.8), strict=True):
        monkeypatch.setattr(polling, "random", lambda share=share: share)
        await axes.call("switch", "turn_off", f"switch.{name}_mining")
        await axes.settle()
    polls = dict.fromkeys(NAMES, 0)
    for entry in entries:
        entry.runtime_data.async_add_listener(partial(count, polls, entry.entry_id))
    seen = []
    for seconds in (12, 14, 18):
        await axes.after(seconds)
        seen.append(tuple(polls.values()))
    assert seen == [(1, 0), (1, 1), (2, 1)]


def count(polls: dict[str, int], name: str) -> None:
    """Count a reading."""
    polls[name] += 1
