"""Several prices: filled in, capped, published, and told apart in the results."""

from collections.abc import Iterator
from pathlib import Path
import tomllib
from typing import Any

import pytest

from custom_components.mining_farm.kinds.wallet import const
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from tests.kinds.rig.flowing import suggested

from .conftest import ARMED, WINDOW, Site, blocks
from .flowing import shown, wallet_entry, without_watching
from .test_wallet_options import answer, to

ROWS: list[dict[str, Any]] = [
    {"size": 0.1, "count": 2},
    {"size": 0.2, "count": 1, "price_multiplier": ".90", "pool": "site-a"},
    {"size": 0.45, "count": 3, "price_multiplier": "0.9", "pool": "site-a"},
]
SETS: list[dict[str, Any]] = [
    {"price_multiplier": "0.97", "worker_sizes": {"0.1": 2}},
    {
        "price_multiplier": "0.9",
        "worker_sizes": {"0.2": 1, "0.45": 3},
        "pool": "site-a",
    },
]
POOLS = """\
[[pools.main]]
name = "central-proxy"

[[pools.main]]
name = "site-a"
"""


@pytest.fixture
def unwatched() -> Iterator[None]:
    """Let entries load and do nothing."""
    with without_watching():
        yield


@pytest.mark.usefixtures("unwatched")
async def test_rows_with_prices_of_their_own(hass: HomeAssistant) -> None:
    """Rows of one price are a set; all stand in one commitment, and come back."""
    entry = wallet_entry(hass, price_multiplier="1", worker_sizes={"0.3": 1})
    form = await to(hass, entry, "wallet_workers", "wallet_workers_form")
    form = await answer(hass, form, price_multiplier="0.97", worker_sizes=ROWS)
    assert "2;b;BTC,0.9=0.2:1,0.45:3;BTC,0.97=0.1:2" in shown(form)
    await answer(hass, form)
    assert entry.options == {"armed": False, "proxy": "none", "worker_sets": SETS}
    form = await to(hass, entry, "wallet_workers", "wallet_workers_form")
    rows = suggested(form)["worker_sizes"]
    form = await answer(hass, form, price_multiplier="0.97", worker_sizes=rows)
    await answer(hass, form)
    assert entry.options["worker_sets"] == SETS
    form = await to(hass, entry, "wallet_workers", "wallet_workers_form")
    form = await answer(hass, form, price_multiplier="0.97", worker_sizes=ROWS[:1])
    await answer(hass, form)
    assert entry.options == {
        "armed": False,
        "proxy": "none",
        "price_multiplier": "0.97",
        "worker_sizes": {"0.1": 2},
    }


@pytest.mark.usefixtures("unwatched")
async def test_rows_that_are_refused(hass: HomeAssistant, tmp_path: Path) -> None:
    """With the reason; a pool that the proxy's file lacks as well."""
    (tmp_path / "pools.toml").write_text(POOLS.replace("site-a", "b"))
    entry = wallet_entry(
        hass,
        price_ceiling="0.95",
        worker_ceiling=6,
        proxy="ihp",
        proxy_file=str(tmp_path / "pools.toml"),
        proxy_sentinel=str(tmp_path / ".reload-ihp"),
    )
    form = await to(hass, entry, "wallet_workers", "wallet_workers_form")
    for price, rows, error, detail in (
        ("0.9", [{**ROWS[0], "price_multiplier": "2"}], "wallet_price", "2 cannot win"),
        ("0.9", [*ROWS[1:], {"size": 0.1, "count": 1}], "wallet_workers", "pools"),
        ("0.97", ROWS, "wallet_above_ceiling", "0.97 is above"),
        ("0.95", [*ROWS, ROWS[0]], "wallet_above_ceiling", "8 workers"),
        ("0.95", ROWS, "wallet_proxy", "site-a"),
    ):
        form = await answer(hass, form, price_multiplier=price, worker_sizes=rows)
        assert form["errors"] == {"base": error}
        assert detail in shown(form)
    (tmp_path / "pools.toml").write_text(POOLS)
    form = await answer(hass, form, price_multiplier="0.95", worker_sizes=ROWS)
    assert form["step_id"] == "wallet_preview"


async def test_sets_are_published_won_and_routed(site: Site, tmp_path: Path) -> None:
    """In one extrinsic; the cheap set wins, and its hashrate goes to its own pool."""
    pools = tmp_path / "pools.toml"
    pools.write_text(POOLS)
    sets = [
        {"price_multiplier": "1.05", "worker_sizes": {"0.1": 2}},
        {"price_multiplier": "0.5", "worker_sizes": {"0.2": 1}, "pool": "site-a"},
    ]
    entry = site.entry(
        **{
            **ARMED,
            const.CONF_SETS: sets,
            const.CONF_PROXY: const.PROXY_IHP,
            const.CONF_PROXY_FILE: str(pools),
            const.CONF_PROXY_SENTINEL: str(tmp_path / ".reload-ihp"),
        }
    )
    await site.load(entry)
    async with blocks(site):
        await site.until(lambda: site.state("sensor.wallet_commitment") == "in_force")
    assert site.sent == 1
    head = site.simulator.chain.head.number
    window = WINDOW + 60 * ((head - WINDOW) // 60 + 1)
    await site.to_block(window)
    await site.until(
        lambda: (
            site.get("sensor.wallet_last_result").attributes.get("start_block")
            == window
        )
    )
    listed = site.get("sensor.wallet_last_result").attributes["sets"]
    assert [(one["price"], one["workers_won"]) for one in listed] == [
        ("0.5", 1),
        ("1.05", 0),
    ]
    await site.until(lambda: "200TH/s" in pools.read_text())
    main = tomllib.loads(pools.read_text())["pools"]["main"]
    assert {one["name"]: one["target_hashrate"] for one in main} == {
        "central-proxy": "0TH/s",
        "site-a": "200TH/s",
    }
    assert not ir.async_get(site.hass).async_get_issue(
        "mining_farm", "wallet_routing_wallet"
    )
