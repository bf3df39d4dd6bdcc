"""A miner's page as the user sees it."""

from pathlib import Path
import re
import sys

from playwright.async_api import expect
import pytest

from simulators.antminer import AntminerSimulator
from tests.harness import HomeAssistantClient, HomeAssistantProcess
from tests.harness.browser import browse, find_chromium, open_page

from .adding import add

ARTIFACTS = Path(__file__).parents[2] / ".artifacts"
CHROMIUM = find_chromium()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
async def test_device_page_shows_the_miner(
    home_assistant: HomeAssistantProcess,
    client: HomeAssistantClient,
    miner: AntminerSimulator,
) -> None:
    """The page names the miner, its readings and its hashboards."""
    assert CHROMIUM
    await add(client, miner)
    device = next(
        device["id"]
        for device in await client.command("config/device_registry/list")
        if device["name"] == "Antminer S19j Pro rack-1"
    )
    screenshot = ARTIFACTS / "device_page.png"

    async with browse(home_assistant, CHROMIUM) as page:
        await open_page(page, f"{home_assistant.url}/config/devices/device/{device}")
        try:
            for text in (
                "Antminer S19j Pro rack-1",
                "by Bitmain",
                "Hashrate",
                "Hashing",
                re.compile("Sub-devices|Child devices"),  # Until, and from 2026.11 on
                "Hashboard 1",
                "Hashboard 3",
            ):
                await expect(page.get_by_text(text).first).to_be_visible()
            rate = f"{miner.reading().rate_ghs / 1000:.2f} TH/s"
            await expect(page.get_by_text(rate).first).to_be_visible()
        finally:
            await page.screenshot(path=screenshot)
            sys.stdout.write(f"Screenshot: {screenshot}\n")
