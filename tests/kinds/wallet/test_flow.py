"""Adding a wallet: the chain that is asked, and whose bids are followed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
import subprocess
import sys
import threading

import pytest

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.kinds.wallet.flow import checks as flow_checks
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from simulators.subtensor.wallet import write_hotkey
from tests.kinds.rig.flowing import answer, choose, fields, go, labels, suggested

from .flowing import (
    ALICE,
    API_KEY,
    BOB,
    Site,
    address_of,
    shown,
    simulated,
    wallet_entry,
)

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
async def site(
    hass: HomeAssistant, tmp_path: Path, socket_enabled: None
) -> AsyncIterator[Site]:
    """Run a chain and keep a wallet directory."""
    async with simulated(hass, tmp_path) as site:
        yield site


async def test_sign_with_a_hotkey(hass: HomeAssistant, site: Site) -> None:
    """Found, shown with uid and stake, stored without any secret, and rehearsing."""
    form = await site.to_hotkey()
    uid = next(
        uid
        for uid, address in site.simulator.control.describe()["members"].items()
        if address == ALICE.address
    )
    short = f"{ALICE.address[:6]}…{ALICE.address[-4:]}"
    assert labels(form, "hotkey") == {
        "farm/default": f"farm / default ({short}), uid {uid}"
    }
    assert suggested(form) == {"hotkey": "farm/default"}
    form = await answer(hass, form, hotkey="farm/default")
    seen = form["description_placeholders"]
    assert seen is not None
    own = site.simulator.chain.head.state.neurons[uid]
    assert seen["address"] == ALICE.address
    assert seen["uid"] == str(uid)
    assert seen["stake"] == f"{own.stake_rao / 10**9:,.4f}"
    assert seen["endpoint"] == site.simulator.node.url
    assert seen["block"] == f"{site.simulator.chain.head.number:,}"
    menu = await answer(hass, form)
    menu = await go(hass, menu, "wallet_no_workers")
    result = await go(hass, menu, "wallet_no_proxy")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert entry.title == "farm default"
    assert entry.unique_id == f"89_{ALICE.address}"
    assert entry.data == {
        "kind": "wallet",
        "endpoints": [site.url],
        "netuid": 89,
        "genesis": site.genesis,
        "hotkey": ALICE.address,
        "wallet_directory": str(site.wallets),
        "wallet_name": "farm",
        "hotkey_name": "default",
    }
    assert entry.options == {"armed": False, "proxy": "none"}
    assert ALICE.seed.hex() not in str(entry.as_dict())


async def test_watch_an_address(hass: HomeAssistant, site: Site) -> None:
    """No key, and nothing about workers; another member is shown with its uid."""
    address = address_of(site, 3)
    form = await go(hass, await site.to_key(), "wallet_address")
    form = await answer(hass, form, hotkey=f" {address} ")
    assert form["step_id"] == "wallet_confirm"
    menu = await answer(hass, form)
    assert menu["step_id"] == "wallet_proxy"
    result = await go(hass, menu, "wallet_no_proxy")
    assert result["title"] == f"{address[:6]}…{address[-4:]}"
    assert result["result"].data == {
        "kind": "wallet",
        "endpoints": [site.url],
        "netuid": 89,
        "genesis": site.genesis,
        "hotkey": address,
    }


async def test_an_address_that_is_no_member(hass: HomeAssistant, site: Site) -> None:
    """Only watched where the user says that it is right."""
    form = await go(hass, await site.to_key(), "wallet_address")
    form = await answer(hass, form, hotkey=BOB.address)
    assert form["step_id"] == "wallet_stranger"
    form = await answer(hass, form, save_anyway=False)
    assert form["errors"] == {"base": "wallet_stranger"}
    menu = await answer(hass, form, save_anyway=True)
    result = await go(hass, menu, "wallet_no_proxy")
    assert result["result"].unique_id == f"89_{BOB.address}"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (ALICE.address[:-1] + "Z", "checksum"),
        ("5", "too short"),
        ("alice", "holds no 'l'"),
        ("1FRMM8PEiWXYax7rpS6X4XZX1aAAxSWx1CrKTyrVYhV24fg", "another network"),
    ],
)
async def test_no_address(
    hass: HomeAssistant, site: Site, address: str, reason: str
) -> None:
    """What is wrong with it is said, and the flow goes on."""
    form = await go(hass, await site.to_key(), "wallet_address")
    form = await answer(hass, form, hotkey=address)
    assert form["errors"] == {"base": "wallet_address"}
    assert reason in shown(form)
    form = await answer(hass, form, hotkey=ALICE.address)
    assert form["step_id"] == "wallet_confirm"


async def test_hotkeys_that_cannot_bid(hass: HomeAssistant, site: Site) -> None:
    """Listed with what to do, refused when picked; another one can be picked then."""
    write_hotkey(site.wallets, BOB, "farm", "new")
    (site.wallets / "farm" / "hotkeys" / "locked").write_bytes(b"$NACL\x00\x01")
    form = await site.to_hotkey()
    listed = labels(form, "hotkey")
    assert set(listed) == {"farm/default", "farm/locked", "farm/new"}
    assert "encrypted" in listed["farm/locked"]
    assert "--no-use-password" in listed["farm/locked"]
    assert "not registered" in listed["farm/new"]
    assert suggested(form) == {"hotkey": "farm/default"}
    form = await answer(hass, form, hotkey="farm/locked")
    assert form["errors"] == {"base": "wallet_hotkey_unusable"}
    assert "--no-use-password" in shown(form)
    form = await answer(hass, form, hotkey="farm/new")
    assert form["errors"] == {"base": "wallet_not_registered"}
    assert BOB.address in shown(form)
    form = await answer(hass, form, hotkey="farm/default")
    assert form["step_id"] == "wallet_confirm"


async def test_no_secret_is_shown(hass: HomeAssistant, site: Site) -> None:
    """Neither of the key nor of the endpoint's URL."""
    form = await site.to_hotkey()
    said = shown(form) + str(fields(form))
    form = await answer(hass, form, hotkey="farm/default")
    said += shown(form) + str(fields(form))
    assert ALICE.seed.hex() not in said
    assert ALICE.pair[1].hex() not in said
    assert API_KEY not in said


