"""What was entered of a miner, and of its pools, is in nothing that anybody reads."""

from dataclasses import replace
from functools import partial

import pytest

from custom_components.mining_farm.const import Kind
from custom_components.mining_farm.engines.edge_collector import PoolSetting
from custom_components.mining_farm.kinds.miner import controls
from homeassistant.components.recorder import Recorder
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from tests.kinds.planted import Planting
from tests.kinds.sinks import RecorderContext, Sinks, found

from .axes import Axes
from .pages import Pages
from .test_flow import answer, choose


@pytest.fixture
def mock_recorder_before_hass(async_test_recorder: RecorderContext) -> None:
    """Have the database ready before Home Assistant starts, as the recorder needs."""


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_what_was_entered_is_not_shown(
    recorder_mock: Recorder,
    axes: Axes,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Account and pools of a miner that wants a login, through failures of both."""
    hass, pages = axes.hass, Pages(axes, monkeypatch)
    sinks, planting = Sinks(hass, caplog), Planting(hass, monkeypatch)
    miner = await pages.start()
    miner.change_password("m4rk-word")
    miner.refuse()
    form = await choose(hass, "miner")
    form = await answer(hass, form, host=miner.host, port=pages.port, detail="standard")
    form = await answer(hass, form, username="m4rk-root", password="m4rk-wrong")
    assert form["errors"] == {"base": "auth_failed"}
    result = await answer(hass, form, username="root", password="m4rk-word")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    planting.require(Kind.MINER, "account")
    entry = result["result"]
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "controls": True}
    )
    await hass.config_entries.async_reload(entry.entry_id)
    await axes.settle()
    setting = PoolSetting(
        url="stratum+tcp://pool.example:3333/m4rk-path?m4rk=1",
        worker="farm.1",
        password="m4rk-pool-word",
    )
    failures = []
    await controls.async_set_pools(entry.runtime_data, (setting,))
    assert "m4rk-pool-word" in str(miner.web.conf["pools"])
    for spoil in (miner.ignore_writes, partial(miner.change_password, "m4rk-other")):
        spoil()
        other = replace(setting, worker="farm.2")
        with pytest.raises(HomeAssistantError) as failure:
            await controls.async_set_pools(entry.runtime_data, (other,))
        failures.append(repr(failure.value) + str(failure.value))
        await axes.after(31)
    shown = await sinks.read(entry) | {"failures": failures}
    await hass.config_entries.async_unload(entry.entry_id)
    assert found(shown, miner.host)
    assert found(shown, "m4rk") == []
