"""Seconds until Home Assistant's pages are drawn in a browser, with a farm of miners.

The same pages with as many entries of an integration that does nothing, but for states that
change as often, show what of it is the frontend's own.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from itertools import cycle, islice
import math
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
import time
from typing import NamedTuple

from playwright.async_api import Page, TimeoutError  # noqa: A004 Not that of Python
import psutil  # type: ignore[import-untyped]

from custom_components.mining_farm.const import DOMAIN
from simulators.farm import MIX
from tests.harness import HomeAssistantClient, HomeAssistantProcess
from tests.harness.browser import browse, find_chromium
from tests.harness.farms import add_farm
from tests.harness.folder import store

from .fleet import Fleet
from .integrations import idle
from .machine import load
from .table import figure, table

_FARM = "Site"
_IDLE = "idle"
"""An integration that does nothing: what its pages take is the frontend's own."""
_SETTLING_S = 60.0
_TIMES = 3
_PATIENCE_MS = 120_000
_LIST = "ha-data-table .mdc-data-table__row"
_ENTRIES = "ha-config-entry-row"
_CARDS = "ha-device-entities-card"
_RENDERER = "--type=renderer"
"""Argument of Chromium's processes that draw pages."""
_HEADER = ("best", f"worst of {_TIMES}", "CPU")
_SEEN = datetime(2026, 1, 1, tzinfo=UTC).isoformat()


class _Shown(NamedTuple):
    """A page, and what is there once it is drawn."""

    name: str
    path: str
    selector: str


class _Drawing(NamedTuple):
    """What it took until a page was drawn, in s; infinite where it was given up."""

    seconds: float
    cpu_s: float
    """Of the page's own process, whatever else the machine did."""


type _Took = dict[str, list[_Drawing]]
"""By the name of a page, each time."""


def measure(miners: int) -> Iterator[str]:
    """Yield a table of pages with so many miners at farm detail, beside idle entries."""
    chromium = find_chromium()
    if chromium is None:
        yield "Pages: not measured, there is no Chromium on this machine"
        return
    with (
        Fleet(list(islice(cycle(MIX), miners))) as fleet,
        TemporaryDirectory() as folder,
    ):
        ours, note = asyncio.run(_measure_miners(fleet, Path(folder), chromium))
    with TemporaryDirectory() as folder:
        idle = asyncio.run(_measure_idle(miners, Path(folder), chromium))
    yield table(
        f"Pages in a browser, {miners} miners at farm detail: seconds until drawn",
        ("", *_HEADER, *(f"{each}, idle" for each in _HEADER)),
        ((name, *_cells(took), *_cells(idle.get(name))) for name, took in ours.items()),
        [
            note,
            "CPU: of the page's own process, median",
            "idle entries: six sensors each, whose states change as often, and no more",
            load(),
        ],
    )


async def _measure_miners(
    fleet: Fleet, folder: Path, chromium: str
) -> tuple[_Took, str]:
    async with AsyncExitStack() as running:
        console = folder / "console.log"
        home_assistant = HomeAssistantProcess(folder, console=console)
        await running.enter_async_context(home_assistant)
        client = await running.enter_async_context(home_assistant.connect())
        began = time.monotonic()
        await client.run_flow(
            DOMAIN,
            {"next_step_id": "miner_many"},
            {"addresses": "\n".join(fleet.hosts), "port": fleet.port},
            {"miners": fleet.hosts, "detail": "farm"},
        )
        await _until_loaded(client, DOMAIN, len(fleet.hosts))
        added_s = time.monotonic() - began
        await add_farm(client, _FARM)
        await asyncio.sleep(_SETTLING_S)
        devices = await client.command("config/device_registry/list")
        farm = next(each["id"] for each in devices if each["name"] == _FARM)
        page = await running.enter_async_context(browse(home_assistant, chromium))
        pages = (
            *_pages(DOMAIN),
            _Shown("farm", f"/config/devices/device/{farm}", _CARDS),
        )
        took = await _draw_all(page, home_assistant.url, pages)
        tracebacks = console.read_text(errors="replace").count("Traceback")
    return took, f"added in one flow in {figure(added_s, 0)} s, {tracebacks} tracebacks"


