"""A container in a real Home Assistant: added, heard of, and seen."""

from collections.abc import AsyncIterator
from pathlib import Path
import sys

from playwright.async_api import expect
import pytest

from simulators.antspace import AntspaceSimulator
from tests.harness import HomeAssistantClient, HomeAssistantProcess
from tests.harness.browser import browse, find_chromium, open_page
from tests.harness.containers import add_container

from . import DOMAIN
from .test_rig_page import UNTRANSLATED

ARTIFACTS = Path(__file__).parents[2] / ".artifacts"
CHROMIUM = find_chromium()
NAME = "Yard"
EVENT = "event.yard_alarms"
LEAK = "binary_sensor.yard_leak"
STATUS = "sensor.yard_status"


@pytest.fixture
async def container(loopback: None) -> AsyncIterator[AntspaceSimulator]:
    """Return an HK3 that cools its miners."""
    async with AntspaceSimulator("hk3", faithful=False) as container:
        yield container


async def _poll(client: HomeAssistantClient) -> None:
    """Have the container polled now and wait for the end of it."""
    await client.call_action("homeassistant.update_entity", entity_id=STATUS)


async def test_container_is_added_steered_and_shown(
    home_assistant: HomeAssistantProcess,
    client: HomeAssistantClient,
    container: AntspaceSimulator,
) -> None:
    """What the plant reports is shown, an alarm is an event, and a target is held."""
    result = await add_container(client, container, NAME, controls=True)
    assert (result["type"], result["title"]) == ("create_entry", NAME)
    shown = await client.until(client.states, lambda states: EVENT in states)
    assert shown[STATUS]["state"] == "running"
    assert shown["climate.yard"]["state"] == "cool"
    pressure = shown["sensor.yard_supply_pressure"]
    wire = float(container.state["supply_liquid_pressure"])
    assert float(pressure["state"]) == pytest.approx(wire * 10)
    assert pressure["attributes"]["unit_of_measurement"] == "bar"
    assert [request.target for request in container.writes] == []

    await client.call_action(
        "climate.set_temperature", entity_id="climate.yard", temperature=36.5
    )
    assert container.state["supply_liquid_set_temp"] == 36.5
    assert len(container.writes) == 1

    container.leak()
    await _poll(client)
    alarmed = await client.states()
    event = alarmed[EVENT]["attributes"]
    assert (event["event_type"], event["alarm"]) == ("raised", "leakage_fault")
    assert event["severity"] == "critical"
    assert alarmed[LEAK]["state"] == "on"
    assert alarmed[STATUS]["state"] == "error"
    if CHROMIUM is not None:
        await _see(home_assistant, client, CHROMIUM)
    assert len(await client.entries(DOMAIN)) == 1


async def _see(
    home_assistant: HomeAssistantProcess, client: HomeAssistantClient, chromium: str
) -> None:
    """Look at the container's page."""
    devices = await client.command("config/device_registry/list")
    device = next(device["id"] for device in devices if device["name"] == NAME)
    screenshot = ARTIFACTS / "container_page.png"
    async with browse(home_assistant, chromium) as page:
        await open_page(page, f"{home_assistant.url}/config/devices/device/{device}")
        try:
            for text in (
                NAME,
                "Antspace HK3",
                "Alarms active",
                "1 alarm",
                "Reset cooling",
                "Leak",
                "Wet",
                "Critical",
            ):
                await expect(page.get_by_text(text).first).to_be_visible()
            activity = page.locator("ha-logbook")
            await expect(activity.get_by_text("Alarm raised").first).to_be_visible()
            # The event does not say which alarm it was; the alarm's own line does.
            for text in ("Leak", "Wet", "Critical"):
                await expect(activity.get_by_text(text).first).to_be_visible()
            await expect(page.get_by_text(UNTRANSLATED)).to_have_count(0)
        finally:
            await page.screenshot(path=screenshot, full_page=True)
            sys.stdout.write(f"Screenshot: {screenshot}\n")
