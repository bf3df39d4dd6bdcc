"""What is set up, and every file that it names, is chosen by administrators alone."""

from http import HTTPStatus
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.mining_farm.const import DOMAIN
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from .damaged import WHOLE

API = "/api/config/config_entries"


@pytest.fixture
async def entries(hass: HomeAssistant) -> list[MockConfigEntry]:
    """Return an entry of each kind."""
    await async_setup_component(hass, "config", {})
    made = []
    for kind, (data, options) in WHOLE.items():
        entry = MockConfigEntry(
            domain=DOMAIN,
            data={"kind": str(kind), **data},
            options=options,
            disabled_by=ConfigEntryDisabler.USER,
        )
        entry.add_to_hass(hass)
        made.append(entry)
    return made


async def test_flows_are_for_administrators(
    hass: HomeAssistant,
    entries: list[MockConfigEntry],
    hass_client: ClientSessionGenerator,
    hass_read_only_access_token: str,
) -> None:
    """Adding, reconfiguring, options, and going on with what an administrator began."""
    admin = await hass_client()
    reader = await hass_client(hass_read_only_access_token)
    starts: list[tuple[str, dict[str, Any]]] = [(f"{API}/flow", {"handler": DOMAIN})]
    for entry in entries:
        again = {"handler": DOMAIN, "entry_id": entry.entry_id}
        starts.append((f"{API}/flow", again))
        starts.append((f"{API}/options/flow", {"handler": entry.entry_id}))
    for url, body in starts:
        refused = await reader.post(url, json=body)
        assert refused.status == HTTPStatus.UNAUTHORIZED, body
        begun = await admin.post(url, json=body)
        assert begun.status == HTTPStatus.OK, body
        flow_id = (await begun.json())["flow_id"]
        step = await reader.post(f"{url}/{flow_id}", json={})
        assert step.status == HTTPStatus.UNAUTHORIZED, body
        shown = await reader.get(f"{url}/{flow_id}")
        assert shown.status == HTTPStatus.UNAUTHORIZED, body


async def test_nobody_imports_from_outside(
    hass: HomeAssistant,
    entries: list[MockConfigEntry],
    hass_client: ClientSessionGenerator,
) -> None:
    """What another flow has prepared comes from that flow only."""
    client = await hass_client()
    body = {"handler": DOMAIN, "source": "import", "context": {"source": "import"}}
    answer = await client.post(f"{API}/flow", json=body)
    assert answer.status in (HTTPStatus.OK, HTTPStatus.BAD_REQUEST)
    for flow in hass.config_entries.flow.async_progress():
        assert flow["context"]["source"] == "user"
