"""What is bid and who learns of it, when a wallet is added; and changing where it is."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from simulators.subtensor.wallet import write_hotkey
from tests.kinds.rig.flowing import answer, fields, go, labels, suggested

from .flowing import (
    ALICE,
    API_KEY,
    BOB,
    POOLS,
    PROFILE,
    Site,
    shown,
    simulated,
    wallet_entry,
)


@pytest.fixture
async def site(
    hass: HomeAssistant, tmp_path: Path, socket_enabled: None
) -> AsyncIterator[Site]:
    """Run a chain and keep a wallet directory."""
    async with simulated(hass, tmp_path) as site:
        yield site


def rows(**sizes: int) -> list[dict[str, float]]:
    """Return a table as its form sends it; `_45` is a size of 0.45."""
    return [
        {"size": float(f"0.{size.removeprefix('_')}"), "count": count}
        for size, count in sizes.items()
    ]


async def to_form(hass: HomeAssistant, site: Site) -> ConfigFlowResult:
    """Go on to the table of workers."""
    return await go(hass, await site.to_workers(), "wallet_workers_form")


async def test_workers_by_form(hass: HomeAssistant, site: Site) -> None:
    """The commitment is shown before it is stored, in minimal decimals."""
    form = await to_form(hass, site)
    table = fields(form)["worker_sizes"]["selector"]["object"]
    size = table["fields"]["size"]["selector"]["number"]
    assert (size["min"], size["max"]) == (0.05, 0.45)
    count = table["fields"]["count"]["selector"]["number"]
    assert (count["min"], count["max"]) == (1, 1000)
    form = await answer(
        hass,
        form,
        price_multiplier="0.970",
        worker_sizes=[*rows(_45=10, _1=2), {"size": 0.1, "count": 3}],
    )
    assert form["step_id"] == "wallet_preview"
    assert form["description_placeholders"] == {
        "text": "2;b;BTC,0.97=0.1:5,0.45:10",
        "bytes": "26",
        "limit": "128",
        "workers": "15",
        "hashrate": "5",
        "price": "0.97",
    }
    menu = await answer(hass, form)
    result = await go(hass, menu, "wallet_no_proxy")
    assert result["result"].options == {
        "armed": False,
        "price_multiplier": "0.97",
        "worker_sizes": {"0.1": 5, "0.45": 10},
        "proxy": "none",
    }


@pytest.mark.parametrize(
    ("price", "sizes", "refusal"),
    [
        ("1.06", rows(_1=1), ("wallet_price", "1.06 cannot win")),
        ("0", rows(_1=1), ("wallet_price", "0 cannot win")),
        ("-1", rows(_1=1), ("wallet_price", "-1 cannot win")),
        ("0,97", rows(_1=1), ("wallet_price", "not a decimal: '0,97'")),
        ("", rows(_1=1), ("wallet_price", "empty")),
        ("1", [], ("wallet_workers", "there are no workers")),
        ("1", [{"size": 0.1, "count": 1.5}], ("wallet_workers", "1.5 is no whole")),
        ("1", rows(_1=600, _2=401), ("wallet_workers", "1001 workers")),
        (
            "1",
            [{"size": 0.1001 + n / 1000, "count": 10} for n in range(20)],
            ("wallet_workers", "128 are allowed"),
        ),
    ],
)
async def test_workers_that_cannot_be_bid(
    hass: HomeAssistant, site: Site, price: str, sizes: Any, refusal: tuple[str, str]
) -> None:
    """The limit is named, what was entered stays, and the flow goes on."""
    error, detail = refusal
    form = await to_form(hass, site)
    form = await answer(hass, form, price_multiplier=price, worker_sizes=sizes)
    assert form["errors"] == {"base": error}
    assert detail in shown(form)
    assert suggested(form)["worker_sizes"] == sizes
    form = await answer(hass, form, price_multiplier="1.05", worker_sizes=rows(_05=1))
    assert form["step_id"] == "wallet_preview"


@pytest.mark.parametrize(
    "row", [{"size": 0.0499, "count": 1}, {"size": 0.451, "count": 1}, {"size": 0.1}]
)
async def test_a_row_out_of_range(
    hass: HomeAssistant, site: Site, row: dict[str, float]
) -> None:
    """The form itself refuses it, and the flow goes on."""
    form = await to_form(hass, site)
    with pytest.raises(InvalidData):
        await answer(hass, form, price_multiplier="1", worker_sizes=[row])
    form = await answer(hass, form, price_multiplier="1", worker_sizes=rows(_45=1))
    assert form["step_id"] == "wallet_preview"


async def test_workers_by_file(hass: HomeAssistant, site: Site) -> None:
    """Read now and shown; its path is stored, and nothing of what it says."""
    path = site.write_workers()
    form = await go(hass, await site.to_workers(), "wallet_workers_file")
    form = await answer(hass, form, workers_file=str(path))
    seen = form["description_placeholders"]
    assert seen is not None
    assert seen["text"] == "2;b;BTC,0.97=0.1:2,0.2:3"
    assert seen["hashrate"] == "0.8"
    menu = await answer(hass, form)
    result = await go(hass, menu, "wallet_no_proxy")
    assert result["result"].options == {
        "armed": False,
        "workers_file": str(path),
        "proxy": "none",
    }


async def test_a_workers_file_with_a_mistake(hass: HomeAssistant, site: Site) -> None:
    """The line and the reason are shown; a corrected file goes on."""
    hass.config.config_dir = str(site.folder)
    form = await go(hass, await site.to_workers(), "wallet_workers_file")
    for price, size, error, detail in (
        ("0.97", "0.46", "wallet_workers_file", "line 12: "),
        ("2", "0.2", "wallet_price", "2 cannot win"),
    ):
        site.write_workers(price, size)
        form = await answer(hass, form, workers_file="workers.toml")
        assert form["errors"] == {"base": error}
        assert detail in shown(form)
    form = await answer(hass, form, workers_file="gone.toml")
    assert "No such file" in shown(form)
    site.write_workers()
    form = await answer(hass, form, workers_file="workers.toml")
    assert form["step_id"] == "wallet_preview"


async def test_infinitehash_proxy(hass: HomeAssistant, site: Site) -> None:
    """Tried without writing; the reload file is beside it unless it is named."""
    pools = site.write("pools.toml", POOLS)
    form = await go(hass, await site.to_proxy(), "wallet_ihp")
    before = sorted(site.folder.iterdir())
    form = await answer(hass, form, proxy_file=str(pools), proxy_pool_name="somebody's")
    assert form["errors"] == {"base": "wallet_proxy"}
    assert "has no pool named" in shown(form)
    result = await answer(
        hass, form, proxy_file=str(pools), proxy_pool_name=" Central-Proxy "
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].options == {
        "armed": False,
        "proxy": "ihp",
        "proxy_file": str(pools),
        "proxy_sentinel": str(site.folder / ".reload-ihp"),
        "proxy_from": "confirmed",
        "proxy_pool_name": "Central-Proxy",
    }
    assert pools.read_text("utf-8") == POOLS
    assert sorted(site.folder.iterdir()) == before


async def test_braiins_proxy(hass: HomeAssistant, site: Site) -> None:
    """The profile needs both goals; the reload file stands beside it."""
    broken = site.write("broken.toml", PROFILE.replace("MinerDefault", "Another"))
    profile = site.write("active_profile.toml", PROFILE)
    sentinel = site.folder / "reload"
    form = await go(hass, await site.to_proxy(), "wallet_braiins")
    form = await answer(hass, form, proxy_file=str(broken))
    assert form["errors"] == {"base": "wallet_proxy"}
    assert "MinerDefaultGoal" in shown(form)
    elsewhere = site.folder / "run" / "reload"
    form = await answer(
        hass, form, proxy_file=str(profile), proxy_sentinel=str(elsewhere)
    )
    assert form["errors"] == {"base": "wallet_proxy"}
    assert "is not in the folder of active_profile.toml" in shown(form)
    result = await answer(
        hass, form, proxy_file=str(profile), proxy_sentinel=str(sentinel)
    )
    assert result["result"].options == {
        "armed": False,
        "proxy": "braiins",
        "proxy_file": str(profile),
        "proxy_sentinel": str(sentinel),
        "proxy_from": "confirmed",
    }
    assert profile.read_text("utf-8") == PROFILE
    assert not elsewhere.parent.exists()


async def test_files_of_a_proxy_that_cannot_be_used(
    hass: HomeAssistant, site: Site
) -> None:
    """Missing, no TOML, or a folder in the reload file's place."""
    site.write("odd.toml", "[[")
    site.write("pools.toml", POOLS)
    hass.config.config_dir = str(site.folder)
    form = await go(hass, await site.to_proxy(), "wallet_ihp")
    for file, sentinel, detail in (
        ("gone.toml", "", "cannot be read"),
        ("odd.toml", "", "no valid TOML"),
        ("pools.toml", "wallets", "is a folder"),
    ):
        entered = {"proxy_file": file, "proxy_sentinel": sentinel}
        form = await answer(hass, form, **entered, proxy_pool_name="central-proxy")
        assert form["errors"] == {"base": "wallet_proxy"}
        assert detail in shown(form)


