"""A wallet in a real Home Assistant: added, armed, at the end of a window, and seen."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
import sys
from typing import Any

from playwright.async_api import expect
import pytest

from simulators.clock import SystemClock
from simulators.subtensor import SubtensorSimulator
from simulators.subtensor.wallet import WalletFolder
from tests.harness import HomeAssistantClient, HomeAssistantProcess
from tests.harness.browser import browse, find_chromium, open_page
from tests.harness.client import PATIENCE_S
from tests.harness.wallets import ARMED, add_wallet, arm_wallet

from . import DOMAIN
from .test_rig_page import UNTRANSLATED

ARTIFACTS = Path(__file__).parents[2] / ".artifacts"
CHROMIUM = find_chromium()
NAME = "farm default"
EVENT = "event.farm_default_auction"
RESULT = "sensor.farm_default_last_result"
COMMITMENT = "sensor.farm_default_commitment"
OTHER_BID = "2;b;BTC,1=0.1:1"


@pytest.fixture
async def chain(loopback: None) -> AsyncIterator[SubtensorSimulator]:
    """Return a chain whose blocks come when a test says so."""
    async with SubtensorSimulator(clock=SystemClock(), block_time=None) as chain:
        yield chain


@pytest.fixture
async def wallet(chain: SubtensorSimulator, tmp_path: Path) -> dict[str, Any]:
    """Return a wallet with a key, as its folder describes itself."""
    folder = WalletFolder(chain.node.url, tmp_path)
    await folder.start()
    return folder.describe()


async def _next_window(chain: SubtensorSimulator) -> int:
    """Make the first block of the next window, and return it."""
    await chain.produce(60 - (chain.chain.head.number - 7_499_985) % 60)
    return chain.chain.head.number


async def test_wallet_shows_a_window_and_publishes_its_bid_once(
    home_assistant: HomeAssistantProcess,
    client: HomeAssistantClient,
    chain: SubtensorSimulator,
    wallet: dict[str, Any],
) -> None:
    """Added and armed as a user does; a window is an event; a bid is published once."""
    entry_id = await add_wallet(client, chain.node.url, wallet)
    (entry,) = await client.entries(DOMAIN)
    assert (entry["entry_id"], entry["title"]) == (entry_id, NAME)
    shown = await client.until(
        client.states,
        lambda states: states.get(COMMITMENT, {}).get("state") == "in_force",
    )
    assert shown[ARMED]["state"] == "off"
    await arm_wallet(client, entry_id)
    await client.until(client.states, lambda states: states[ARMED]["state"] == "on")

    start = await _next_window(chain)
    shown = await client.until(
        client.states,
        lambda states: (
            states[EVENT]["attributes"].get("window", {}).get("start") == start
        ),
    )
    event = shown[EVENT]["attributes"]
    outcome = event["event_type"].removeprefix("window_")
    assert outcome in {"won", "partly_won", "lost"}
    assert shown[RESULT]["state"] == outcome
    assert [bid["workers"] for bid in (*event["won"], *event["lost"])]
    assert event["correction"] is False

    (results,) = (await _ask(client, "get_results")).values()
    assert [each["outcome"] for each in results["results"]][-1] == outcome
    (preview,) = (await _ask(client, "preview_commitment")).values()
    assert preview["wanted"]["text"] == preview["on_chain"]
    (auction,) = (await _ask(client, "compute_auction", block=start)).values()
    assert auction["window"]["start"] == start

    assert chain.chain.counts.accepted == 0
    await chain.produce(2)
    chain.control.commit(wallet["address"], OTHER_BID)
    await chain.produce()
    await _publish(client, chain)
    published = (await client.states())[EVENT]["attributes"]
    assert published["event_type"] == "commitment_published"
    assert (chain.chain.counts.accepted, chain.chain.counts.succeeded) == (1, 1)
    if CHROMIUM is not None:
        await _see(home_assistant, client, CHROMIUM)


async def _ask(client: HomeAssistantClient, action: str, **data: Any) -> dict[str, Any]:
    """Return what an action answers, by the wallet's entry id."""
    answer = await client.command(
        "call_service",
        domain=DOMAIN,
        service=action,
        target={"entity_id": RESULT},
        service_data=data,
        return_response=True,
    )
    response: dict[str, Any] = answer["response"]
    return response


async def _publish(client: HomeAssistantClient, chain: SubtensorSimulator) -> None:
    """Have the bid published, which ends when its block is final."""
    publishing = asyncio.create_task(
        client.call_action("mining_farm.publish_commitment", entity_id=RESULT)
    )
    async with asyncio.timeout(PATIENCE_S):
        while not publishing.done():
            await chain.produce()
            await asyncio.wait((publishing,), timeout=0.5)
    publishing.result()


async def _see(
    home_assistant: HomeAssistantProcess, client: HomeAssistantClient, chromium: str
) -> None:
    """Look at the wallet's page."""
    devices = await client.command("config/device_registry/list")
    device = next(device["id"] for device in devices if device["name"] == NAME)
    screenshot = ARTIFACTS / "wallet_page.png"
    async with browse(home_assistant, chromium) as page:
        await open_page(page, f"{home_assistant.url}/config/devices/device/{device}")
        try:
            for text in (
                NAME,
                "Subnet 89",
                "Last result",
                "Workers won",
                "In force",
                "Armed",
                "Publish commitment",
            ):
                await expect(page.get_by_text(text).first).to_be_visible()
            activity = page.locator("ha-logbook")
            await expect(
                activity.get_by_text("Commitment published").first
            ).to_be_visible()
            await expect(page.get_by_text(UNTRANSLATED)).to_have_count(0)
        finally:
            await page.screenshot(path=screenshot, full_page=True)
            sys.stdout.write(f"Screenshot: {screenshot}\n")
