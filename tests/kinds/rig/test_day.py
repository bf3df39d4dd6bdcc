"""A day of a farm in simulated time; the full size is printed by the benchmark."""

import asyncio
from pathlib import Path

from homeassistant.core import HomeAssistant

from .day import DEAD_PLUGS, HANGS, async_live_through

RIGS = 20


async def test_a_day_cycles_the_rigs_that_hung_and_no_other(
    hass: HomeAssistant, tmp_path: Path
) -> None:
    """Pool down and stale, plugs dead, restarts, and the mains gone for a while."""
    # Debugging the loop takes longer than the day.
    asyncio.get_running_loop().set_debug(False)
    hass.config.config_dir = str(tmp_path)
    day = await async_live_through(hass, RIGS)
    assert day.cycles == {f"rig{number}": 1 for number in HANGS}
    assert day.counted == day.cycles
    assert day.cut_while_mining == 0
    assert day.off == []
    assert day.idle == [f"rig{number}" for number in DEAD_PLUGS]
    for number in HANGS:
        assert {"restarted", "recovered"} <= day.events[f"rig{number}"]
    for number in DEAD_PLUGS:
        assert "plug_unreachable" in day.events[f"rig{number}"]
