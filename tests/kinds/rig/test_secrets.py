"""What is secret of a rig's entry is in nothing that anybody reads."""

import json
import logging
from pathlib import Path
from typing import Any, Final

import pytest

from custom_components.mining_farm.diagnostics import async_get_config_entry_diagnostics
from custom_components.mining_farm.engines.pools import Outcome
from custom_components.mining_farm.kinds.rig import stored
from homeassistant.core import Event
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from .test_controls import press
from .watching import Farm

PLANTED: Final[dict[str, Any]] = {
    "wallet": "m4rk-wallet",
    "token": "m4rk-token",
    "base_url": "http://m4rk-server.invalid/m4rk-path",
    "kasa_device_ip": "m4rk-host.invalid",
    "kasa_device_id": "m4rk-device",
    "kasa_outlet_id": "m4rk-outlet",
    "kasa_credentials_hash": "m4rk-hash",
    "switch_entity_id": "switch.m4rk_switch",
}
SECOND: Final[dict[str, Any]] = {
    "status_api": "f2pool",
    "coin": "bitcoin",
    "wallet": "m4rk-second-wallet",
    "token": "m4rk-second-token",
    "base_url": "http://m4rk-second.invalid/m4rk-path",
    "worker_name": "rig1",
}
PLAIN: Final = {
    "status_api",
    "coin",
    "outlet",
    "kasa_measures",
    "kasa_connection_parameters",
}
"""What may be shown: a pool, a coin, a kind of outlet and of its protocol."""


def test_every_stored_field_is_planted() -> None:
    """A field that is added is either secret, and planted here, or may be shown."""
    assert {*stored.ACCOUNT_KEYS, *stored.OUTLET_KEYS} == {*PLANTED, *PLAIN}


def spoil(storage: Path) -> list[str]:
    """Damage our files; return what was in them."""
    files = sorted(storage.glob("mining_farm*"))
    kept = [path.read_text() for path in files]
    for path in files:
        path.write_text("{")
    return kept


async def test_nothing_secret_is_shown(
    farm: Farm, caplog: pytest.LogCaptureFixture
) -> None:
    """Through a restart, failures of pool and outlet, and a damaged memory."""
    caplog.set_level(logging.DEBUG)
    heard: list[str] = []

    def hear(event: Event[dict[str, object]]) -> None:
        heard.append(f"{event.event_type} {event.data}")

    farm.hass.bus.async_listen("*", hear)
    outlet = await farm.add("rig1", **PLANTED, second_pool=SECOND)
    await farm.after(5)
    await press(farm, "rig1")
    farm.dies("rig1")
    await farm.after(30)
    failures: list[str] = []
    outlet.reachable = False
    with pytest.raises(HomeAssistantError) as failure:
        await press(farm, "rig1")
    failures.append(repr(failure.value) + str(failure.value))
    for outcome in (Outcome.AUTH, Outcome.ACCOUNT_UNKNOWN, Outcome.UNREACHABLE):
        farm.outcome = outcome
        await farm.after(35)
    await farm.hass.config_entries.async_unload("rig1")
    kept = spoil(Path(farm.hass.config.path(".storage")))
    await farm.load("rig1")
    diagnostics = await async_get_config_entry_diagnostics(
        farm.hass, farm.entries["rig1"]
    )
    shown = [
        *(str(state.as_dict()) for state in farm.hass.states.async_all()),
        *heard,
        *failures,
        *kept,
        *(record.getMessage() + str(record.exc_text) for record in caplog.records),
        *(str(issue) for issue in ir.async_get(farm.hass).issues.values()),
        json.dumps(diagnostics, default=str),
    ]
    assert kept
    assert len(failures) == 1
    assert any("mining_farm" in record.name for record in caplog.records)
    assert [text for text in shown if "m4rk" in text.casefold()] == []
