"""Entries of all kinds as they are stored whole, and every damage to each of their parts."""

from collections.abc import Iterator
from typing import Any, Final

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN, Kind
from custom_components.mining_farm.kinds.rig.policy import POLICY_FIELDS
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant

HOTKEY: Final = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
ACCOUNT: Final[dict[str, Any]] = {
    "status_api": "f2pool",
    "wallet": "somebody",
    "coin": "bitcoin",
    "token": "t0ken",
    "base_url": "https://pool.invalid",
    "worker_name": "rig9",
}
WHOLE: Final[dict[Kind, tuple[dict[str, Any], dict[str, Any]]]] = {
    Kind.MINER: (
        {
            "host": "192.0.2.9",
            "port": 4028,
            "driver": "cgminer",
            "mac": "00:00:5e:00:53:09",
            "second_way": {"driver": "antminer", "port": 80},
            "detail_shown": "farm",
            "username": "root",
            "password": "r00t",
            "learned": {"family": "antminer"},
            "take_over": {"sensor.ours": "sensor.theirs"},
            "pools": [["pool.example:3333", "farm.1"], ["spare.example:1", None]],
            "new_pool": ["spare.example:1", None],
            "profile": {
                "model": "Antminer S19j Pro",
                "firmware": "49.0.1.3",
                "hardware_id": "ffff00001111",
                "mac": "02:00:5e:00:53:09",
                "algorithm": "sha256",
                "boards": [1, 2, 3],
                "fans": ["1", "2"],
                "water": False,
                "power": True,
                "maker": "Bitmain",
                "readings": ["voltage_v"],
                "level": "low",
                "capabilities": {
                    "commands": ["pause", "resume"],
                    "numbers": {
                        "fan_speed": {
                            "minimum": 0,
                            "maximum": 100,
                            "step": 1,
                            "source": "device",
                        }
                    },
                    "choices": {"fan_mode": ["automatic", "manual"]},
                },
            },
        },
        {
            "detail": "farm",
            "pool_watch": True,
            "controls": True,
            "least_rest": 10,
            "least_change": 5,
            "least_retune": 30,
            "least_restart": 30,
            "power_minimum": 1200,
            "power_maximum": 3500,
            "power_sensor": "sensor.power",
            "switch_entity_id": "switch.socket",
        },
    ),
    Kind.RIG: (
        {
            **ACCOUNT,
            "second_pool": {**ACCOUNT, "wallet": "backup"},
            "outlet": "kasa",
            "kasa_device_ip": "192.0.2.9",
            "kasa_device_id": "80069",
            "kasa_outlet_id": "8006900",
            "kasa_measures": True,
            "kasa_connection_parameters": {
                "device_family": "SMART.TAPOPLUG",
                "encryption_type": "KLAP",
            },
            "kasa_credentials_hash": "h4sh",
            "miner_entry": "miner9",
        },
        {
            **{field.key: field.default for field in POLICY_FIELDS},
            "armed": True,
            "draw_is_evidence": True,
            "repeat_on_silence": True,
            "first_step_entity_id": "button.reboot",
            "miner_steps": ["restart_mining"],
            "power_sensor_entity_id": "sensor.power",
        },
    ),
    Kind.CONTAINER: (
        {"host": "192.0.2.9", "port": 8181, "model": "hk3"},
        {
            "controls": True,
            "miner_readings": True,
            "set_point_lowest": 25,
            "set_point_highest": 45,
            "pressure_unit": "bar",
            "severities": [{"alarm": "leakage_fault", "severity": "high"}],
            "thresholds": [
                {
                    "name": "Warm",
                    "field": "supply_temperature",
                    "side": "above",
                    "limit": 40,
                    "seconds": 60,
                    "severity": "medium",
                }
            ],
        },
    ),
    Kind.WALLET: (
        {
            "endpoints": ["ws://192.0.2.9:9944"],
            "netuid": 89,
            "hotkey": HOTKEY,
            "genesis": "0x2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03",
            "wallet_directory": "/config/wallets",
            "wallet_name": "auction",
            "hotkey_name": "default",
        },
        {
            "armed": True,
            "price_ceiling": "1.05",
            "worker_ceiling": 20,
            "price_multiplier": "0.97",
            "worker_sizes": {"0.1": 2},
            "proxy": "ihp",
            "proxy_file": "/config/pools.toml",
            "proxy_sentinel": "/config/.reload-ihp",
            "proxy_pool_name": "central-proxy",
            "proxy_from": "confirmed",
            "machines": ["miner9"],
            "lower_bid": True,
            "pause_when_lost": False,
            "worker_sets": [{"price_multiplier": "0.95", "worker_sizes": {"0.2": 1}}],
        },
    ),
    Kind.FARM: (
        {},
        {
            "areas": ["hall"],
            "labels": ["farm"],
            "members": ["miner9"],
            "armed": True,
            "asleep_only": False,
            "starts": 5,
            "start_seconds": 20,
            "signal_entity_id": "binary_sensor.grid",
            "signal_to_watts": 50_000,
            "signal_less_after": 2,
            "signal_more_after": 15,
        },
    ),
}
"""Data and options of each kind, every key that it stores."""
MISSING: Final = object()
DAMAGES: Final[tuple[Any, ...]] = (
    MISSING,
    None,
    -7,
    70_000_000_000,
    1.5,
    float("inf"),
    float("nan"),
    True,
    "",
    "of tomorrow",
    "2026-11-21T10:00:00",
    [],
    [None, 7],
    {},
    {"of tomorrow": {"x": 1}},
)


def damaged(whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what is stored with one damage each, also within a part, and where that is."""
    for key, value in whole.items():
        for damage in DAMAGES:
            spoiled = {**whole, key: damage}
            if damage is MISSING:
                del spoiled[key]
            yield key, spoiled
        if isinstance(value, dict):
            for inner, spoiled in damaged(value):
                yield f"{key}.{inner}", {**whole, key: spoiled}
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for inner, spoiled in damaged(value[0]):
                yield f"{key}.{inner}", {**whole, key: [spoiled]}


def damaged_entries(kind: Kind) -> Iterator[tuple[str, MockConfigEntry]]:
    """Yield an entry of a kind for each damage, and where that is."""
    data, options = WHOLE[kind]
    whole = {"kind": str(kind), **data}
    for key, spoiled in damaged(data):
        yield (
            f"data.{key}",
            MockConfigEntry(
                domain=DOMAIN, data={"kind": str(kind), **spoiled}, options=options
            ),
        )
    for key, spoiled in damaged(options):
        yield (
            f"options.{key}",
            MockConfigEntry(domain=DOMAIN, data=whole, options=spoiled),
        )


def add_damaged_entries(hass: HomeAssistant) -> None:
    """Add one entry for each damage to each part of each kind, and some of no kind."""
    for kind in WHOLE:
        for number, (key, entry) in enumerate(damaged_entries(kind)):
            title = f"Damaged {kind} {number} {key}"
            _add(hass, title=title, data=entry.data, options=entry.options)
    for unknown in DAMAGES[1:]:
        _add(hass, title="Damaged", data={"kind": unknown})
    _add(hass, title="Damaged")


def _add(hass: HomeAssistant, **stored: Any) -> None:
    # Disabled: with the first entry that is set up, all others of the domain are.
    MockConfigEntry(
        domain=DOMAIN, disabled_by=ConfigEntryDisabler.USER, **stored
    ).add_to_hass(hass)
