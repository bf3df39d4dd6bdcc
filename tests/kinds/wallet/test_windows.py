"""What a window brought, in sensors and the event entity."""

import asyncio
from typing import Any

import pytest

from custom_components.mining_farm.engines.auction import AuctionSolver
from custom_components.mining_farm.kinds.wallet.history import KEPT, WindowHistory
from custom_components.mining_farm.kinds.wallet.setup import DATA_SOLVER
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from simulators.subtensor import ALICE

from .conftest import HELD_BID, NEXT_WINDOW, WINDOW, Site

OWN_UID = 23


async def _hold(site: Site, entry: ConfigEntry, start: int) -> None:
    await site.to_block(start)
    await site.until(lambda: site.wallet(entry).data.result.window.start == start)


@pytest.mark.parametrize(
    ("bid", "result", "workers", "hashrate"),
    [
        ("2;b;BTC,0.5=0.1:2,0.2:3", "won", (5, 0), 0.8),
        ("2;b;BTC,0.97=0.1:2,0.2:3", "lost", (0, 5), 0),
        ("no bid at all", "no_bid", (0, 0), 0),
    ],
)
async def test_what_a_window_brought(  # noqa: PLR0917
    site: Site,
    bid: str,
    result: str,
    workers: tuple[int, int],
    hashrate: float,
    entity_registry_enabled_by_default: None,
) -> None:
    """Every figure of it is there, and it is one event."""
    entry = await site.add()
    site.events.clear()
    site.simulator.control.commit(ALICE.address, bid)
    await _hold(site, entry, WINDOW)
    assert site.state("sensor.wallet_last_result") == result
    assert site.state("sensor.wallet_workers_won") == str(workers[0])
    assert site.state("sensor.wallet_workers_lost") == str(workers[1])
    assert float(site.state("sensor.wallet_hashrate_won")) == pytest.approx(hashrate)
    assert site.state("sensor.wallet_window") == "1"
    assert site.state("sensor.wallet_next_window") == "2030-03-17T17:59:40+00:00"
    assert float(site.state("sensor.wallet_budget")) > 20
    assert float(site.state("sensor.wallet_tao_price")) == pytest.approx(400, rel=0.02)
    assert site.get("sensor.wallet_last_result").attributes["start_block"] == WINDOW
    assert site.names == ([] if result == "no_bid" else [f"window_{result}"])


async def test_partly_won(site: Site) -> None:
    """More workers than the budget holds: some win, some lose."""
    entry = await site.add()
    site.events.clear()
    site.simulator.control.commit(ALICE.address, "2;b;BTC,0.5=0.45:100")
    await _hold(site, entry, WINDOW)
    assert site.state("sensor.wallet_last_result") == "partly_won"
    won = int(site.state("sensor.wallet_workers_won"))
    assert 0 < won < 100
    assert int(site.state("sensor.wallet_workers_lost")) == 100 - won
    assert float(site.state("sensor.wallet_hashrate_won")) == pytest.approx(0.45 * won)
    assert site.names == ["window_partly_won"]


async def test_what_is_proven_is_marked(site: Site) -> None:
    """Also where the validators' solver does not run: by sensor, event and action."""
    site.hass.data[DATA_SOLVER] = AuctionSolver(cbc_path="/bin/false")
    entry = await site.add()
    site.events.clear()
    site.simulator.control.commit(ALICE.address, "2;b;BTC,0.5=0.45:100")
    await _hold(site, entry, WINDOW)
    assert site.get("sensor.wallet_last_result").attributes["certainty"] == "proven"
    [(name, result)] = site.events
    assert name == "window_partly_won"
    assert (result["certainty"], result["solver"]) == ("proven", "exact")
    won = int(site.state("sensor.wallet_workers_won"))
    assert 0 < result["own_least"] == won == result["own_most"] < 100
    [*_, kept] = (await site.act("get_results"))["results"]
    assert kept["certainty"] == "proven"
    computed = await site.act("compute_auction")
    assert computed["certainty"] == "proven"
    assert computed["own_least"] == result["own_least"]


