"""Outlets that feed miners, and pools that see their shares."""

import asyncio
from collections.abc import AsyncIterator
import json

import pytest

from simulators.antminer import AntminerSimulator, State
from simulators.antminer.machine import WARM_UP
from simulators.antminer.simulator import BOOT
from simulators.clock import ManualClock
from simulators.device import Groups
from simulators.farm import Farm, miners
from simulators.kasa import KasaSimulator
from simulators.kasa.cipher import HEADER_SIZE, body_size, frame, unscramble
from simulators.pool import PoolSimulator
from simulators.pool.simulator import SHARE_INTERVAL
from simulators.rigs import PLUGS, plugs, pools

from .asking import free_base

type Rigs = tuple[dict[str, AntminerSimulator], dict[str, KasaSimulator], PoolSimulator]


@pytest.fixture
async def rigs(loopback: None, clock: ManualClock) -> AsyncIterator[Rigs]:
    """Return nine miners of a running farm, the plugs that feed them, and the pools."""
    base = free_base()
    fleet = miners(9, base, 0, clock)
    fed = plugs(fleet, base, 0, clock)
    seen = pools(fleet, base, 0, clock)
    groups: Groups = {
        "miners": dict(fleet),
        "plugs": dict(fed),
        **seen.groups,
    }
    async with Farm(groups) as farm:
        assert f"{fed['strip'].host}:{fed['strip'].port}" in farm.table()
        assert f"{fleet['s9-3'].host}:{fleet['s9-3'].port}" in farm.table()
        assert seen.url("ckpool").removeprefix("http://") in farm.table()
        yield fleet, fed, seen


def _share(pools: PoolSimulator, name: str) -> float:
    share = pools.workers[name].last_share
    assert share is not None
    return share


async def test_every_outlet_has_its_miner(rigs: Rigs, clock: ManualClock) -> None:
    """Named after it, and its meter shows what that one draws."""
    fleet, fed, _ = rigs
    assert list(fed) == list(PLUGS)
    outlets = [(plug, outlet) for plug in fed.values() for outlet in plug.outlets]
    assert [outlet.alias for _, outlet in outlets] == list(fleet)
    for plug, outlet in outlets:
        assert plug.watts(outlet.id) == fleet[outlet.alias].power_w > 500


async def test_a_cut_stops_miner_and_shares(rigs: Rigs, clock: ManualClock) -> None:
    """Only those of this outlet; power brings both back after boot and warm-up."""
    fleet, fed, seen = rigs
    before = clock.now()

    fed["strip"].press(2)
    clock.advance(600)

    assert {name for name, miner in fleet.items() if miner.state is State.OFF} == {
        "s21-2"
    }
    assert _share(seen, "s21-2") <= before
    assert clock.now() - _share(seen, "s19jpro-1") <= SHARE_INTERVAL
    strip = fed["strip"].describe()["outlets"]
    assert (strip[2]["on"], strip[2]["power_w"]) == (False, 0)

    fed["strip"].press(2)
    returned = clock.now()
    clock.advance(BOOT + WARM_UP - 1)
    assert _share(seen, "s21-2") <= before
    clock.advance(SHARE_INTERVAL + 2)
    assert fleet["s21-2"].state is State.HASHING
    assert _share(seen, "s21-2") > returned + BOOT + WARM_UP - 1


async def test_a_power_cut_of_the_site(rigs: Rigs, clock: ManualClock) -> None:
    """All outlets lose their power together, and their miners come back with it."""
    fleet, fed, _ = rigs
    for plug in fed.values():
        plug.power_off()
    assert {miner.state for miner in fleet.values()} == {State.OFF}
    for plug in fed.values():
        plug.power_on()
    assert {miner.state for miner in fleet.values()} == {State.BOOTING}


async def test_a_miner_that_does_not_hash_sends_no_share(
    rigs: Rigs, clock: ManualClock
) -> None:
    """It need not be without power for that."""
    fleet, _, seen = rigs
    before = clock.now()
    for slot in fleet["s9-3"].model.slots:
        fleet["s9-3"].kill_board(slot)
    clock.advance(300)
    assert _share(seen, "s9-3") <= before


async def _tell(plug: KasaSimulator, *, on: bool) -> bytes:
    """Command a plug as a client does, and return what comes back."""
    reader, writer = await asyncio.open_connection(plug.host, plug.port)
    state = {"system": {"set_relay_state": {"state": int(on)}}}
    try:
        writer.write(frame(json.dumps(state).encode()))
        header = await reader.readexactly(HEADER_SIZE)
        return unscramble(await reader.readexactly(body_size(header)))
    finally:
        writer.close()


async def test_two_plugs_are_at_fault_from_the_start(rigs: Rigs) -> None:
    """One drops connections; what the other cuts stays off, though it says yes."""
    fleet, fed, _ = rigs
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await _tell(fed["dropping"], on=False)
    assert fleet["a1246-8"].state is State.OFF

    for on in (False, True):
        answer = json.loads(await _tell(fed["stuck-off"], on=on))
        assert answer == {"system": {"set_relay_state": {"err_code": 0}}}
    assert fleet["s19x6-9"].state is State.OFF

    states = []
    for on in (False, True):
        await _tell(fed["plug"], on=on)
        states.append(fleet["s17braiins-7"].state)
    assert states == [State.OFF, State.BOOTING]


async def test_a_small_farm_leaves_outlets_free(clock: ManualClock) -> None:
    """They switch and feed nothing."""
    fed = plugs(miners(2, "127.10.0.0", 0, clock), "127.10.0.0", 0, clock)
    strip = fed["strip"]
    assert [outlet.alias for outlet in strip.outlets][:3] == [
        *("s19jpro-1", "s21-2", "Outlet 3")
    ]
    strip.press(3)
    strip.press(3)
    assert strip.watts(strip.outlets[2].id) == 0
