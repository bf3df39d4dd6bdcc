"""The folder of a Home Assistant that has run with these miners before."""

import asyncio
from collections.abc import Sequence
import json
from pathlib import Path
import socket
from typing import Any

from custom_components.mining_farm.config_flow import MiningFarmConfigFlow
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import (
    CGMinerClient,
    MinerCollector,
)
from custom_components.mining_farm.kinds.miner.flow import entry_data
from custom_components.mining_farm.kinds.miner.identity import miner_title
from homeassistant import config_entries

_CONFIGURATION = """\
homeassistant:
  time_zone: UTC
history:
logbook:
recorder:
"""
_CREATED = "2026-01-01T00:00:00+00:00"
_AT_ONCE = 50


async def async_write_folder(folder: Path, hosts: Sequence[str], port: int) -> None:
    """Write configuration, web server and one entry per miner that answers there."""
    storage = folder / ".storage"
    storage.mkdir(parents=True)
    (folder / "configuration.yaml").write_text(_CONFIGURATION)
    integration = Path(__file__).parents[2] / "custom_components"
    (folder / "custom_components").symlink_to(integration)
    _store(
        storage / "http",
        version=(1, 1),
        data={"server_host": ["127.0.0.1"], "server_port": _free_port()},
    )
    limit = asyncio.Semaphore(_AT_ONCE)

    async def entry(number: int, host: str) -> dict[str, Any]:
        async with limit:
            snapshot = await MinerCollector(CGMinerClient(host, port)).async_poll()
        data = entry_data(host, port, snapshot)
        return _entry(number, miner_title(snapshot, host), data)

    entries = await asyncio.gather(
        *(entry(number, host) for number, host in enumerate(hosts, 1))
    )
    _store(
        storage / config_entries.STORAGE_KEY,
        version=(
            config_entries.STORAGE_VERSION,
            config_entries.STORAGE_VERSION_MINOR,
        ),
        data={"entries": entries},
    )


def _entry(number: int, title: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return a config entry as Home Assistant stores it."""
    return {
        "created_at": _CREATED,
        "data": data,
        "disabled_by": None,
        "discovery_keys": {},
        "domain": DOMAIN,
        "entry_id": f"{number:032x}",
        "minor_version": MiningFarmConfigFlow.MINOR_VERSION,
        "modified_at": _CREATED,
        "options": {},
        "pref_disable_new_entities": False,
        "pref_disable_polling": False,
        "source": config_entries.SOURCE_USER,
        "subentries": [],
        "title": title,
        "unique_id": None,
        "version": MiningFarmConfigFlow.VERSION,
    }


def _store(file: Path, *, version: tuple[int, int], data: dict[str, Any]) -> None:
    """Write a file as Home Assistant's storage would."""
    content = {
        "version": version[0],
        "minor_version": version[1],
        "key": file.name,
        "data": data,
    }
    file.write_text(json.dumps(content))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