async def test_provisional_corrected_final(site: Site) -> None:
    """A reorganisation is one event, a correction; the history holds one window."""
    entry = await site.add()
    site.events.clear()
    await _hold(site, entry, WINDOW)
    shown = site.get("sensor.wallet_last_result")
    assert shown.attributes["final"] is False
    first = site.wallet(entry).data.result.block_hash
    await site.simulator.reorganise(1)
    await site.until(lambda: site.wallet(entry).data.result.block_hash != first)
    assert [attributes["correction"] for _, attributes in site.events] == [False, True]
    await site.simulator.produce(4)
    await site.until(lambda: site.wallet(entry).data.result_final)
    assert site.get("sensor.wallet_last_result").attributes["final"] is True
    assert len(site.events) == 2
    results = (await site.act("get_results"))["results"]
    kept = [each for each in results if each["window"]["start"] == WINDOW]
    assert len(kept) == 1
    assert kept[0]["block_hash"] == site.wallet(entry).data.result.block_hash
    assert kept[0]["final"] is True


async def test_a_restart_in_a_window_is_no_news(site: Site) -> None:
    """No event comes twice, and the history is complete."""
    entry = await site.add()
    await _hold(site, entry, WINDOW)
    assert site.names == ["window_lost", "window_lost"]
    await site.hass.config_entries.async_reload(entry.entry_id)
    await site.until(lambda: site.wallet(entry).data is not None)
    await site.until(lambda: site.wallet(entry).data.result is not None)
    assert site.names == ["window_lost", "window_lost"]
    results = (await site.act("get_results"))["results"]
    assert [each["window"]["start"] for each in results] == [WINDOW - 60, WINDOW]


async def test_a_reorganisation_while_home_assistant_is_down(site: Site) -> None:
    """It is a correction also where Home Assistant was away."""
    entry = await site.add()
    await _hold(site, entry, WINDOW)
    await site.hass.config_entries.async_unload(entry.entry_id)
    await site.simulator.reorganise(1)
    await site.load(entry)
    await site.until(lambda: len(site.events) == 3)
    assert [attributes["correction"] for _, attributes in site.events] == [
        False,
        False,
        True,
    ]


async def test_a_ban_is_one_event(site: Site) -> None:
    """Not in the next window again, nor after a restart."""
    entry = await site.add()
    site.events.clear()
    assert site.state("binary_sensor.wallet_banned") == "off"
    site.simulator.control.ban(OWN_UID)
    await _hold(site, entry, WINDOW)
    assert site.state("binary_sensor.wallet_banned") == "on"
    assert site.names.count("banned") == 1
    await site.hass.config_entries.async_reload(entry.entry_id)
    await site.until(lambda: site.wallet(entry).data is not None)
    await site.until(lambda: site.wallet(entry).data.result is not None)
    await _hold(site, entry, NEXT_WINDOW)
    assert site.names.count("banned") == 1
    assert site.state("binary_sensor.wallet_banned") == "on"


