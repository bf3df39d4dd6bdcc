"""Entries for devices, added to a running core as a user's flows do."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from custom_components.mining_farm.config_flow import MiningFarmConfigFlow
from custom_components.mining_farm.const import CONF_KIND, DOMAIN, Kind
from custom_components.mining_farm.engines.antspace import AntspaceClient
from custom_components.mining_farm.engines.edge_collector import (
    CGMinerClient,
    MinerCollector,
)
from custom_components.mining_farm.kinds.container.const import CONF_MODEL
from custom_components.mining_farm.kinds.miner.flow import entry_data
from custom_components.mining_farm.kinds.miner.identity import miner_title
from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

_AT_ONCE = 10


async def async_add_entries(
    hass: HomeAssistant, kind: Kind, hosts: list[str], port: int
) -> None:
    """Read each device and add its entry; its engine's error if one does not answer."""
    limit = asyncio.Semaphore(_AT_ONCE)

    async def add(number: int, host: str) -> None:
        async with limit:
            if kind is Kind.CONTAINER:
                title, data = await _container(hass, number, host, port)
            else:
                title, data = await _miner(host, port)
            entry: ConfigEntry = ConfigEntry(
                data=data,
                discovery_keys=MappingProxyType({}),
                domain=DOMAIN,
                minor_version=MiningFarmConfigFlow.MINOR_VERSION,
                options=None,
                source=SOURCE_USER,
                subentries_data=None,
                title=title,
                unique_id=None,
                version=MiningFarmConfigFlow.VERSION,
            )
            await hass.config_entries.async_add(entry)

    await asyncio.gather(*(add(number, host) for number, host in enumerate(hosts, 1)))


async def _miner(host: str, port: int) -> tuple[str, Mapping[str, Any]]:
    """Return the title and the data of a miner's entry."""
    snapshot = await MinerCollector(CGMinerClient(host, port)).async_poll()
    return miner_title(snapshot, host), entry_data(host, port, snapshot)


async def _container(
    hass: HomeAssistant, number: int, host: str, port: int
) -> tuple[str, Mapping[str, Any]]:
    """Return the title and the data of a container's entry."""
    client = AntspaceClient(async_get_clientsession(hass), host, port)
    model = (await client.cooler_state()).model
    return f"Container {number}", {
        CONF_KIND: Kind.CONTAINER,
        CONF_HOST: host,
        CONF_PORT: port,
        CONF_MODEL: model,
    }
