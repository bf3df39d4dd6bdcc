"""Changing what a wallet bids, how far it may go, and who delivers it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from tests.kinds.rig.flowing import check, labels, suggested

from .flowing import POOLS, shown, wallet_entry, without_watching

BID: dict[str, Any] = {
    "price_multiplier": "0.97",
    "worker_sizes": {"0.1": 2, "0.45": 10},
}


@pytest.fixture(autouse=True)
def _unwatched() -> Iterator[None]:
    """Let entries load and do nothing."""
    with without_watching():
        yield


async def menu_of(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Open the options."""
    if entry.state is ConfigEntryState.NOT_LOADED:
        await hass.config_entries.async_setup(entry.entry_id)
    menu = await hass.config_entries.options.async_init(entry.entry_id)
    check(menu, "options")
    return menu


async def answer(hass: HomeAssistant, form: Any, **user_input: Any) -> Any:
    """Fill in a form of the options."""
    result = await hass.config_entries.options.async_configure(
        form["flow_id"], user_input
    )
    check(result, "options")
    await hass.async_block_till_done()
    return result


async def to(hass: HomeAssistant, entry: MockConfigEntry, *steps: str) -> Any:
    """Go through menus."""
    result = await menu_of(hass, entry)
    for step in steps:
        assert step in result["menu_options"]
        result = await answer(hass, result, next_step_id=step)
    return result


async def test_ceilings(hass: HomeAssistant) -> None:
    """Both are needed; numbers are minimal decimals; the rest stays as it is."""
    entry = wallet_entry(hass, **BID)
    form = await to(hass, entry, "wallet_ceilings")
    assert suggested(form) == {}
    with pytest.raises(InvalidData):
        await answer(hass, form, price_ceiling="1")
    for price in ("1.051", "one", "0"):
        form = await answer(hass, form, price_ceiling=price, worker_ceiling=5)
        assert form["errors"] == {"price_ceiling": "wallet_price"}
        assert suggested(form) == {"price_ceiling": price, "worker_ceiling": 5}
    result = await answer(hass, form, price_ceiling="01.050", worker_ceiling=20.0)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {
        "armed": False,
        "proxy": "none",
        **BID,
        "price_ceiling": "1.05",
        "worker_ceiling": 20,
    }
    assert isinstance(entry.options["worker_ceiling"], int)
    form = await to(hass, entry, "wallet_ceilings")
    assert suggested(form) == {"price_ceiling": "1.05", "worker_ceiling": 20}


async def test_armed_stays_as_it_is(hass: HomeAssistant) -> None:
    """Also where the switch was turned while the dialog was open."""
    entry = wallet_entry(hass, price_ceiling="1", worker_ceiling=5)
    form = await to(hass, entry, "wallet_ceilings")
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "armed": True}
    )
    await answer(hass, form, price_ceiling="0.9", worker_ceiling=5)
    assert entry.options["armed"] is True
    assert entry.options["price_ceiling"] == "0.9"


async def test_another_bid(hass: HomeAssistant) -> None:
    """The present one is filled in, the new one is shown before it is stored."""
    entry = wallet_entry(hass, **BID)
    form = await to(hass, entry, "wallet_workers", "wallet_workers_form")
    assert suggested(form) == {
        "price_multiplier": "0.97",
        "worker_sizes": [{"size": 0.1, "count": 2}, {"size": 0.45, "count": 10}],
    }
    form = await answer(
        hass,
        form,
        price_multiplier=".9",
        worker_sizes=[{"size": 0.2, "count": 7}],
    )
    assert form["step_id"] == "wallet_preview"
    assert entry.options["price_multiplier"] == "0.97"
    await answer(hass, form)
    assert entry.options == {
        "armed": False,
        "proxy": "none",
        "price_multiplier": "0.9",
        "worker_sizes": {"0.2": 7},
    }


async def test_a_bid_above_the_ceilings(hass: HomeAssistant) -> None:
    """Refused until the user raises them."""
    entry = wallet_entry(hass, price_ceiling="0.9", worker_ceiling=5)
    form = await to(hass, entry, "wallet_workers", "wallet_workers_form")
    for price, count, detail in (("0.91", 5, "0.91 is above"), ("0.9", 6, "6 workers")):
        form = await answer(
            hass,
            form,
            price_multiplier=price,
            worker_sizes=[{"size": 0.1, "count": count}],
        )
        assert form["errors"] == {"base": "wallet_above_ceiling"}
        assert detail in shown(form)
    form = await answer(
        hass, form, price_multiplier="0.9", worker_sizes=[{"size": 0.1, "count": 5}]
    )
    assert form["step_id"] == "wallet_preview"