async def test_a_window_that_cannot_be_held(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """One line is logged, and the window before is not shown for the present one."""
    entry = await site.add()
    site.simulator.control.forget_split()
    await site.to_block(WINDOW)
    await site.until(lambda: "cannot be followed" in caplog.text)
    await site.to_block(WINDOW + 9)
    await site.poll(entry)
    assert site.state("sensor.wallet_last_result") == "lost"
    await site.to_block(WINDOW + 10)
    await site.poll(entry)
    assert site.state("sensor.wallet_last_result") == "unknown"
    assert site.state("sensor.wallet_hashrate_won") == "unknown"
    assert caplog.text.count("cannot be followed") == 1
    with pytest.raises(HomeAssistantError, match="auction"):
        await site.act("compute_auction")


async def test_any_auction_on_demand(site: Site) -> None:
    """The present window's, and that of any block; no block is a clear error."""
    await site.add(**HELD_BID)
    await site.to_block(WINDOW)
    present = await site.act("compute_auction")
    assert present["window"]["start"] == WINDOW
    assert len(present["winners"]) > 50
    past = await site.act("compute_auction", block=WINDOW - 1)
    assert past["window"] == {"index": 0, "start": WINDOW - 60, "end": WINDOW - 1}
    with pytest.raises(HomeAssistantError, match="no block 9000000"):
        await site.act("compute_auction", block=9_000_000)


async def test_so_many_windows_are_kept(hass: HomeAssistant) -> None:
    """The oldest go; what is kept outlives a restart."""
    history = WindowHistory(hass, "wallet")
    for start in range(0, 60 * (KEPT + 5), 60):
        history.keep({**GOOD, "window": {"start": start}})
    history.keep_refusal("why")
    await history.async_flush()
    again = WindowHistory(hass, "wallet")
    await again.async_load()
    starts = [each["window"]["start"] for each in again.results()]
    assert starts == list(range(300, 60 * (KEPT + 5), 60))
    assert again.refused == "why"


async def test_many_who_ask_at_once_share_one_auction(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty calls ask the solver no more often than one does."""
    entry = await site.add(**HELD_BID)
    await _hold(site, entry, WINDOW)
    running: list[bytes] = []
    most: list[int] = []
    ask = vars(AuctionSolver)["_ask"]

    async def counted(solver: AuctionSolver, request: bytes) -> Any:
        running.append(request)
        most.append(len(running))
        try:
            return await ask(solver, request)
        finally:
            running.remove(request)

    monkeypatch.setattr(AuctionSolver, "_ask", counted)
    answers = await asyncio.gather(
        *(site.act("compute_auction") for _ in range(40)),
        site.act("compute_auction", block=WINDOW - 1),
    )
    assert {answer["window"]["start"] for answer in answers} == {WINDOW, WINDOW - 60}
    # A choice for each block, and a proof beside it where it is not known yet.
    assert 1 <= len(most) <= 4
    assert max(most) <= 2


GOOD = {
    "window": {"start": 120, "end": 179, "index": 0},
    "block_hash": "0xabc",
    "outcome": "won",
    "won": 1,
    "banned": [],
}
"""As the first version kept a result, as far as the next one is compared with it."""


@pytest.mark.parametrize(
    ("data", "left"),
    [
        ({"results": [GOOD, {"window": {}}], "refused": None}, [GOOD]),
        ({"results": [{**GOOD, "window": {"start": "x"}}], "refused": None}, []),
        ({"results": [{**GOOD, "block_hash": None}], "refused": "why"}, []),
        ({"results": [{**GOOD, "banned": None}], "refused": "why"}, []),
        ({"results": {"120": GOOD}, "refused": None}, []),
        ({"refused": None}, []),
        ({"results": [GOOD], "refused": 7}, [GOOD]),
        ([], []),
    ],
)
async def test_windows_that_cannot_be_used_are_set_aside(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    data: Any,
    left: list[dict[str, Any]],
) -> None:
    """The others are kept, and a new result goes into the history."""
    hass_storage["mining_farm.windows.wallet"] = {
        "version": 1,
        "minor_version": 1,
        "key": "mining_farm.windows.wallet",
        "data": data,
    }
    history = WindowHistory(hass, "wallet")
    assert ".corrupt-" in str(await history.async_load())
    assert history.results() == left
    history.keep({**GOOD, "window": {"start": 180}})
    assert history.before(240) is not None
    await history.async_flush()
    again = WindowHistory(hass, "wallet")
    assert await again.async_load() is None


async def test_the_windows_of_the_first_version(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """They come over without a word."""
    hass_storage["mining_farm.windows.wallet"] = {
        "version": 1,
        "minor_version": 1,
        "key": "mining_farm.windows.wallet",
        "data": {"results": [GOOD], "refused": "why"},
    }
    history = WindowHistory(hass, "wallet")
    assert await history.async_load() is None
    assert (history.results(), history.refused) == ([GOOD], "why")
