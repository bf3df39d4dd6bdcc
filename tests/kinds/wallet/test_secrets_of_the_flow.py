"""What was entered when a wallet was added is in nothing that anybody reads."""

from collections.abc import Mapping
import json

import pytest

from custom_components.mining_farm.const import DOMAIN, Kind
from homeassistant.components.recorder import Recorder
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from simulators.subtensor import ALICE
from simulators.subtensor.wallet import write_hotkey
from tests.kinds.planted import Planting
from tests.kinds.rig.flowing import answer, choose, go
from tests.kinds.sinks import RecorderContext, Sinks, found

from .conftest import Site, written
from .flowing import shown as words


@pytest.fixture
def mock_recorder_before_hass(async_test_recorder: RecorderContext) -> None:
    """Have the database ready before Home Assistant starts, as the recorder needs."""


async def test_nothing_that_was_entered_is_shown(
    recorder_mock: Recorder,
    site: Site,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    hass_storage: Mapping[str, object],
) -> None:
    """Endpoints with keys and the folder of hotkeys, through failures of both."""
    hass = site.hass
    sinks, planting = Sinks(hass, caplog), Planting(hass, monkeypatch)
    endpoint = site.simulator.urls[0].rstrip("/") + "/m4rk-path?m4rk=m4rk-key"
    wrong = "ws://m4rk..invalid/m4rk-key"
    form = await choose(hass, "wallet")
    form = await answer(hass, form, endpoints=[wrong, endpoint], netuid=89)
    assert form["errors"] == {"base": "wallet_endpoints"}
    assert "m4rk" not in words(form)
    form = await answer(hass, form, endpoints=[endpoint], netuid=89)
    folder = site.wallets.parent / "m4rk-folder"
    form = await go(hass, form, "wallet_directory")
    form = await answer(hass, form, wallet_directory=str(folder))
    assert form["errors"] == {"base": "wallet_directory"}
    await hass.async_add_executor_job(write_hotkey, folder)
    form = await answer(hass, form, wallet_directory=str(folder))
    form = await answer(hass, form, hotkey="farm/default")
    form = await go(hass, await answer(hass, form), "wallet_no_workers")
    result = await go(hass, form, "wallet_no_proxy")
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    planting.require(Kind.WALLET, "form")
    entry = result["result"]
    await site.until(lambda: site.wallet(entry).data is not None)
    await site.until(lambda: site.wallet(entry).data.commitment is not None)
    failures: list[str] = []
    for breaks in (
        next(folder.glob("*/hotkeys/default")).unlink,
        site.simulator.node.refuse,
    ):
        breaks()
        with pytest.raises(HomeAssistantError) as failure:
            await hass.services.async_call(
                DOMAIN,
                "publish_commitment",
                {"entity_id": "sensor.farm_default_commitment", "force": True},
                blocking=True,
            )
        failures.append(repr(failure.value) + str(failure.value))
    shown = await sinks.read(entry)
    await hass.config_entries.async_unload(entry.entry_id)
    stored = written(site) | {
        name: json.dumps(kept)
        for name, kept in hass_storage.items()
        if name.startswith(DOMAIN)
    }
    shown |= {"failures": failures, "stored": ["none", *stored.values()]}
    assert found(shown, ALICE.address)
    assert found(shown, "m4rk") == []
