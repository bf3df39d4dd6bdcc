"""A rig's page as the user sees it, and its activity."""

from collections.abc import AsyncIterator
from pathlib import Path
import re
import sys

from playwright.async_api import expect
import pytest

from simulators.kasa import KasaSimulator
from simulators.pool import PoolSimulator
from tests.harness import HomeAssistantClient, HomeAssistantProcess
from tests.harness.browser import browse, find_chromium, open_page
from tests.harness.rigs import POOL, Rig, add_rig
from tests.simulators.kasa.conftest import free_host

ARTIFACTS = Path(__file__).parents[2] / ".artifacts"
CHROMIUM = find_chromium()
WORKER = "garage1"
EVENT = f"event.{WORKER}_restarts"
UNTRANSLATED = re.compile(r"undefined|\b[a-z]+_[a-z_]+\b|\bNaN\b")


@pytest.fixture
async def rig(client: HomeAssistantClient) -> AsyncIterator[str]:
    """Add a rig and cut its power once; return the id of its device."""
    async with (
        KasaSimulator("hs300", free_host()) as strip,
        PoolSimulator([WORKER], dialects=[POOL]) as pools,
    ):
        rig = Rig(worker=WORKER, pool_url=pools.url(POOL), plug=strip.host, on_delay=1)
        await add_rig(client, rig)
        await client.until(client.states, lambda states: EVENT in states)
        await client.call_action("mining_farm.power_cycle", entity_id=EVENT)
        devices = await client.command("config/device_registry/list")
        yield next(device["id"] for device in devices if device["name"] == WORKER)


async def _let_it_give_up(client: HomeAssistantClient) -> None:
    """Put the event there that takes three restarts: the page draws it as any other."""
    now = (await client.states())[EVENT]
    await client.post(
        f"/api/states/{EVENT}",
        {
            "state": "2026-11-21T03:00:00.000+00:00",
            "attributes": now["attributes"] | {"event_type": "gave_up"},
        },
    )


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
async def test_device_page_shows_the_rig(
    home_assistant: HomeAssistantProcess, client: HomeAssistantClient, rig: str
) -> None:
    """The page shows the rig, and what was done to it, in words."""
    assert CHROMIUM
    screenshot = ARTIFACTS / "rig_page.png"
    async with browse(home_assistant, CHROMIUM) as page:
        await open_page(page, f"{home_assistant.url}/config/devices/device/{rig}")
        try:
            for text in (
                WORKER,
                "Power cycle",
                "Armed",
                "62.50 MH/s",
                "Home Assistant has only just started",
                "Held",
            ):
                await expect(page.get_by_text(text).first).to_be_visible()
            activity = page.locator("ha-logbook")
            await expect(activity.get_by_text("Restarted")).to_be_visible()
            await _let_it_give_up(client)
            await expect(activity.get_by_text("Gave up")).to_be_visible()
            await expect(page.get_by_text(UNTRANSLATED)).to_have_count(0)
        finally:
            await page.screenshot(path=screenshot, full_page=True)
            sys.stdout.write(f"Screenshot: {screenshot}\n")