async def test_two_wallets_do_not_share_a_pool(hass: HomeAssistant, site: Site) -> None:
    """They would overwrite each other; another pool of the same file is free."""
    pools = site.write("pools.toml", POOLS + '[[pools.main]]\nname = "second"\n')
    other = wallet_entry(
        hass,
        proxy="ihp",
        proxy_file=str(pools),
        proxy_sentinel="/s",
        proxy_pool_name="central-proxy",
    )
    hass.config_entries.async_update_entry(
        other, unique_id="89_other", data={**other.data, "hotkey": BOB.address}
    )
    form = await go(hass, await site.to_proxy(), "wallet_ihp")
    entered = {"proxy_file": str(pools), "proxy_pool_name": "CENTRAL-proxy"}
    form = await answer(hass, form, **entered)
    assert form["errors"] == {"base": "wallet_proxy_in_use"}
    assert other.title in shown(form)
    result = await answer(hass, form, **{**entered, "proxy_pool_name": "second"})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def reconfigure(hass: HomeAssistant, option: str, **data: Any) -> Any:
    """Begin to change one part of a wallet."""
    entry = wallet_entry(hass, watched=data.pop("watched", False))
    menu = await entry.start_reconfigure_flow(hass)
    return entry, await go(hass, menu, option)


async def test_other_endpoints(hass: HomeAssistant, site: Site) -> None:
    """Asked before they are stored; all else stays as it was."""
    entry, form = await reconfigure(hass, "wallet_endpoints")
    before = dict(entry.data)
    assert suggested(form) == {"endpoints": ["finney"]}
    site.simulator.node.refuse()
    form = await answer(hass, form, endpoints=[site.url])
    assert form["step_id"] == "wallet_endpoints"
    assert form["errors"] == {"base": "wallet_chain"}
    assert API_KEY not in shown(form)
    assert entry.data == before
    site.simulator.node.restore()
    result = await answer(hass, form, endpoints=[site.url])
    assert result["reason"] == "reconfigure_successful"
    known = {"endpoints": [site.url], "genesis": site.genesis}
    assert entry.data == {**before, **known}
    await hass.async_block_till_done()