async def test_a_file_takes_the_place_of_the_table(
    hass: HomeAssistant, tmp_path: Path
) -> None:
    """And nothing the place of both."""
    path = tmp_path / "workers.toml"
    path.write_text(
        '[bittensor]\nnetwork="finney"\nnetuid=89\n'
        '[wallet]\nname="a"\nhotkey_name="b"\ndirectory="/w"\n'
        '[workers]\nprice_multiplier="1"\nhashrates=["1.37"]\n',
        encoding="utf-8",
    )
    entry = wallet_entry(hass, **BID)
    form = await to(hass, entry, "wallet_workers", "wallet_workers_file")
    form = await answer(hass, form, workers_file=str(path))
    assert "BTC,1=0.05:1,0.42:1,0.45:2" in shown(form)
    await answer(hass, form)
    assert entry.options == {
        "armed": False,
        "proxy": "none",
        "workers_file": str(path),
    }
    form = await to(hass, entry, "wallet_workers", "wallet_workers_file")
    assert suggested(form) == {"workers_file": str(path)}
    await to(hass, entry, "wallet_workers", "wallet_no_workers")
    assert entry.options == {"armed": False, "proxy": "none"}


async def test_proxy(hass: HomeAssistant, tmp_path: Path) -> None:
    """The own file is not in use by another; taken back, nothing of it is left."""
    pools = tmp_path / "pools.toml"
    pools.write_text(POOLS, encoding="utf-8")
    stored = {
        "proxy": "ihp",
        "proxy_file": str(pools),
        "proxy_sentinel": str(tmp_path / "reload"),
        "proxy_pool_name": "central-proxy",
        "proxy_from": "confirmed",
    }
    entry = wallet_entry(hass, **BID)
    form = await to(hass, entry, "wallet_proxy", "wallet_ihp")
    assert suggested(form) == {}
    entered = {key: value for key, value in stored.items() if key != "proxy"}
    await answer(hass, form, **entered)
    assert entry.options == {"armed": False, **BID, **stored}
    form = await to(hass, entry, "wallet_proxy", "wallet_ihp")
    assert suggested(form) == entered
    await answer(hass, form, **suggested(form))
    assert entry.options == {"armed": False, **BID, **stored}
    form = await to(hass, entry, "wallet_proxy", "wallet_braiins")
    assert suggested(form) == {}
    form = await answer(hass, form, proxy_file=str(pools))
    assert form["errors"] == {"base": "wallet_proxy"}
    await to(hass, entry, "wallet_proxy", "wallet_no_proxy")
    assert entry.options == {"armed": False, **BID, "proxy": "none"}


async def test_machines(hass: HomeAssistant) -> None:
    """Miners and rigs by name; one that was removed is forgotten."""
    for kind in ("miner", "rig", "container"):
        MockConfigEntry(
            domain=DOMAIN, title=f"The {kind}", data={"kind": kind}, entry_id=kind
        ).add_to_hass(hass)
    entry = wallet_entry(hass, machines=["gone", "rig"])
    form = await to(hass, entry, "wallet_machines")
    assert labels(form, "machines") == {"miner": "The miner", "rig": "The rig"}
    assert suggested(form) == {
        "machines": ["rig"],
        "lower_bid": False,
        "pause_when_lost": False,
    }
    form = await answer(
        hass, form, machines=["rig"], lower_bid=True, pause_when_lost=True
    )
    assert form["errors"] == {"pause_when_lost": "wallet_pause_or_lower"}
    await answer(hass, form, machines=["miner", "rig"], pause_when_lost=True)
    assert entry.options["machines"] == ["miner", "rig"]
    assert entry.options["pause_when_lost"] is True
    form = await to(hass, entry, "wallet_machines")
    await answer(hass, form)
    assert entry.options["machines"] == []


async def test_a_watched_address_bids_nothing(hass: HomeAssistant) -> None:
    """It has neither workers nor ceilings."""
    menu = await menu_of(hass, wallet_entry(hass, watched=True))
    assert menu["menu_options"] == ["wallet_proxy", "wallet_machines"]
