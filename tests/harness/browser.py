"""Home Assistant's pages in a headless Chromium, as the user sees them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
import shutil
import time

from playwright.async_api import Page, Route, async_playwright, expect

from .client import PATIENCE_S
from .process import HomeAssistantProcess

WIDTH = 1280
HEIGHT = 800
_LOADING = "#ha-launch-screen"
_PATIENCE_MS = PATIENCE_S * 1000
_YEAR_MS = 365 * 86_400_000


def find_chromium() -> str | None:
    """Return the path of a Chromium or Chrome on this machine."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@asynccontextmanager
async def browse(
    home_assistant: HomeAssistantProcess, chromium: str
) -> AsyncIterator[Page]:
    """Yield a page of a browser in which the user is logged in."""

    async def stay_at_home(route: Route) -> None:
        if route.request.url.startswith((home_assistant.url, "data:", "blob:")):
            await route.continue_()
        else:
            await route.abort()

    expect.set_options(timeout=_PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        context = await browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT},
            # A worker would answer the second page from its cache.
            service_workers="block",
            locale="en-GB",
            timezone_id="UTC",
        )
        context.set_default_timeout(_PATIENCE_MS)
        await context.add_init_script(_logged_in(home_assistant))
        await context.route("**/*", stay_at_home)
        yield await context.new_page()
        await browser.close()


async def open_page(page: Page, url: str) -> None:
    """Open a page of Home Assistant and wait until it is drawn."""
    await page.goto(url)
    await page.wait_for_selector(_LOADING, state="detached")
    await page.wait_for_load_state("networkidle")


def _logged_in(home_assistant: HomeAssistantProcess) -> str:
    """Return the script that gives a page what a login would leave."""
    tokens = {
        "access_token": home_assistant.token,
        "token_type": "Bearer",
        "expires_in": 1800,
        "expires": int(time.time() * 1000) + _YEAR_MS,
        "refresh_token": "",
        "hassUrl": home_assistant.url,
        "clientId": f"{home_assistant.url}/",
    }
    return f"localStorage.hassTokens = {json.dumps(json.dumps(tokens))}"
