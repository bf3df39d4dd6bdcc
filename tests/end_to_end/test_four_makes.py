"""Four makes in a real Home Assistant: added, paused, limited and woken on their pages."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
import re
from typing import Any

from playwright.async_api import Page, expect
import pytest

from simulators.axeos import AxeOsSimulator
from simulators.makes.avalon import Avalon
from simulators.makes.braiins import BraiinsRest
from simulators.makes.whatsminer import WhatsminerV3
from tests.harness import HomeAssistantClient, HomeAssistantProcess
from tests.harness.browser import HEIGHT, WIDTH, browse, find_chromium, open_page

from . import DOMAIN

ARTIFACTS = Path(__file__).parents[2] / ".artifacts"
CHROMIUM = find_chromium()
PHONE = {"width": 390, "height": 844}
UNTRANSLATED = re.compile(r"undefined|\b[a-z]+_[a-z_]+\b|\bNaN\b")
CONTROLS = {"detail": "everything", "controls": True, "least_rest": 0}

type Simulator = AxeOsSimulator | Avalon | BraiinsRest | WhatsminerV3


@dataclass(frozen=True, kw_only=True)
class Make:
    """How one make is added and limited."""

    simulator: Callable[..., Simulator]
    user: str | None = None
    """Who signs in; None where nobody does."""
    signs_to_read: bool = False
    options: dict[str, Any]
    limit: tuple[str, str, dict[str, Any]]
    """Key of an entity, and the action with what it is given."""
    limited: str
    """The state of that entity then."""


WATTS = {"value": 2500}
MAKES = {
    "bitaxe": Make(
        simulator=AxeOsSimulator,
        options=CONTROLS | {"least_change": 0},
        limit=("frequency", "select.select_option", {"option": "400 MHz"}),
        limited="400 MHz",
    ),
    "braiins": Make(
        simulator=BraiinsRest,
        user="root",
        signs_to_read=True,
        options=CONTROLS | {"least_retune": 0},
        limit=("power_target", "number.set_value", WATTS),
        limited="2500.0",
    ),
    "whatsminer": Make(
        simulator=WhatsminerV3,
        user="super",
        options=CONTROLS
        | {"least_change": 0, "least_restart": 0}
        | {"power_minimum": 1000, "power_maximum": 3600},
        limit=("power_target", "number.set_value", WATTS),
        limited="2500.0",
    ),
    "avalon_q": Make(
        simulator=Avalon,
        options=CONTROLS,
        limit=("level", "select.select_option", {"option": "eco"}),
        limited="eco",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Added:
    """A miner of a make, its entry and device, and its entities by key."""

    make: Make
    device: Simulator
    device_id: str
    entities: dict[str, str]

    def entity(self, domain: str, key: str) -> str:
        """Return an entity id."""
        return self.entities[f"{domain}.{key}"]


@pytest.fixture(params=MAKES)
async def added(
    request: pytest.FixtureRequest, loopback: None, client: HomeAssistantClient
) -> AsyncIterator[Added]:
    """Add a miner as a user does, and allow its control."""
    make = MAKES[request.param]
    async with AsyncExitStack() as stack:
        device: Simulator = await stack.enter_async_context(make.simulator())
        yield await add(client, make, device)


async def add(client: HomeAssistantClient, make: Make, device: Simulator) -> Added:
    """Add an entry by the dialogs."""
    account: list[Any] = []
    if make.user is not None and not isinstance(device, AxeOsSimulator):
        password = device.machine.password
        account = [{"username": make.user, "password": password}]
    address = {"host": device.host, "port": device.port, "detail": "everything"}
    reading = account if make.signs_to_read else []
    created = await client.run_flow(
        DOMAIN, {"next_step_id": "miner"}, address, *reading
    )
    entry_id = created["result"]["entry_id"]
    ordering = [] if make.signs_to_read else account
    await client.run_options_flow(entry_id, make.options, *ordering)
    key, action, _ = make.limit
    wanted = {f"{action.partition('.')[0]}.{key}", "switch.mining", "sensor.status"}
    entities = await client.until(
        lambda: _entities(client, entry_id), lambda found: wanted <= found.keys()
    )
    await client.until(
        client.states, lambda states: set(entities.values()) <= states.keys()
    )
    devices = await client.command("config/device_registry/list")
    (device_id,) = [
        each["id"]
        for each in devices
        if [DOMAIN, entry_id] in each.get("identifiers", ())
    ]
    return Added(make=make, device=device, device_id=device_id, entities=entities)


async def _entities(client: HomeAssistantClient, entry_id: str) -> dict[str, str]:
    listed = await client.command("config/entity_registry/list")
    return {
        f"{each['entity_id'].partition('.')[0]}."
        f"{each['unique_id'].removeprefix(f'{entry_id}_')}": each["entity_id"]
        for each in listed
        if each["config_entry_id"] == entry_id and each["disabled_by"] is None
    }


async def shows(client: HomeAssistantClient, entity_id: str, state: str) -> None:
    """Wait until an entity has a state."""
    await client.until(
        client.states, lambda states: states[entity_id]["state"] == state
    )


async def toggle(page: Page) -> None:
    """Use the switch of mining on the page of the device."""
    row = page.locator("hui-toggle-entity-row").filter(has_text="Mining").first
    await row.locator("ha-switch, ha-control-switch").first.click()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
async def test_it_is_paused_limited_and_woken(
    home_assistant: HomeAssistantProcess,
    client: HomeAssistantClient,
    added: Added,
    request: pytest.FixtureRequest,
) -> None:
    """Each by one write, seen on the page; on a phone nothing is cut off."""
    assert CHROMIUM
    name = request.node.callspec.id
    mining, status = added.entity("switch", "mining"), added.entity("sensor", "status")
    key, action, data = added.make.limit
    limited = added.entity(action.partition(".")[0], key)
    async with browse(home_assistant, CHROMIUM) as page:
        url = f"{home_assistant.url}/config/devices/device/{added.device_id}"
        await open_page(page, url)
        for text in ("Mining", "Hashing", "Energy", "Last command"):
            await expect(page.get_by_text(text).first).to_be_visible()
        await toggle(page)
        await shows(client, mining, "off")
        await shows(client, status, "paused")
        assert len(added.device.writes) == 1
        await expect(page.get_by_text("Paused").first).to_be_visible()
        await page.screenshot(path=ARTIFACTS / f"{name}_paused.png")
        await toggle(page)
        await shows(client, mining, "on")
        assert len(added.device.writes) == 2
        # What takes minutes on some ends in its own time.
        await client.until(
            lambda: _limits(client, action, limited, data), lambda done: done
        )
        await shows(client, limited, added.make.limited)
        assert len(added.device.writes) == 3
        for width, size in (("desk", (WIDTH, HEIGHT)), ("phone", PHONE.values())):
            wide, high = size
            await page.set_viewport_size({"width": wide, "height": high})
            await open_page(page, url)
            await expect(page.get_by_text("Hashing").first).to_be_visible()
            await page.screenshot(path=ARTIFACTS / f"{name}_{width}.png")
            overflow = await page.evaluate(
                "document.documentElement.scrollWidth - window.innerWidth"
            )
            assert overflow <= 0
        await expect(page.get_by_text(UNTRANSLATED)).to_have_count(0)


async def _limits(
    client: HomeAssistantClient, action: str, entity_id: str, data: dict[str, Any]
) -> bool:
    """Set a limit, unless another command is still under way."""
    try:
        await client.call_action(action, entity_id=entity_id, **data)
    except Exception as err:
        if "under way" in str(err):
            return False
        raise
    return True
