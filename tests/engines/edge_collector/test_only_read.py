"""Makes that are read and not ordered: their readings, and the account where they need one."""

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Command,
    Credentials,
    Failure,
    MinerError,
    MinerState,
    registry,
)
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer.parsing import (
    parse_snapshot,
)
from custom_components.mining_farm.engines.edge_collector.drivers.innosilicon.driver import (
    parse_all,
)
from simulators.makes.only_read import Innosilicon

from .makes import ONLY_READ, Makes
from .test_families import reply


@pytest.mark.parametrize("name", ONLY_READ)
async def test_it_is_found_and_read(makes: Makes, name: str) -> None:
    """Without a password it is found; with one, where it needs one, it is read."""
    miner = await makes.start(name)
    found = await registry.async_identify(miner.simulator.host, miner.simulator.port)
    assert found.driver == name
    reading = await miner.read()
    assert reading.hashrate_ghs == (None if name == "sealminer" else 100_000)
    assert reading.capabilities is None
    assert not miner.simulator.writes


async def test_a_wrong_password_is_called_that(makes: Makes) -> None:
    """As nothing is read without the right one; it stands in no error."""
    miner = await makes.start("sealminer")
    account = Credentials(password=miner.machine.password)
    host = miner.simulator.host
    await registry.async_sign_in(host, miner.way, account)
    miner.simulator.change_password()
    with pytest.raises(MinerError) as caught:
        await registry.async_sign_in(host, miner.way, account)
    assert caught.value.failure is Failure.AUTH_FAILED
    assert miner.machine.password not in str(caught.value)


async def test_the_pages_of_a_sealminer(makes: Makes) -> None:
    """Watts at the wall, and the mode by the number that it lists for it."""
    miner = await makes.start("sealminer")
    reading = await miner.read()
    assert (reading.model, reading.firmware) == ("SealMiner A2", "2025091001")
    assert reading.mac == miner.machine.mac.lower()
    assert reading.power_w == miner.machine.watts
    assert reading.settings == {Command.LEVEL: "normal"}


async def test_what_only_looks_like_a_sealminer_is_none(makes: Makes) -> None:
    """Its style sheets are other devices', too."""
    miner = await makes.start("sealminer")
    miner.simulator.speak_html()
    with pytest.raises(MinerError):
        await registry.async_identify(miner.simulator.host, miner.simulator.port)


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("iceriver", MinerState.IDLE),
        ("mara", MinerState.PAUSED),
        ("proto", MinerState.PAUSED),
    ],
)
async def test_what_stands_is_no_fault(
    makes: Makes, name: str, state: MinerState
) -> None:
    """Put to sleep by its own page."""
    miner = await makes.start(name)
    miner.machine.paused = True
    reading = await miner.read()
    assert (reading.reported_state, reading.hashing) == (state, False)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"Error Code": "", "PSU Error": "0x00000000"}, None),
        ({"Error Code": "E12", "PSU Error": "0x00000000"}, "error code E12"),
        ({"Error Code": "", "PSU Error": "0x00000040"}, "PSU error 0x00000040"),
    ],
)
def test_the_api_of_a_sealminer(fields: dict[str, object], fault: str | None) -> None:
    """Mode, power limit, and what it says is wrong, by port 4028."""
    entry = {"Mining Mode": "Low Power", "Power Limit": 3500, **fields}
    reading = parse_snapshot(
        {"stats": reply("STATS", entry, description="bdminer 4.11.1")}
    )
    assert reading.settings == {
        Command.LEVEL: "low_power",
        Command.POWER_TARGET: 3500,
    }
    assert reading.fault == fault


async def test_the_api_of_an_innosilicon(makes: Makes) -> None:
    """Boards, watts and MAC; what it is, is asked once, and an ended session is renewed."""
    miner = await makes.start("innosilicon")
    assert isinstance(miner.simulator, Innosilicon)
    reader = miner.reader()
    await reader.async_poll()
    miner.simulator.sessions.clear()
    miner.simulator.requests.clear()
    reading = await reader.async_poll()
    assert [asked.path for asked in miner.simulator.requests] == [
        "/api/getAll",
        "/api/auth",
        "/api/getAll",
    ]
    assert reading.model == "Innosilicon T3+"
    assert reading.mac == miner.machine.mac.lower()
    assert reading.power_w == miner.machine.watts
    assert [board.temp_chip for board in reading.boards] == [74, 74, 74]
    assert reading.hashrate_ghs == 100_000


@pytest.mark.parametrize("fault", ["change_password", "speak_html"])
async def test_an_innosilicon_that_does_not_let_in_is_not_read(
    makes: Makes, fault: str
) -> None:
    """A wrong password is called that; neither is in the error."""
    miner = await makes.start("innosilicon")
    getattr(miner.simulator, fault)()
    with pytest.raises(MinerError) as caught:
        await miner.read()
    refused = caught.value.failure is Failure.AUTH_FAILED
    assert refused is (fault == "change_password")
    assert miner.machine.password not in str(caught.value)


@pytest.mark.parametrize(
    ("readings", "rate", "boards"),
    [
        ({"total_hash": {"Hash Rate": 5e7}}, 50_000, []),
        ({"chain": [{"Hash Rate H": 1e12}, {"Hash Rate H": 2e12}]}, 3000, [0, 1]),
        ({"chain": [{"ASC": 1}, {"ASC": 1}, "x"]}, None, []),
        ({"chain": None, "total_hash": "x", "power": -1}, None, []),
    ],
)
def test_what_an_innosilicon_leaves_out_is_not_known(
    readings: dict[str, object], rate: float | None, boards: list[int]
) -> None:
    """Its older firmware has MH/s under another key."""
    found = parse_all(readings, {})
    assert (found.hashrate_ghs, found.power_w, found.model) == (rate, None, None)
    assert [board.id for board in found.boards] == boards
