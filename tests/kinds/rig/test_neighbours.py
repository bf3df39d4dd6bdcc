"""Rigs are judged with those that are loaded, each counted once."""

import asyncio
from datetime import timedelta
from typing import Any
from unittest.mock import AsyncMock

import pytest

from custom_components.mining_farm.common.record_file import RecordFile
from custom_components.mining_farm.kinds.rig import async_create_coordinator
from custom_components.mining_farm.kinds.rig.neighbours import async_get_neighbours

from .watching import Farm


async def heard_by_another(farm: Farm, rig: Any) -> int:
    """Return how often a rig is asked for its pool's answer on behalf of another."""
    rig.async_hear = hear = AsyncMock()
    other = AsyncMock(pool_key=rig.pool_key)
    await async_get_neighbours(farm.hass).async_hear_others(other, timedelta())
    return hear.await_count


async def test_a_loaded_rig_is_a_neighbour_until_it_is_unloaded(farm: Farm) -> None:
    """Reloaded, it counts once."""
    await farm.add("rig1")
    before = farm.entries["rig1"].runtime_data
    await farm.hass.config_entries.async_reload("rig1")
    await farm.hass.async_block_till_done(wait_background_tasks=True)
    assert await heard_by_another(farm, before) == 0
    assert await heard_by_another(farm, farm.entries["rig1"].runtime_data) == 1


async def test_unloaded_before_its_memory_was_read(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow disk leaves no rig behind that is no longer there."""
    await farm.add("rig1")
    entry = farm.entries["rig1"]
    await farm.hass.config_entries.async_unload("rig1")
    rig = async_create_coordinator(farm.hass, entry)
    slow, read = asyncio.Event(), RecordFile.async_read

    async def delayed(file: RecordFile) -> dict[str, Any] | None:
        await slow.wait()
        return await read(file)

    monkeypatch.setattr(RecordFile, "async_read", delayed)
    poll = farm.hass.async_create_task(rig.async_refresh())
    await rig.async_shutdown()
    slow.set()
    await poll
    assert await heard_by_another(farm, rig) == 0