async def _measure_idle(count: int, folder: Path, chromium: str) -> _Took:
    _store_idle_entries(folder, count)
    async with AsyncExitStack() as running:
        console = folder / "console.log"
        home_assistant = HomeAssistantProcess(folder, console=console)
        await running.enter_async_context(home_assistant)
        client = await running.enter_async_context(home_assistant.connect())
        await _until_loaded(client, _IDLE, count)
        await asyncio.sleep(_SETTLING_S)
        page = await running.enter_async_context(browse(home_assistant, chromium))
        return await _draw_all(page, home_assistant.url, _pages(_IDLE))


def _pages(domain: str) -> tuple[_Shown, ...]:
    integration = f"/config/integrations/integration/{domain}"
    return (
        _Shown("devices", "/config/devices/dashboard", _LIST),
        _Shown("entities", "/config/entities", _LIST),
        _Shown("integration", integration, _ENTRIES),
    )


def _store_idle_entries(folder: Path, count: int) -> None:
    """Write the entries as Home Assistant stores them, and link their integration."""
    integrations = folder / "integrations"
    integrations.mkdir()
    # Without it Python would look on, and find those of the repository.
    (integrations / "__init__.py").touch()
    (integrations / _IDLE).symlink_to(Path(idle.__file__).parent)
    (folder / "custom_components").symlink_to(integrations)
    entries: list[dict[str, object]] = [
        {
            "created_at": _SEEN,
            "data": {},
            "disabled_by": None,
            "discovery_keys": {},
            "domain": _IDLE,
            "entry_id": f"idle{number:028}",
            "minor_version": 1,
            "modified_at": _SEEN,
            "options": {},
            "pref_disable_new_entities": False,
            "pref_disable_polling": False,
            "source": "user",
            "subentries": [],
            "title": f"Idle {number}",
            "unique_id": None,
            "version": 1,
        }
        for number in range(count)
    ]
    store(
        folder / ".storage" / "core.config_entries",
        version=(1, 5),
        data={"entries": entries},
    )


async def _until_loaded(client: HomeAssistantClient, domain: str, count: int) -> None:
    await client.until(
        lambda: client.entries(domain),
        lambda entries: [entry["state"] for entry in entries] == ["loaded"] * count,
        timeout=1200,
    )


async def _draw_all(page: Page, url: str, pages: Sequence[_Shown]) -> _Took:
    return {
        shown.name: [await _draw(page, url, shown) for _ in range(_TIMES)]
        for shown in pages
    }


async def _draw(page: Page, url: str, shown: _Shown) -> _Drawing:
    """Draw a page until it shows what it is there for."""
    await page.goto("about:blank")
    began, cpu_s = time.monotonic(), _cpu_s()
    try:
        await page.goto(f"{url}{shown.path}")
        await page.locator(shown.selector).first.wait_for(timeout=_PATIENCE_MS)
    except TimeoutError:
        return _Drawing(math.inf, math.inf)
    return _Drawing(time.monotonic() - began, _cpu_s() - cpu_s)


def _cpu_s() -> float:
    """Return the CPU time of the processes that draw pages."""
    used = 0.0
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if _RENDERER in process.cmdline():
                times = process.cpu_times()
                used += times.user + times.system
    return used


def _cells(took: Sequence[_Drawing] | None) -> tuple[str, str, str]:
    """Return the best and the worst time, and the median CPU time."""
    if took is None:
        return ("-", "-", "-")
    seconds, cpu_s = zip(*took, strict=True)
    return (_seconds(min(seconds)), _seconds(max(seconds)), _seconds(median(cpu_s)))


def _seconds(took: float) -> str:
    if math.isinf(took):
        return f"over {_PATIENCE_MS // 1000}"
    return figure(took, 1)
