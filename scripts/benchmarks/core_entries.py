"""Entries for miners, added to a running core as a user's flows do."""

import asyncio
from types import MappingProxyType

from custom_components.mining_farm.config_flow import MiningFarmConfigFlow
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import (
    CGMinerClient,
    MinerCollector,
)
from custom_components.mining_farm.kinds.miner.flow import entry_data
from custom_components.mining_farm.kinds.miner.identity import miner_title
from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.core import HomeAssistant

_AT_ONCE = 10


async def async_add_miners(hass: HomeAssistant, hosts: list[str], port: int) -> None:
    """Read each miner and add its entry; CGMinerError when one does not answer."""
    limit = asyncio.Semaphore(_AT_ONCE)

    async def add(host: str) -> None:
        async with limit:
            snapshot = await MinerCollector(CGMinerClient(host, port)).async_poll()
            entry: ConfigEntry = ConfigEntry(
                data=entry_data(host, port, snapshot),
                discovery_keys=MappingProxyType({}),
                domain=DOMAIN,
                minor_version=MiningFarmConfigFlow.MINOR_VERSION,
                options=None,
                source=SOURCE_USER,
                subentries_data=None,
                title=miner_title(snapshot, host),
                unique_id=None,
                version=MiningFarmConfigFlow.VERSION,
            )
            await hass.config_entries.async_add(entry)

    await asyncio.gather(*map(add, hosts))
