"""What is secret of a miner and of its pools is in nothing that anybody reads."""

from dataclasses import replace

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from tests.kinds.sinks import RecorderContext, Sinks, found

from .conftest import HOST, FakeMiners, failure, set_up, snapshot


@pytest.fixture
def mock_recorder_before_hass(async_test_recorder: RecorderContext) -> None:
    """Have the database ready before Home Assistant starts, as the recorder needs."""


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
@pytest.mark.parametrize(
    "url",
    [
        "stratum+tcp://m4rk-user:m4rk-pw@pool.example:3333/m4rk-path?m4rk=1#m4rk",
        "m4rk-user:m4rk-pw@pool.example:3333",
        "stratum+tcp://:m4rk-pw@pool.example:3333",
        "pool.example:3333/m4rk-path",
        "stratum+ssl://pool.example:3333?key=m4rk",
    ],
)
async def test_nothing_secret_is_shown(  # noqa: PLR0917
    recorder_mock: Recorder,
    hass: HomeAssistant,
    miners: FakeMiners,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    url: str,
) -> None:
    """Host and port of the pool are; its user, password, path and query are not."""
    sinks = Sinks(hass, caplog)
    reading = snapshot()
    miners.answers[HOST] = replace(reading, pools=(replace(reading.pools[0], url=url),))
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "username": "m4rk-root", "password": "m4rk-word"}
    )
    await set_up(hass, entry)
    miners.answers[HOST] = failure()
    await entry.runtime_data.async_refresh()
    shown = await sinks.read(entry)
    assert any("pool.example" in state for state in shown["states"])
    assert found(shown, "m4rk") == []
