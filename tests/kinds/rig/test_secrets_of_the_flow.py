"""What was entered when a rig was added is in nothing that anybody reads."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, override

import pytest

from custom_components.mining_farm.const import DOMAIN, Kind
from custom_components.mining_farm.engines.pools import Account, AccountReport, Outcome
from homeassistant.components.recorder import Recorder
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from tests.kinds.planted import Planting
from tests.kinds.sinks import RecorderContext, Sinks, found, ours

from .flowing import answer, choose, go, policy_input
from .surroundings import Surroundings, failed, locked_plug, reachable, report, worker
from .test_flow_import import paste

HOST: Final = "m4rk-host.invalid"
SERVER: Final = {"base_url": "http://m4rk-server.invalid:8080/m4rk-path"}
LOGIN: Final = {"username": "m4rk-user@example.com", "password": "m4rk-password"}
FIRST: Final[dict[str, dict[str, Any]]] = {
    "2miners": {"wallet": "m4rk-wallet", "coin": "rvn", "advanced": SERVER},
    "f2pool": {
        "user_name": "m4rk-name",
        "coin": "bitcoin",
        "token": "m4rk-token",
        "advanced": SERVER,
    },
}
SECOND: Final = {"token": "m4rk-second-token", "advanced": SERVER}


class Anything(Surroundings):
    """A pool that knows every account, until it does not."""

    outcome: Outcome | None = None

    @override
    async def fetch(self, account: Account, _max_age: float) -> AccountReport:
        """Answer as the pool."""
        if self.outcome is not None:
            return failed(self.outcome)
        return report(worker("rig01"))


@pytest.fixture
def mock_recorder_before_hass(async_test_recorder: RecorderContext) -> None:
    """Have the database ready before Home Assistant starts, as the recorder needs."""


@pytest.fixture
def anything() -> Iterator[Anything]:
    """Return pools that know every account, and a plug that knows one login."""
    device = locked_plug(
        host=HOST, device_id="m4rk-device", alias="Plug", credentials_hash="m4rk-hash"
    )
    outlet = replace(device.outlets[0], id="m4rk-outlet", alias="Outlet")
    anything = Anything(
        devices={HOST: replace(device, outlets=(outlet,))},
        locked={HOST},
        right=(LOGIN["username"], LOGIN["password"]),
        right_hash="m4rk-hash",
    )
    with reachable(anything):
        yield anything


@pytest.mark.parametrize("pool", FIRST)
async def test_nothing_that_was_entered_is_shown(  # noqa: PLR0917
    recorder_mock: Recorder,
    hass: HomeAssistant,
    anything: Anything,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    pool: str,
) -> None:
    """Both accounts, their servers and the plug's login, through failures of all."""
    sinks, planting = Sinks(hass, caplog), Planting(hass, monkeypatch)
    form = await choose(hass, "rig")
    form = await answer(hass, form, status_api=pool)
    form = await answer(hass, form, **FIRST[pool])
    form = await answer(hass, form, worker_name="rig01", add_second=True)
    form = await answer(hass, form, status_api="braiins")
    form = await answer(hass, form, **SECOND)
    form = await answer(hass, form, worker_name="rig01")
    form = await go(hass, form, "rig_kasa")
    form = await answer(hass, form, host=HOST)
    form = await answer(hass, form, **{**LOGIN, "password": "m4rk-wrong"})
    assert form["errors"] == {"base": "outlet_auth"}
    form = await answer(hass, form, **LOGIN)
    form = await answer(hass, form, kasa_outlet_id="m4rk-outlet")
    result = await answer(hass, form, **policy_input())
    assert result["type"] is FlowResultType.CREATE_ENTRY
    planting.require(Kind.RIG, pool)
    entry = result["result"]
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.LOADED
    name = f"{DOMAIN}.power_cycle"
    action = {"action": name, "target": {"entity_id": "button.rig01_power_cycle"}}
    await async_setup_component(
        hass, "script", {"script": {"cycle": {"sequence": [action]}}}
    )
    anything.silent.add("m4rk-outlet")
    failures = []
    for outcome in (None, Outcome.AUTH, Outcome.ACCOUNT_UNKNOWN, Outcome.UNREACHABLE):
        anything.outcome = outcome
        await entry.runtime_data.async_refresh()
        with pytest.raises(HomeAssistantError) as failure:
            await hass.services.async_call("script", "cycle", blocking=True)
        failures.append(repr(failure.value) + str(failure.value))
    traces = await sinks.traces()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    shown = await sinks.read(entry)
    await hass.config_entries.async_unload(entry.entry_id)
    files = await hass.async_add_executor_job(ours, Path(hass.config.path(".storage")))
    shown |= {"traces": traces, "failures": failures, "files": files}
    assert found(shown, "rig01")
    assert found(shown, "m4rk") == []


async def test_nothing_of_an_imported_file_is_shown(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    anything: Anything,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the login of its plugs, after a first attempt with another one."""
    sinks, planting = Sinks(hass, caplog), Planting(hass, monkeypatch)
    content = [
        {
            "status_api": "f2pool",
            "coin": "bitcoin",
            "wallet": "m4rk-name",
            "token": "m4rk-token",
            "base_url": "http://m4rk-server.invalid:8080/m4rk-path",
            "worker_name": "rig01",
            "kasa_device_ip": HOST,
        }
    ]
    wrong = {**LOGIN, "password": "m4rk-wrong"}
    form = await paste(hass, content, kasa_account=wrong)
    assert form["type"] is FlowResultType.FORM
    result = await paste(hass, content, form, kasa_account=LOGIN)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    planting.require(Kind.RIG, "import")
    entry = result["result"]
    await hass.async_block_till_done(wait_background_tasks=True)
    anything.silent.add("m4rk-outlet")
    for outcome in (Outcome.AUTH, Outcome.ACCOUNT_UNKNOWN, Outcome.UNREACHABLE):
        anything.outcome = outcome
        await entry.runtime_data.async_refresh()
    shown = await sinks.read(entry)
    await hass.config_entries.async_unload(entry.entry_id)
    assert found(shown, "rig01")
    assert found(shown, "m4rk") == []
