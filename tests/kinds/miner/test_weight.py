"""What one of a thousand miners takes of Home Assistant: counts, which no machine changes."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
import gc
import logging

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import async_identify
from custom_components.mining_farm.kinds.miner.stored import entry_data
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.helpers.json import json_bytes
from simulators.antminer import AntminerSimulator

FIRST, MORE = 5, 20
"""The first ones bring what all share."""
BESIDE = 80
"""Objects that recorder and registries from disk add in a running Home Assistant."""
IN_THE_INSTANCE = 29
"""Attributes that Python keeps in an instance; more take a dict of 1.6 KiB."""


@pytest.fixture
async def hosts(loopback: None) -> AsyncGenerator[list[tuple[str, int]]]:
    """Return the addresses of stock miners that hash."""
    async with AsyncExitStack() as stack:
        found = []
        for number in range(1, FIRST + MORE + 1):
            miner = AntminerSimulator("s19jpro", f"127.29.1.{number}", seed=number)
            await stack.enter_async_context(miner)
            found.append((miner.host, miner.port))
        yield found


async def load(hass: HomeAssistant, hosts: list[tuple[str, int]]) -> None:
    """Add a miner at farm detail at each address."""
    entries = []
    for host, port in hosts:
        found = await async_identify(host, port)
        entry = MockConfigEntry(
            domain=DOMAIN,
            title=f"Antminer S19j Pro {host}",
            data=entry_data(host, found),
            options={"detail": "farm"},
            minor_version=2,
        )
        entry.add_to_hass(hass)
        entries.append(entry)
    for entry in entries:
        if entry.state is ConfigEntryState.NOT_LOADED:
            await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    for entry in entries:
        await entry.runtime_data.async_refresh()
    await hass.async_block_till_done(wait_background_tasks=True)


def weigh(hass: HomeAssistant) -> tuple[int, int, int]:
    """Return registered entities, objects, and the bytes of the entity registry's file."""
    gc.collect()
    registry = er.async_get(hass)
    stored = registry._data_to_save()  # noqa: SLF001 As it is written
    return len(registry.entities), len(gc.get_objects()), len(json_bytes(stored))


async def test_a_miner_at_farm_detail_is_light(
    hass: HomeAssistant,
    caplog: pytest.LogCaptureFixture,
    hosts: list[tuple[str, int]],
) -> None:
    """At most 7 registered entities, 520 objects that live long, and 6 KiB of registry."""
    # What only a test keeps: where every timer and task came from, and the log.
    hass.loop.set_debug(False)
    caplog.set_level(logging.WARNING)
    await load(hass, hosts[:FIRST])
    before = weigh(hass)
    await load(hass, hosts[FIRST:])
    entities, objects, registry = (
        (after - earlier) / MORE
        for after, earlier in zip(weigh(hass), before, strict=True)
    )
    assert entities <= 7
    assert objects + BESIDE <= 520
    assert registry <= 6 * 1024


async def test_no_entity_of_a_miner_holds_a_dict(
    hass: HomeAssistant, hosts: list[tuple[str, int]]
) -> None:
    """Six of them and the coordinator would be a twentieth of what a miner may take."""
    await load(hass, hosts[:1])
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    registry, instances = er.async_get(hass), hass.data[DATA_INSTANCES]
    entities = [
        instances[each.domain].get_entity(each.entity_id)
        for each in er.async_entries_for_config_entry(registry, entry.entry_id)
    ]
    sizes = {type(each).__name__: len(vars(each)) for each in entities}
    assert len(entities) == 6
    assert max(sizes.values()) <= IN_THE_INSTANCE, sizes
    assert len(vars(entry.runtime_data)) <= IN_THE_INSTANCE
