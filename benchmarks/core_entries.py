"""Entries for devices and wallets, added to a running core as a user's flows do."""

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from custom_components.mining_farm.config_flow import MiningFarmConfigFlow
from custom_components.mining_farm.const import CONF_KIND, DOMAIN, Kind
from custom_components.mining_farm.engines.containers import find
from custom_components.mining_farm.engines.edge_collector import async_identify
from custom_components.mining_farm.kinds.container.const import CONF_MODEL
from custom_components.mining_farm.kinds.miner.identity import miner_title
from custom_components.mining_farm.kinds.miner.stored import entry_data
from custom_components.mining_farm.kinds.wallet.const import (
    CONF_ARMED,
    CONF_DIRECTORY,
    CONF_ENDPOINTS,
    CONF_HOTKEY,
    CONF_HOTKEY_NAME,
    CONF_NETUID,
    CONF_PRICE,
    CONF_PRICE_CEILING,
    CONF_SIZES,
    CONF_WALLET,
    CONF_WORKER_CEILING,
    DEFAULT_NETUID,
)
from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigSubentryData
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

_AT_ONCE = 10


async def async_add_entries(
    hass: HomeAssistant,
    kind: Kind,
    hosts: list[str],
    port: int,
    options: Mapping[str, Any],
) -> None:
    """Read each device and add its entry; its engine's error if one does not answer."""
    limit = asyncio.Semaphore(_AT_ONCE)

    async def add(number: int, host: str) -> None:
        async with limit:
            if kind is Kind.CONTAINER:
                title, data = await _container(hass, number, host, port)
            else:
                title, data = await _miner(host, port)
            await async_add(hass, title, data, options)

    await asyncio.gather(*(add(number, host) for number, host in enumerate(hosts, 1)))


async def async_add_wallet(
    hass: HomeAssistant, title: str, url: str, wallet: Mapping[str, str]
) -> None:
    """Add an armed entry for a simulated wallet, as its folder describes itself."""
    data = {
        CONF_KIND: Kind.WALLET,
        CONF_ENDPOINTS: [url],
        CONF_NETUID: DEFAULT_NETUID,
        CONF_HOTKEY: wallet["address"],
        CONF_DIRECTORY: wallet["directory"],
        CONF_WALLET: wallet["wallet"],
        CONF_HOTKEY_NAME: wallet["hotkey"],
    }
    options = {
        CONF_ARMED: True,
        CONF_PRICE_CEILING: "1",
        CONF_WORKER_CEILING: 10,
        CONF_PRICE: "0.97",
        CONF_SIZES: {"0.1": 2, "0.2": 3},
    }
    await async_add(hass, title, data, options)


async def _miner(host: str, port: int) -> tuple[str, Mapping[str, Any]]:
    """Return the title and the data of a miner's entry."""
    found = await async_identify(host, port)
    return miner_title(found.snapshot, host), entry_data(host, found)


async def _container(
    hass: HomeAssistant, number: int, host: str, port: int
) -> tuple[str, Mapping[str, Any]]:
    """Return the title and the data of a container's entry."""
    found = await find(async_get_clientsession(hass), host, port)
    return f"Container {number}", {
        CONF_KIND: Kind.CONTAINER,
        CONF_HOST: host,
        CONF_PORT: port,
        CONF_MODEL: found.table.model,
    }


async def async_add(
    hass: HomeAssistant,
    title: str,
    data: Mapping[str, Any],
    options: Mapping[str, Any],
    subentries: Sequence[ConfigSubentryData] = (),
) -> None:
    """Add an entry as a flow that has ended does."""
    entry: ConfigEntry = ConfigEntry(
        data=data,
        discovery_keys=MappingProxyType({}),
        domain=DOMAIN,
        minor_version=MiningFarmConfigFlow.MINOR_VERSION,
        options=options,
        source=SOURCE_USER,
        subentries_data=subentries,
        title=title,
        unique_id=None,
        version=MiningFarmConfigFlow.VERSION,
    )
    await hass.config_entries.async_add(entry)
