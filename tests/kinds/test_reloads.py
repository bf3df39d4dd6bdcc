"""Entries that are loaded again and again leave nothing behind."""

import asyncio
import gc
from pathlib import Path
import threading

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from simulators.antminer import AntminerSimulator
from simulators.antspace import AntspaceSimulator, Model

RELOADS = 20
WARM_UP = 3


def left_open() -> int:
    """Return how many files and sockets this process holds."""
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


def ours() -> list[str]:
    """Return the threads of this integration."""
    return [each.name for each in threading.enumerate() if DOMAIN in each.name]


@pytest.mark.parametrize("at_once", [1, 2])
async def test_reloads_leave_no_task_thread_or_socket(
    hass: HomeAssistant, loopback: None, at_once: int
) -> None:
    """Of a miner and of a container, one reload at a time or two."""
    async with (
        AntminerSimulator("s19jpro") as miner,
        AntspaceSimulator(Model.HK3) as plant,
    ):
        added = [
            MockConfigEntry(
                domain=DOMAIN,
                title=kind,
                data={"kind": kind, "host": device.host, "port": device.port, **more},
            )
            for kind, device, more in (
                ("miner", miner, {}),
                ("container", plant, {"model": "hk3"}),
            )
        ]
        for entry in added:
            entry.add_to_hass(hass)
            await hass.config_entries.async_setup(entry.entry_id)

        async def reload(times: int) -> tuple[int, int, list[str]]:
            for _ in range(times):
                for entry in added:
                    again = [
                        hass.config_entries.async_reload(entry.entry_id)
                        for _ in range(at_once)
                    ]
                    await asyncio.gather(*again)
            await hass.async_block_till_done(wait_background_tasks=True)
            return len(asyncio.all_tasks()), left_open(), ours()

        before = await reload(WARM_UP)
        assert await reload(RELOADS) == before
        assert [entry.state for entry in added] == [ConfigEntryState.LOADED] * 2
        for entry in added:
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
