"""Seconds until Home Assistant's pages are drawn in a browser, with a farm of miners."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import cycle, islice
import math
from pathlib import Path
from tempfile import TemporaryDirectory
import time
from typing import NamedTuple

from playwright.async_api import Page, TimeoutError  # noqa: A004 Not that of Python

from custom_components.mining_farm.const import DOMAIN
from simulators.farm import MIX
from tests.harness import HomeAssistantProcess
from tests.harness.browser import browse, find_chromium
from tests.harness.farms import add_farm

from .fleet import Fleet
from .machine import load
from .table import figure, table

_FARM = "Site"
_SETTLING_S = 60.0
_TIMES = 3
_PATIENCE_MS = 90_000
_LIST = "ha-data-table .mdc-data-table__row"
_ENTRIES = "ha-config-entry-row"
_CARDS = "ha-device-entities-card"


class _Shown(NamedTuple):
    """A page, and what is there once it is drawn."""

    name: str
    path: str
    selector: str


def measure(miners: int) -> Iterator[str]:
    """Yield a table of pages with so many miners at farm detail."""
    chromium = find_chromium()
    if chromium is None:
        yield "Pages: not measured, there is no Chromium on this machine"
        return
    with (
        Fleet(list(islice(cycle(MIX), miners))) as fleet,
        TemporaryDirectory() as folder,
    ):
        rows, notes = asyncio.run(_measure(fleet, Path(folder), chromium))
    yield table(
        f"Pages in a browser, {miners} miners at farm detail: seconds until drawn",
        ("", "best", f"worst of {_TIMES}"),
        rows,
        [*notes, load()],
    )


async def _measure(
    fleet: Fleet, folder: Path, chromium: str
) -> tuple[list[tuple[str, ...]], list[str]]:
    async with AsyncExitStack() as running:
        console = folder / "console.log"
        home_assistant = HomeAssistantProcess(folder, console=console)
        await running.enter_async_context(home_assistant)
        client = await running.enter_async_context(home_assistant.connect())
        began = time.monotonic()
        first, last = fleet.hosts[0], fleet.hosts[-1]
        await client.run_flow(
            DOMAIN,
            {"next_step_id": "miner_many"},
            {"addresses": "\n".join(fleet.hosts), "port": fleet.port},
            {"miners": fleet.hosts, "detail": "farm"},
        )
        await client.until(
            lambda: client.entries(DOMAIN),
            lambda entries: (
                [entry["state"] for entry in entries] == ["loaded"] * len(fleet.hosts)
            ),
            timeout=1200,
        )
        added_s = time.monotonic() - began
        await add_farm(client, _FARM)
        await asyncio.sleep(_SETTLING_S)
        devices = await client.command("config/device_registry/list")
        farm = next(each["id"] for each in devices if each["name"] == _FARM)
        page = await running.enter_async_context(browse(home_assistant, chromium))
        rows: list[tuple[str, ...]] = []
        for shown in (
            _Shown("devices", "/config/devices/dashboard", _LIST),
            _Shown("entities", "/config/entities", _LIST),
            _Shown(
                "integration", f"/config/integrations/integration/{DOMAIN}", _ENTRIES
            ),
            _Shown("farm", f"/config/devices/device/{farm}", _CARDS),
        ):
            took = [await _draw(page, home_assistant.url, shown) for _ in range(_TIMES)]
            rows.append((shown.name, _seconds(min(took)), _seconds(max(took))))
        said = console.read_text(errors="replace")
    return rows, [
        (
            f"{first} to {last} added in one flow in {figure(added_s, 0)} s, "
            f"{said.count('Traceback')} tracebacks"
        ),
    ]


async def _draw(page: Page, url: str, shown: _Shown) -> float:
    """Return the seconds until a page shows what it is there for; else infinity."""
    await page.goto("about:blank")
    began = time.monotonic()
    try:
        await page.goto(f"{url}{shown.path}")
        await page.locator(shown.selector).first.wait_for(timeout=_PATIENCE_MS)
    except TimeoutError:
        return math.inf
    return time.monotonic() - began


def _seconds(took: float) -> str:
    if math.isinf(took):
        return f"over {_PATIENCE_MS // 1000}"
    return figure(took, 1)
