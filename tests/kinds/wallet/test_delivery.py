"""What was won goes to the proxy, and is compared with what the machines deliver."""

from asyncio import Handle, Task
from functools import partial
import gc
from pathlib import Path
import re
import threading
import time
import tomllib

import pytest

from custom_components.mining_farm.common.members import Member, RigFacts, async_members
from custom_components.mining_farm.kinds.wallet import const
from homeassistant.config_entries import ConfigEntry
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import issue_registry as ir
from simulators.subtensor import ALICE

from .conftest import HELD_BID, NEXT_WINDOW, WINDOW, Site

POOLS = """\
[pools.backup]
name = "backup"

[[pools.main]]
name = "central-proxy" # ours
weight = 1
"""
WINNING = "2;b;BTC,0.5=0.1:2,0.2:3"


async def test_the_proxy_follows(site: Site, tmp_path: Path) -> None:
    """Won hashrate is in the file; one that is missing raises an issue, which goes with it."""
    pools, sentinel = tmp_path / "pools.toml", tmp_path / "reload"
    issues = ir.async_get(site.hass)
    await site.add(
        proxy=const.PROXY_IHP,
        proxy_file=str(pools),
        proxy_sentinel=str(sentinel),
        proxy_pool_name="central-proxy",
    )
    await site.until(
        lambda: issues.async_get_issue("mining_farm", "wallet_routing_wallet")
    )
    pools.write_text(POOLS)
    site.simulator.control.commit(ALICE.address, WINNING)
    entry = site.hass.config_entries.async_get_entry("wallet")
    assert entry is not None
    await site.to_block(WINDOW)
    await site.until(lambda: site.wallet(entry).data.result.window.start == WINDOW)
    # The next try comes a minute later, which is a task's own sleep: reload instead.
    await site.hass.config_entries.async_reload("wallet")
    await site.until(lambda: "target_hashrate" in pools.read_text())
    await site.until(
        lambda: not issues.async_get_issue("mining_farm", "wallet_routing_wallet")
    )
    (main,) = tomllib.loads(pools.read_text())["pools"]["main"]
    assert main["target_hashrate"] == "800TH/s"
    assert "weight" not in main
    assert "# ours" in pools.read_text()
    assert sentinel.exists()


async def test_a_proxy_that_is_given_up(site: Site, tmp_path: Path) -> None:
    """The issue of its file goes with it."""
    issues = ir.async_get(site.hass)
    entry = await site.add(
        proxy=const.PROXY_BRAIINS,
        proxy_file=str(tmp_path / "profile.toml"),
        proxy_sentinel=str(tmp_path / "reload"),
    )
    await site.until(
        lambda: issues.async_get_issue("mining_farm", "wallet_routing_wallet")
    )
    site.hass.config_entries.async_update_entry(
        entry, options={const.CONF_PROXY: const.PROXY_NONE}
    )
    await site.hass.config_entries.async_reload("wallet")
    assert not issues.async_get_issue("mining_farm", "wallet_routing_wallet")


async def test_promised_and_delivered(site: Site) -> None:
    """Short as soon as the machines no longer do nine tenths; unknown is not short."""
    rates: dict[str, RigFacts] = {
        "a": RigFacts(seen=True, hashrate=0.5e15),
        "b": RigFacts(seen=True, hashrate=0.3e15),
    }
    for name in rates:
        async_members(site.hass).add(
            Member(entry_id=name, name=name, facts=partial(rates.__getitem__, name))
        )
    site.simulator.control.commit(ALICE.address, WINNING)
    await site.to_block(WINDOW)
    entry = await site.add(machines=["a", "b"])
    assert float(site.state("sensor.wallet_hashrate_won")) == pytest.approx(0.8)
    assert float(site.state("sensor.wallet_hashrate_delivered")) == pytest.approx(0.8)
    assert site.state("binary_sensor.wallet_under_delivery") == "off"
    rates["b"] = RigFacts(seen=True, hashrate=None)
    await site.poll(entry)
    assert float(site.state("sensor.wallet_hashrate_delivered")) == pytest.approx(0.5)
    assert site.state("binary_sensor.wallet_under_delivery") == "on"
    rates["b"] = RigFacts(seen=False, hashrate=None)
    await site.poll(entry)
    assert site.state("sensor.wallet_hashrate_delivered") == "unknown"
    assert site.state("binary_sensor.wallet_under_delivery") == "unknown"


async def test_actions_need_a_wallet(site: Site) -> None:
    """Aimed at nothing that is a wallet, an action says so."""
    await site.add()
    with pytest.raises(ServiceValidationError, match="wallet"):
        await site.hass.services.async_call(
            "mining_farm",
            "publish_commitment",
            {"entity_id": "sensor.absent"},
            blocking=True,
        )


async def test_the_loop_never_stalls(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No step of start or window takes Home Assistant's loop longer than 20 ms."""
    steps: list[tuple[float, str]] = []
    original = Handle._run  # noqa: SLF001 Every step of the loop

    def measured(handle: Handle) -> None:
        began = time.clock_gettime_ns(time.CLOCK_THREAD_CPUTIME_ID)
        original(handle)
        took = time.clock_gettime_ns(time.CLOCK_THREAD_CPUTIME_ID) - began
        if threading.current_thread() is threading.main_thread():
            steps.append((took / 1e6, _whose(handle)))

    # Imports and platforms are Home Assistant's, once; what is measured comes after.
    entry = await site.add(**HELD_BID)
    await site.to_block(WINDOW - 1)
    with monkeypatch.context() as patched:
        patched.setattr(Handle, "_run", measured)
        await site.hass.config_entries.async_reload(entry.entry_id)
        await site.until(lambda: site.wallet(entry).data is not None)
        for start in (WINDOW, NEXT_WINDOW):
            await site.to_block(start)
            await site.until(partial(_is_held, site, entry, start))
            await site.poll(entry)
    assert len(steps) > 100
    # The simulated chain lives in the same loop, and has blocks to make.
    ours = [
        step for step in steps if not re.search("simulators|aiohttp|tests", step[1])
    ]
    assert max(ours) < (20, "")


def _whose(handle: Handle) -> str:
    """Return the file of the task that a step belongs to; empty where it has none."""
    callback = getattr(handle, "_callback")  # noqa: B009
    around = [getattr(callback, "__self__", None), *gc.get_referents(callback)]
    for task in around:
        if isinstance(task, Task):
            code = getattr(task.get_coro(), "cr_code", None)
            return "" if code is None else str(code.co_filename)
    return ""


def _is_held(site: Site, entry: ConfigEntry, start: int) -> bool:
    result = site.wallet(entry).data.result
    return result is not None and result.window.start == start
