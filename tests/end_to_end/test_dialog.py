"""A dialog whose progress ends before the browser listens for its end."""

from pathlib import Path
import sys

from playwright.async_api import expect
import pytest

from tests.harness import HomeAssistantClient, HomeAssistantProcess
from tests.harness.browser import browse, find_chromium, open_page

ARTIFACTS = Path(__file__).parents[2] / ".artifacts"
CHROMIUM = find_chromium()
NOBODY = "127.0.0.253"


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
async def test_a_scan_that_ends_at_once_goes_on(
    home_assistant: HomeAssistantProcess, client: HomeAssistantClient
) -> None:
    """An address that refuses at once leads back to the form, with the reason."""
    assert CHROMIUM
    screenshot = ARTIFACTS / "dialog.png"
    async with browse(home_assistant, CHROMIUM) as page:
        url = f"{home_assistant.url}/config/integrations/dashboard/add"
        await open_page(page, f"{url}?domain=mining_farm")
        try:
            # Home Assistant asks whether the link may start the dialog.
            await page.get_by_role("button", name="OK").click()
            await page.get_by_text("Many miners", exact=True).click()
            await page.locator("ha-form textarea").fill(NOBODY)
            await page.get_by_role("button", name="Submit").click()
            told = page.get_by_text("No miner answered at these addresses")
            await expect(told.first).to_be_visible()
        finally:
            await page.screenshot(path=screenshot)
            sys.stdout.write(f"Screenshot: {screenshot}\n")
