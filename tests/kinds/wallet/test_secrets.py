"""A hotkey's seed and an endpoint's API key are in nothing that anybody reads."""

from collections.abc import Iterator, Mapping
import json
from urllib.parse import urlsplit

import pytest

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.diagnostics import async_get_config_entry_diagnostics
from custom_components.mining_farm.kinds.wallet import const
from homeassistant.components.recorder import Recorder
from homeassistant.config_entries import ConfigEntryState
from homeassistant.exceptions import HomeAssistantError
from simulators.subtensor import ALICE
from tests.kinds.sinks import RecorderContext, Sinks, found

from .conftest import ARMED, CEILINGS, WINDOW, Site, blocks, written

API_KEY = "k3y-0f-the-endpoint"


def _secrets() -> Iterator[str]:
    seed, private = ALICE.seed.hex(), ALICE.pair[1].hex()
    yield from (API_KEY, seed, private, repr(ALICE.seed), str(list(ALICE.seed)))


def _told(error: BaseException | None) -> Iterator[str]:
    """Yield an error and all that led to it."""
    while error is not None:
        yield repr(error)
        error = error.__cause__ or error.__context__


@pytest.fixture
def mock_recorder_before_hass(async_test_recorder: RecorderContext) -> None:
    """Have the database ready before Home Assistant starts, as the recorder needs."""


async def test_nothing_secret_is_shown(
    recorder_mock: Recorder,
    site: Site,
    caplog: pytest.LogCaptureFixture,
    hass_storage: Mapping[str, object],
) -> None:
    """Through a window, publications, refusals and failures of all kinds."""
    sinks = Sinks(site.hass, caplog)
    entry = site.entry(**CEILINGS, price_multiplier="0.9", worker_sizes={"0.1": 7})
    url = urlsplit(site.simulator.urls[0])
    site.hass.config_entries.async_update_entry(
        entry,
        data={
            **entry.data,
            const.CONF_ENDPOINTS: [f"ws://{url.netloc}/{API_KEY}?key={API_KEY}"],
        },
    )
    await site.load(entry)
    await site.until(lambda: site.wallet(entry).data is not None)
    await site.until(lambda: site.wallet(entry).data.commitment is not None)
    await site.hass.services.async_call(
        "switch", "turn_on", {"entity_id": "switch.wallet_armed"}, blocking=True
    )
    async with blocks(site):
        await site.until(lambda: site.succeeded == 1)
        await site.until(lambda: "commitment_published" in site.names)
    failures: list[str] = []
    hotkey = next(site.wallets.glob("*/hotkeys/default"))
    content = hotkey.read_text()
    private = ALICE.pair[1].hex()
    for breaks in (
        lambda: hotkey.write_text(content.replace("privateKey", "public")[:-20]),
        lambda: hotkey.write_text(content.replace(private, private[:-2])),
        hotkey.unlink,
        site.simulator.node.refuse_extrinsics,
        site.simulator.node.refuse,
    ):
        breaks()
        with pytest.raises(HomeAssistantError) as failure:
            await site.act("publish_commitment", force=True)
        failures.extend(_told(failure.value))
        hotkey.write_text(content)
    diagnostics = await async_get_config_entry_diagnostics(site.hass, entry)
    assert diagnostics["head"] >= WINDOW - 60
    shown = await sinks.read(entry)
    await site.hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    stored = written(site) | {
        name: json.dumps(kept)
        for name, kept in hass_storage.items()
        if name.startswith(DOMAIN)
    }
    assert {*stored} == {
        "mining_farm.wallet.wallet",
        "mining_farm.windows.wallet",
    }
    shown |= {"failures": failures, "stored": [*stored.values()]}
    assert len(failures) >= 5
    assert found(shown, *_secrets()) == []
    assert ALICE.address not in json.dumps(diagnostics["data"])
    assert str(site.wallets) not in json.dumps(diagnostics)


async def test_armed_and_away(site: Site) -> None:
    """Diagnostics of a wallet of which nothing is known yet."""
    site.simulator.node.refuse()
    entry = site.entry(**ARMED)
    await site.load(entry)
    diagnostics = await async_get_config_entry_diagnostics(site.hass, entry)
    assert diagnostics["head"] is None
    assert diagnostics["fresh"] is False
