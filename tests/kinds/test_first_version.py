"""What 0.1.0 wrote is read as it was meant: entries and records of every kind."""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm import async_migrate_entry, kinds
from custom_components.mining_farm.common.mending import async_mend_entry
from custom_components.mining_farm.const import DOMAIN, Kind
from custom_components.mining_farm.engines.auction.publish.memory import UpkeepMemory
from custom_components.mining_farm.kinds.container.journal import ContainerJournal
from custom_components.mining_farm.kinds.rig.journal import RigJournal
from custom_components.mining_farm.kinds.wallet.history import WindowHistory
from custom_components.mining_farm.kinds.wallet.journal import WalletJournal
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .damaged import HOTKEY

ENTRIES: Final[Mapping[Kind, tuple[dict[str, Any], dict[str, Any]]]] = {
    Kind.MINER: (
        {
            "host": "192.0.2.1",
            "port": 4028,
            "profile": {
                "model": "Antminer S19",
                "firmware": "49.0.1.3",
                "hardware_id": None,
                "algorithm": "sha256",
                "boards": [0, 1, 2],
                "fans": ["1"],
                "water": False,
                "power": False,
            },
            "mac": "00:00:5e:00:53:01",
        },
        {"essentials_only": True},
    ),
    Kind.RIG: (
        {
            "status_api": "2miners",
            "wallet": "0xwallet",
            "coin": "rvn",
            "worker_name": "rig1",
            "outlet": "kasa",
            "kasa_device_ip": "192.0.2.2",
            "kasa_device_id": "8006",
            "kasa_outlet_id": "800600",
            "kasa_measures": False,
            "miner_entry": "miner1",
        },
        {
            "time_until_offline": 10,
            "max_consecutive_restarts": 3,
            "power_cycle_on_delay": 3,
            "time_until_offline_local": 0.5,
            "status_check_frequency": 5,
            "status_check_cooldown": 10,
            "no_draw_below": 0,
            "armed": True,
        },
    ),
    Kind.CONTAINER: (
        {"host": "192.0.2.3", "port": 8000, "model": "immersion"},
        {
            "controls": True,
            "set_point_lowest": 20.0,
            "set_point_highest": 45.5,
            "miner_readings": True,
            "pressure_unit": "mpa",
        },
    ),
    Kind.WALLET: (
        {
            "endpoints": ["finney"],
            "netuid": 89,
            "hotkey": HOTKEY,
            "wallet_directory": "~/.bittensor/wallets",
            "wallet_name": "cold",
            "hotkey_name": "hot",
        },
        {
            "armed": True,
            "price_ceiling": "1.05",
            "worker_ceiling": 20,
            "workers_file": "/config/workers.toml",
            "proxy": "braiins",
            "proxy_file": "/config/profile.toml",
            "proxy_sentinel": "/config/.reconfigure",
            "machines": [],
        },
    ),
}
RIG: Final = {
    "seen": True,
    "restarts_in_row": 2,
    "restarts_total": 7,
    "last_cut": "2026-11-20T22:00:00+00:00",
    "cooldown_until": None,
    "unstable": False,
    "off_by_user": True,
    "intent": {
        "off_at": "2026-11-20T21:59:00+00:00",
        "on_at": "2026-11-20T22:00:00+00:00",
        "reason": "pool_silent",
    },
    "plug_failures": 0,
    "plug_failed_since": None,
    "plug_retry_at": None,
}
WALLET: Final = {
    "scope": "0xgenesis/89/hotkey",
    "intent": {"cause": "changed", "payload": "323b62", "head": 7, "expires": None},
    "settled_at": 5,
    "refusal": {"cause": "changed", "head": 6, "times": 2},
}
WINDOW: Final = {
    "netuid": 89,
    "window": {"index": 1, "start": 100, "end": 159},
    "block_hash": "0xab",
    "banned": [],
    "winners": 3,
    "skipped": 0,
    "won": [{"size": "0.1", "price": "0.97", "count": 2}],
    "lost": [],
    "final": True,
    "outcome": "won",
    "outcome_before": None,
}


