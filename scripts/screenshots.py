"""Take the README's screenshots: a real Home Assistant and a simulated farm."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
import sys
from tempfile import TemporaryDirectory

from playwright.async_api import Page

from simulators.antminer import AntminerSimulator
from simulators.antspace import AntspaceSimulator
from simulators.clock import SystemClock
from simulators.farm import MIX
from simulators.kasa import KasaSimulator
from simulators.pool import PoolSimulator
from simulators.subtensor import SubtensorSimulator
from simulators.subtensor.wallet import WalletFolder
from tests.harness import HomeAssistantClient, HomeAssistantProcess
from tests.harness.browser import browse, find_chromium, open_page
from tests.harness.containers import add_container
from tests.harness.rigs import POOL, Rig, add_rig
from tests.harness.wallets import add_wallet, arm_wallet

IMAGES = Path(__file__).parents[1] / "docs" / "images"
DOMAIN = "mining_farm"
NETWORK = "127.12.0"
PORT = 4028
MINERS = 12
SHOWN = "Antminer S21 rack1-02"
RIG = "rig01"
PLUG = "127.12.2.1"
CONTAINER = "North"
CONTAINER_AT = "127.12.3.1"
WALLET = "farm default"
WINNING_PRICE = "0.85"
EXPANDED = "ha-config-entry-row .expand-button"
POLLS_S = 65
"""Long enough for a history to be seen."""


def _fleet() -> list[AntminerSimulator]:
    return [
        AntminerSimulator(
            MIX[(number - 1) % len(MIX)],
            f"{NETWORK}.{number}",
            PORT,
            seed=number,
            worker=f"farm.rack{(number - 1) // 6 + 1}-{number:02}",
        )
        for number in range(1, MINERS + 1)
    ]


async def _save(page: Page, name: str) -> None:
    """Save what is seen once nothing moves and nothing is pointed at."""
    await page.mouse.move(0, 0)
    await page.wait_for_timeout(1500)
    await page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")
    print(IMAGES / f"{name}.png")


async def _add_many(page: Page, url: str) -> None:
    """Add all miners by hand, with a picture of what is asked of them."""
    await open_page(page, f"{url}/config/integrations/dashboard/add?domain={DOMAIN}")
    await page.get_by_role("button", name="OK").click()
    await page.get_by_text("Many miners", exact=True).click()
    await page.locator("textarea").fill(f"{NETWORK}.1-{MINERS}")
    await page.get_by_role("button", name="Submit").click()
    await page.get_by_text("Miners found", exact=True).wait_for()
    standard = page.get_by_text("Standard: the miner and its hashboards")
    everything = page.get_by_text("Everything: all entities are enabled")
    await everything.scroll_into_view_if_needed()
    await _save(page, "add_many")
    await standard.click()
    await page.get_by_role("button", name="Submit").click()


async def _add_rig(client: HomeAssistantClient, pool_url: str) -> None:
    """Add a rig that works and was restarted once, some history ago."""
    miners = await client.entries(DOMAIN)
    (miner,) = [entry for entry in miners if entry["title"] == SHOWN]
    rig = Rig(
        worker=RIG,
        pool_url=pool_url,
        plug=PLUG,
        armed=True,
        on_delay=1,
        miner_entry=miner["entry_id"],
    )
    await add_rig(client, rig)
    state = f"sensor.{RIG}_state"
    await client.until(
        client.states, lambda states: states.get(state, {}).get("state") == "online"
    )
    await client.call_action(f"{DOMAIN}.power_cycle", entity_id=state)


async def _add_container(
    client: HomeAssistantClient, container: AntspaceSimulator
) -> None:
    """Add a container that begins to leak, some history ago."""
    await add_container(client, container, CONTAINER, controls=True)
    status = f"sensor.{CONTAINER.lower()}_status"
    await client.until(client.states, lambda states: status in states)
    container.leak()


async def _add_wallet(
    client: HomeAssistantClient, chain: SubtensorSimulator, folder: Path
) -> None:
    """Add an armed wallet whose bid counts from the next window on."""
    wallet = WalletFolder(chain.node.url, folder)
    await wallet.start()
    entry_id = await add_wallet(
        client, chain.node.url, wallet.describe(), WINNING_PRICE
    )
    await arm_wallet(client, entry_id)
    commitment = f"sensor.{WALLET.replace(' ', '_')}_commitment"
    while (await client.states()).get(commitment, {}).get("state") != "in_force":
        await chain.produce()
        await asyncio.sleep(1)
    await chain.produce(60)


async def _device_id(client: HomeAssistantClient, name: str) -> str:
    devices: list[dict[str, str]] = await client.command("config/device_registry/list")
    return next(device["id"] for device in devices if device["name"] == name)


async def main() -> None:
    """Take all of them."""
    chromium = find_chromium() or sys.exit("There is no Chromium on this machine.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as running:
        for miner in _fleet():
            await running.enter_async_context(miner)
        await running.enter_async_context(KasaSimulator("hs300", PLUG))
        pools = await running.enter_async_context(PoolSimulator([RIG], dialects=[POOL]))
        container = await running.enter_async_context(
            AntspaceSimulator("hk3", CONTAINER_AT, faithful=False)
        )
        chain = await running.enter_async_context(
            SubtensorSimulator(clock=SystemClock())
        )
        folder = Path(running.enter_context(TemporaryDirectory()))
        home_assistant = HomeAssistantProcess(folder, console=folder / "console.log")
        await running.enter_async_context(home_assistant)
        client = await running.enter_async_context(home_assistant.connect())
        page = await running.enter_async_context(browse(home_assistant, chromium))
        url = home_assistant.url

        await _add_many(page, url)
        await client.until(
            lambda: client.entries(DOMAIN), lambda entries: len(entries) == MINERS
        )
        await _add_rig(client, pools.url(POOL))
        await _add_container(client, container)
        wallets = Path(running.enter_context(TemporaryDirectory()))
        await _add_wallet(client, chain, wallets)
        await asyncio.sleep(POLLS_S)
        await open_page(page, f"{url}/config/integrations/integration/{DOMAIN}")
        await page.locator(EXPANDED).evaluate_all(
            "buttons => buttons.forEach(button => button.click())"
        )
        await _save(page, "integration")
        for image, name in (
            ("device", SHOWN),
            ("rig", RIG),
            ("container", CONTAINER),
            ("wallet", WALLET),
        ):
            device = await _device_id(client, name)
            await open_page(page, f"{url}/config/devices/device/{device}")
            await _save(page, image)


if __name__ == "__main__":
    asyncio.run(main())
