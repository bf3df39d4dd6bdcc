"""What is secret of a rig's entry is in nothing that anybody reads."""

from pathlib import Path
from typing import Any, Final

import pytest

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.pools import Outcome
from custom_components.mining_farm.kinds.rig import stored
from homeassistant.components.recorder import Recorder
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from tests.kinds.sinks import RecorderContext, Sinks, found

from .test_controls import press
from .watching import Farm

BUTTON: Final = "button.rig1_power_cycle"
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


@pytest.fixture
def mock_recorder_before_hass(async_test_recorder: RecorderContext) -> None:
    """Have the database ready before Home Assistant starts, as the recorder needs."""


async def test_nothing_secret_is_shown(
    recorder_mock: Recorder,
    farm: Farm,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Through a restart, failures of pool and outlet, and a damaged memory."""
    hass = farm.hass
    sinks = Sinks(hass, caplog)
    name = f"{DOMAIN}.power_cycle"
    action = {"action": name, "target": {"entity_id": BUTTON}}
    await async_setup_component(
        hass, "script", {"script": {"cycle": {"sequence": [action]}}}
    )
    outlet = await farm.add("rig1", **PLANTED, second_pool=SECOND)
    await farm.after(5)
    await hass.services.async_call("script", "cycle", blocking=True)
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
    traces = await sinks.traces()
    await hass.config_entries.async_unload("rig1")
    kept = spoil(Path(hass.config.path(".storage")))
    await farm.load("rig1")
    shown = await sinks.read(farm.entries["rig1"])
    shown |= {"traces": traces, "failures": failures, "files": kept}
    assert any(name in text for text in traces)
    assert found(shown, "m4rk") == []