@pytest.fixture(autouse=True)
def folder(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Let Home Assistant's files be the test's own; return its storage."""
    hass.config.config_dir = str(tmp_path)
    (tmp_path / ".storage").mkdir()
    return tmp_path / ".storage"


@pytest.mark.parametrize("kind", ENTRIES)
async def test_its_entries(hass: HomeAssistant, kind: Kind) -> None:
    """All of them are used as they are, and what was armed stays armed."""
    data, options = ENTRIES[kind]
    stored = {"kind": str(kind), **data}
    entry = MockConfigEntry(domain=DOMAIN, version=1, data=stored, options=options)
    entry.add_to_hass(hass)
    assert await async_migrate_entry(hass, entry)
    module = await kinds.async_get_kind(hass, entry)
    await async_mend_entry(hass, entry, module.STORED_SHAPE)
    renamed = {"detail": "farm"} if kind is Kind.MINER else options
    assert (dict(entry.data), dict(entry.options)) == (stored, renamed)
    assert not ir.async_get(hass).issues
    module.async_create_coordinator(hass, entry)
    # As core does where a setup fails.
    await entry._async_process_on_unload(hass)  # noqa: SLF001


async def test_its_record_of_a_rig(hass: HomeAssistant, folder: Path) -> None:
    """Counts, the wish of the user, and a cut that is to be finished."""
    (folder / "mining_farm.rig.rig1").write_text(json.dumps(RIG))
    journal = RigJournal(hass, "rig1")
    memory = await journal.async_load()
    assert journal.set_aside is None
    assert not memory.lost
    assert (memory.restarts_in_row, memory.restarts_total) == (2, 7)
    assert memory.off_by_user
    assert memory.intent is not None
    await journal.async_store(memory)
    assert await RigJournal(hass, "rig1").async_load() == memory


async def test_its_journal_of_a_wallet(hass: HomeAssistant, folder: Path) -> None:
    """An extrinsic that was about to be sent is not sent again."""
    (folder / "mining_farm.wallet.wallet").write_text(json.dumps(WALLET))
    journal = WalletJournal(hass, "wallet")
    record = await journal.load()
    assert record is not None
    memory = UpkeepMemory.from_record(record)
    assert memory.intent is not None
    assert memory.intent.payload == b"2;b"
    assert memory.refusal is not None
    assert (memory.settled_at, memory.refusal.times, memory.forced_at) == (5, 2, None)
    await journal.save(memory.as_record())
    again = await WalletJournal(hass, "wallet").load()
    assert again is not None
    assert UpkeepMemory.from_record(again) == memory
    assert (folder / "mining_farm.wallet.wallet").stat().st_mode & 0o777 == 0o600


async def test_its_windows(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    """Results come over, so that none of them is an event again."""
    key = "mining_farm.windows.wallet"
    data = {"results": [WINDOW], "refused": "price"}
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": data}
    history = WindowHistory(hass, "wallet")
    assert await history.async_load() is None
    assert history.results() == [WINDOW]
    assert history.refused == "price"


async def test_its_record_of_a_container(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """Alarms without an end, the target, and miners without a last number."""
    key = "mining_farm.container.north"
    alarm = {
        "id": "1",
        "key": "leakage_fault",
        "name": "Leak",
        "severity": "critical",
        "nature": "moisture",
        "number": None,
        "raised_at": "2026-11-21T10:00:00+00:00",
    }
    data = {"alarms": [alarm], "manual_set_point": 33.0, "miners": {"192.0.2.1": 4}}
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": data}
    journal = ContainerJournal(hass, "north")
    assert await journal.async_load() is None
    assert [*journal.alarms] == ["leakage_fault"]
    assert journal.manual_set_point == 33.0
    assert journal.number_of("192.0.2.9") == 5
    await journal.async_close()
