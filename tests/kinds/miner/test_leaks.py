"""Miners that are removed and added, reloaded, and lost and found again leave no object."""

from collections import Counter
import gc
import logging

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN
from homeassistant.core import HomeAssistant

from .conftest import FakeMiners, failure, snapshot, tick

MINERS, TIMES, WARM_UP = 3, 50, 10
SPARE = 100
"""Two for each time and all miners: timers that have ended stay in the loop for a while."""


def objects() -> Counter[str]:
    """Count what lives, by its type."""
    gc.collect()
    return Counter(type(each).__qualname__ for each in gc.get_objects())


async def add(hass: HomeAssistant, detail: str) -> None:
    """Add the miners, under the same ids each time."""
    for number in range(MINERS):
        entry = MockConfigEntry(
            domain=DOMAIN,
            title=f"Miner {number}",
            entry_id=f"miner{number}",
            data={"kind": "miner", "host": f"192.168.1.{number}", "port": 4028},
            options={"detail": detail, "controls": True},
            minor_version=2,
        )
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)


@pytest.fixture
def quiet_log(caplog: pytest.LogCaptureFixture) -> None:
    """Let pytest keep no record, which would be what grows."""
    caplog.set_level(logging.CRITICAL)


@pytest.mark.parametrize("detail", ["farm", "standard"])
@pytest.mark.parametrize("what", ["removed and added", "reloaded", "lost and found"])
@pytest.mark.usefixtures("quiet_log")
async def test_nothing_grows(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    what: str,
    detail: str,
) -> None:
    """Neither listeners, tasks nor timers, nor what is kept for all miners."""
    # What only a test keeps: where every timer and task came from.
    hass.loop.set_debug(False)
    there = {
        f"192.168.1.{number}": snapshot(hardware_id=f"serial{number}", power_w=3000.0)
        for number in range(MINERS)
    }
    miners.answers.update(there)
    await add(hass, detail)

    async def again(times: int) -> None:
        for _ in range(times):
            if what == "lost and found":
                miners.answers.update(dict.fromkeys(there, failure()))
                for _ in range(4):
                    await tick(hass, freezer, 31)
                miners.answers.update(there)
                await tick(hass, freezer, 31)
            else:
                for number in range(MINERS):
                    entry_id = f"miner{number}"
                    if what == "reloaded":
                        await hass.config_entries.async_reload(entry_id)
                    else:
                        await hass.config_entries.async_remove(entry_id)
                if what != "reloaded":
                    await add(hass, detail)
            await hass.async_block_till_done(wait_background_tasks=True)
        miners.polls.clear()

    await again(WARM_UP)
    before = objects()
    await again(TIMES)
    grown = objects() - before
    assert sum(grown.values()) < SPARE, grown.most_common(12)
    assert len(hass.config_entries.async_loaded_entries(DOMAIN)) == MINERS
    for number in range(MINERS):
        await hass.config_entries.async_unload(f"miner{number}")