async def test_a_directory_without_hotkeys(hass: HomeAssistant, site: Site) -> None:
    """Missing, a file, or empty: said, and asked again."""
    empty = site.folder / "empty"
    empty.mkdir()
    file = site.write("file", "")
    form = await go(hass, await site.to_key(), "wallet_directory")
    for directory, error, reason in (
        (site.folder / "gone", "wallet_directory", "does not exist"),
        (file, "wallet_directory", "is no directory"),
        (empty, "wallet_no_hotkeys", ""),
    ):
        form = await answer(hass, form, wallet_directory=str(directory))
        assert form["errors"] == {"base": error}
        assert reason in shown(form)
        assert suggested(form) == {"wallet_directory": str(directory)}


async def test_where_wallets_are_is_proposed(
    hass: HomeAssistant, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Bittensor's tools have them; else below the configuration folder."""
    monkeypatch.setenv("HOME", str(site.folder))
    menu = await site.to_key()
    form = await go(hass, menu, "wallet_directory")
    assert suggested(form) == {
        "wallet_directory": hass.config.path("bittensor", "wallets")
    }
    (site.folder / ".bittensor").mkdir()
    site.wallets.rename(site.folder / ".bittensor" / "wallets")
    form = await go(hass, await site.to_key(), "wallet_directory")
    assert suggested(form) == {"wallet_directory": "~/.bittensor/wallets"}
    form = await answer(hass, form, **suggested(form))
    assert list(labels(form, "hotkey")) == ["farm/default"]


async def test_a_path_below_the_configuration(hass: HomeAssistant, site: Site) -> None:
    """A relative path is one of those."""
    hass.config.config_dir = str(site.folder)
    form = await go(hass, await site.to_key(), "wallet_directory")
    form = await answer(hass, form, wallet_directory="wallets")
    assert list(labels(form, "hotkey")) == ["farm/default"]


async def test_the_same_wallet_twice(hass: HomeAssistant, site: Site) -> None:
    """Refused by its address, however it is entered."""
    entry = wallet_entry(hass, watched=True)
    form = await site.to_hotkey()
    result = await answer(hass, form, hotkey="farm/default")
    assert (result["type"], result["reason"]) == ("abort", "already_configured")
    assert result["description_placeholders"] == {"name": entry.title}


async def test_the_same_wallet_in_two_dialogs(hass: HomeAssistant, site: Site) -> None:
    """The slower one does not replace the entry of the faster one."""
    menu = await site.to_proxy()
    entry = wallet_entry(hass)
    result = await go(hass, menu, "wallet_no_proxy")
    assert (result["type"], result["reason"]) == ("abort", "already_configured")
    assert hass.config_entries.async_entries(DOMAIN) == [entry]


async def test_no_such_subnet(hass: HomeAssistant, site: Site) -> None:
    """Said, with what was entered kept; the right number goes on."""
    form = await site.to_key(netuid=88)
    assert form["step_id"] == "wallet"
    assert form["errors"] == {"base": "wallet_no_subnet"}
    assert '"88"' in shown(form)
    assert suggested(form) == {"endpoints": [site.url], "netuid": 88}
    menu = await answer(hass, form, endpoints=[site.url], netuid=89)
    assert menu["step_id"] == "wallet_key"


async def test_chain_does_not_answer(hass: HomeAssistant, site: Site) -> None:
    """Said within a short time, without the URL's key."""
    site.simulator.node.refuse()
    form = await site.to_key()
    assert form["errors"] == {"base": "wallet_chain"}
    assert site.simulator.node.url in shown(form)
    assert API_KEY not in shown(form)
    site.simulator.node.restore()
    menu = await answer(hass, form, endpoints=[site.url], netuid=89)
    assert menu["step_id"] == "wallet_key"


async def test_chain_is_silent(
    hass: HomeAssistant, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form waits no longer than the limit."""
    monkeypatch.setattr(flow_checks, "CHAIN_WITHIN_S", 0.05)
    form = await site.to_key()
    assert form["errors"] == {"base": "wallet_chain"}
    assert "no answer within" in shown(form)


@pytest.mark.parametrize(
    "url",
    [
        "https://node/secret",
        "finny",
        "ws://:9944/secret",
        "ws://a..b/secret",
        "ws://[::1/secret",
        "ws://node:99999/secret",
    ],
)
async def test_no_endpoint(hass: HomeAssistant, site: Site, url: str) -> None:
    """Refused before anything is asked; a URL is not repeated."""
    form = await site.to_key(endpoints=[url])
    assert form["errors"] == {"base": "wallet_endpoints"}
    assert "ws://" in shown(form)
    assert "secret" not in shown(form)


async def test_no_endpoint_at_all(hass: HomeAssistant, site: Site) -> None:
    """One is needed."""
    form = await site.to_key(endpoints=[" "])
    assert form["errors"] == {"base": "wallet_endpoints"}


async def test_the_next_endpoint_answers(hass: HomeAssistant, site: Site) -> None:
    """The first may be down; all are stored in their order, each once."""
    gone = "ws://127.0.0.1:9"
    form = await site.to_key(endpoints=[gone, f" {site.url} ", gone])
    form = await go(hass, form, "wallet_address")
    form = await answer(hass, form, hotkey=ALICE.address)
    seen = form["description_placeholders"]
    assert seen is not None
    assert seen["endpoint"] == site.simulator.node.url
    menu = await answer(hass, form)
    result = await go(hass, menu, "wallet_no_proxy")
    assert result["result"].data["endpoints"] == [gone, site.url]


@pytest.mark.parametrize("asks", [False, True])
async def test_a_dialog_that_is_closed(
    hass: HomeAssistant, site: Site, asks: bool
) -> None:
    """Asks no more, and leaves nothing behind."""
    site.simulator.node.slow(600)
    form = await choose(hass, "wallet")
    result = await hass.config_entries.flow.async_configure(
        form["flow_id"], {"endpoints": [site.url], "netuid": 89}
    )
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    if asks:
        async with asyncio.timeout(120):
            while not site.simulator.node.traffic.requests:
                await asyncio.sleep(0.01)
    async with asyncio.timeout(120):
        while not asking():
            await asyncio.sleep(0.01)
    hass.config_entries.flow.async_abort(form["flow_id"])
    assert not hass.config_entries.flow.async_progress()
    async with asyncio.timeout(120):
        while asking():
            await asyncio.sleep(0.01)


def asking() -> bool:
    """Return whether something still talks to a chain."""
    return any(thread.name == "mining_farm chain" for thread in threading.enumerate())


def test_light_to_import() -> None:
    """Whoever has no wallet never loads the chain's library or a solver."""
    heavy = ("async_substrate_interface", "pulp", "highspy", "numpy")
    code = (
        "import sys, custom_components.mining_farm.config_flow; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("place", ["www", "media", "link"])
async def test_a_key_in_a_folder_that_is_served(
    hass: HomeAssistant, site: Site, tmp_path: Path, place: str
) -> None:
    """Whoever reaches Home Assistant could fetch it, also where a link leads there."""
    config = site.folder / "config"
    hass.config.config_dir = str(config)
    hass.config.media_dirs = {"local": str(site.folder / "media")}
    served = {"media": site.folder / "media"}.get(place, config / "www") / "wallets"
    write_hotkey(served, ALICE)
    directory = served
    if place == "link":
        directory = site.folder / "linked"
        directory.symlink_to(served)
    form = await go(hass, await site.to_key(), "wallet_directory")
    form = await answer(hass, form, wallet_directory=str(directory))
    assert form["errors"] == {"base": "wallet_served"}
    assert str(served.parent) in shown(form)
    # The folder may be elsewhere, and the key itself a link.
    (site.wallets / "cold" / "hotkeys").mkdir(parents=True)
    key = next(served.glob("*/hotkeys/*"))
    (site.wallets / "cold" / "hotkeys" / "linked").symlink_to(key)
    form = await answer(hass, form, wallet_directory=str(site.wallets))
    form = await answer(hass, form, hotkey="cold/linked")
    assert form["errors"] == {"base": "wallet_served"}
