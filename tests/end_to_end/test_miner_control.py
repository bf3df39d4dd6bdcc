"""Miners that are controlled, in a real Home Assistant: added, paused, seen on the page."""

from collections.abc import AsyncIterator
from pathlib import Path
import re

from playwright.async_api import expect
import pytest

from simulators.axeos import AxeOsSimulator
from tests.harness import HomeAssistantClient, HomeAssistantProcess
from tests.harness.browser import browse, find_chromium, open_page
from tests.harness.client import CommandError

from . import DOMAIN

ARTIFACTS = Path(__file__).parents[2] / ".artifacts"
CHROMIUM = find_chromium()
NAME = "bitaxe_gamma_axe"
MINING = f"switch.{NAME}_mining"
STATUS = f"sensor.{NAME}_status"
UNTRANSLATED = re.compile(r"undefined|\b[a-z]+_[a-z_]+\b|\bNaN\b")


@pytest.fixture
async def bitaxe(
    loopback: None, client: HomeAssistantClient, request: pytest.FixtureRequest
) -> AsyncIterator[AxeOsSimulator]:
    """Add a Bitaxe that may be controlled, and rests for some minutes; without if not told."""
    async with AxeOsSimulator() as device:
        added = await client.run_flow(
            DOMAIN,
            {"next_step_id": "miner"},
            {"host": device.host, "port": device.port, "detail": "standard"},
        )
        await client.run_options_flow(
            added["result"]["entry_id"],
            {
                "detail": "standard",
                "controls": True,
                "least_rest": getattr(request, "param", 0),
            },
        )
        await client.until(client.states, lambda states: MINING in states)
        yield device


async def test_a_bitaxe_is_paused_and_resumed(
    client: HomeAssistantClient, bitaxe: AxeOsSimulator
) -> None:
    """By its switch and by the action; each is sent once, and shows at once."""
    await client.call_action("switch.turn_off", entity_id=MINING)
    assert [write.path for write in bitaxe.writes] == ["/api/system/pause"]
    states = await client.states()
    assert (states[MINING]["state"], states[STATUS]["state"]) == ("off", "paused")
    await client.call_action("mining_farm.resume", entity_id=MINING)
    assert (await client.states())[MINING]["state"] == "on"
    assert len(bitaxe.writes) == 2


@pytest.mark.parametrize("bitaxe", [15], indirect=True)
async def test_a_kill_does_not_end_its_rest(
    home_assistant: HomeAssistantProcess, bitaxe: AxeOsSimulator
) -> None:
    """It is killed as soon as it is paused; the refusal that follows says from when."""

    def stored_rests() -> list[object]:
        entries = home_assistant.stored("core.config_entries").get("entries", [])
        return [
            entry["options"].get("least_rest")
            for entry in entries
            if entry["domain"] == DOMAIN
        ]

    await home_assistant.until(lambda: stored_rests() == [15])
    async with home_assistant.connect() as client:
        await client.call_action("switch.turn_off", entity_id=MINING)
    home_assistant.kill()
    await home_assistant.start()
    async with home_assistant.connect() as client:
        await client.until(
            client.states, lambda states: states[MINING]["state"] == "off"
        )
        with pytest.raises(CommandError, match="possible from"):
            await client.call_action("switch.turn_on", entity_id=MINING)
        # A pause is free, and by force it goes on at once.
        await client.call_action("switch.turn_off", entity_id=MINING)
        await client.call_action("mining_farm.resume", entity_id=MINING, force=True)
    assert [write.path for write in bitaxe.writes] == [
        "/api/system/pause",
        "/api/system/resume",
    ]


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
async def test_its_page_shows_what_can_be_done(
    home_assistant: HomeAssistantProcess,
    client: HomeAssistantClient,
    bitaxe: AxeOsSimulator,
) -> None:
    """The switch and its state are there in words."""
    assert CHROMIUM
    await client.call_action("switch.turn_off", entity_id=MINING)
    devices = await client.command("config/device_registry/list")
    (device,) = [each for each in devices if each.get("model") == "Gamma"]
    async with browse(home_assistant, CHROMIUM) as page:
        await open_page(
            page, f"{home_assistant.url}/config/devices/device/{device['id']}"
        )
        for text in ("Mining", "Last command", "Paused", "Energy"):
            await expect(page.get_by_text(text).first).to_be_visible()
        await expect(page.get_by_text(UNTRANSLATED)).to_have_count(0)
        await page.screenshot(path=ARTIFACTS / "miner_control_page.png")