async def test_endpoints_of_another_chain_are_refused(
    hass: HomeAssistant, site: Site
) -> None:
    """A wallet stays on the chain that it was added on."""
    entry = wallet_entry(hass)
    data = {**entry.data, "genesis": f"0x{'22' * 32}"}
    hass.config_entries.async_update_entry(entry, data=data)
    menu = await entry.start_reconfigure_flow(hass)
    form = await go(hass, menu, "wallet_endpoints")
    form = await answer(hass, form, endpoints=[site.url])
    assert form["errors"] == {"base": "wallet_chain"}
    assert "another chain" in shown(form)
    assert entry.data == data


async def test_a_hotkey_that_was_moved(hass: HomeAssistant, site: Site) -> None:
    """The same address elsewhere; another hotkey is another wallet."""
    write_hotkey(site.wallets, BOB, "farm", "another")
    write_hotkey(site.wallets, ALICE, "moved", "here")
    (site.wallets / "farm" / "hotkeys" / "default").unlink()
    entry, form = await reconfigure(hass, "wallet_directory")
    assert suggested(form) == {"wallet_directory": "/gone"}
    form = await answer(hass, form, wallet_directory=str(site.wallets))
    assert set(labels(form, "hotkey")) == {"farm/another", "moved/here"}
    assert suggested(form) == {"hotkey": "moved/here"}
    form = await answer(hass, form, hotkey="farm/another")
    assert form["errors"] == {"base": "wallet_another_hotkey"}
    result = await answer(hass, form, hotkey="moved/here")
    assert result["reason"] == "reconfigure_successful"
    assert entry.data == {
        "kind": "wallet",
        "endpoints": ["finney"],
        "netuid": 89,
        "hotkey": ALICE.address,
        "wallet_directory": str(site.wallets),
        "wallet_name": "moved",
        "hotkey_name": "here",
    }
    assert entry.unique_id == f"89_{ALICE.address}"
    await hass.async_block_till_done()


async def test_a_key_that_others_may_read_is_pointed_out(
    hass: HomeAssistant, site: Site
) -> None:
    """Where it is chosen, with what to do; it can be chosen all the same."""
    path = site.wallets / "farm" / "hotkeys" / "default"
    path.chmod(0o644)
    _, form = await reconfigure(hass, "wallet_directory")
    form = await answer(hass, form, wallet_directory=str(site.wallets))
    label = labels(form, "hotkey")["farm/default"]
    assert "Caution: users other than its owner may read it" in label
    assert "chmod 600" in label
    result = await answer(hass, form, hotkey="farm/default")
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()


async def test_a_watched_address_gets_its_key(hass: HomeAssistant, site: Site) -> None:
    """From then on it can bid, and still rehearses."""
    entry, form = await reconfigure(hass, "wallet_directory", watched=True)
    form = await answer(hass, form, wallet_directory=str(site.wallets))
    result = await answer(hass, form, hotkey="farm/default")
    assert result["reason"] == "reconfigure_successful"
    assert entry.data["hotkey_name"] == "default"
    assert entry.options["armed"] is False
    await hass.async_block_till_done()
