"""One of many miners: found out about once, asked once each time, remembered."""

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Credentials,
    Failure,
    Known,
    Member,
    MinerError,
    MinerSnapshot,
    Target,
    Way,
)
from custom_components.mining_farm.engines.edge_collector.fleet import is_another
from custom_components.mining_farm.engines.edge_collector.profile import MinerProfile
from simulators.antminer import AntminerSimulator
from simulators.axeos import AxeOsSimulator
from simulators.makes.luxos import LuxOs

pytestmark = pytest.mark.usefixtures("loopback")


def target(miner: AntminerSimulator | AxeOsSimulator) -> Target:
    """Return where a simulator is."""
    return Target(host=miner.host, port=miner.port, timeout_s=60)


async def test_what_learns_a_miner_goes_on_reading_it() -> None:
    """The second poll of a stock S19j Pro takes one connection."""
    async with AntminerSimulator("s19jpro") as miner:
        member = Member(target(miner))
        first = await member.async_poll()
        learned = miner.traffic.connections
        await member.async_poll()
        assert miner.traffic.connections == learned + 1
        assert first.model == "Antminer S19j Pro"
        assert member.known is not None
        assert member.known.way == Way("cgminer", miner.port)


async def test_what_is_remembered_is_not_learned_again() -> None:
    """Another process asks for one connection, and what it keeps is text."""
    async with AntminerSimulator("s21") as miner:
        member = Member(target(miner))
        for _ in range(3):
            await member.async_poll()
        remembered = member.remembered()
        assert remembered is not None
        known = Known.from_json(remembered.to_json())
        assert known is not None
        assert known.profile == remembered.profile
        assert known.hardware == remembered.hardware
        before = miner.traffic.connections
        await Member(target(miner), known).async_poll()
        assert miner.traffic.connections - before <= 2


async def test_another_protocol_is_found() -> None:
    """And read by it from then on."""
    async with AxeOsSimulator("gamma") as miner:
        member = Member(target(miner))
        first = await member.async_poll()
        second = await member.async_poll()
        assert member.known is not None
        assert member.known.way == Way("axeos", miner.port)
        assert first.model == second.model
        assert member.known.hardware == second.mac


async def test_a_silent_miner_is_asked_once() -> None:
    """No repetition, no other protocol: there are others to ask."""
    async with AntminerSimulator("s19jpro") as miner:
        member = Member(target(miner))
        await member.async_poll()
        miner.refuse()
        with pytest.raises(MinerError) as error:
            await member.async_poll()
        assert error.value.failure is Failure.REFUSED
    with pytest.raises(MinerError):
        await Member(Target(host="127.0.0.1", port=9, timeout_s=60)).async_poll()


async def test_another_firmware_is_found_out_about() -> None:
    """A miner that is of another make after a while is read again."""
    async with AxeOsSimulator("gamma") as miner:
        stale = Known(way=Way("cgminer", miner.port))
        member = Member(target(miner), stale)
        for _ in range(20):
            with pytest.raises(MinerError):
                await member.async_poll()
        assert (await member.async_poll()).mac is not None


async def test_a_miner_that_ended_for_long_stays_who_it_was() -> None:
    """Also while nothing answers; when it is back, a lost board is missed."""
    async with AntminerSimulator("s19jpro") as miner:
        member = Member(target(miner))
        await member.async_poll()
        before = member.remembered()
        assert before is not None
        assert before.hardware is not None
        assert before.profile.boards == (1, 2, 3)
        miner.refuse()
        for _ in range(50):
            with pytest.raises(MinerError):
                await member.async_poll()
            assert member.known is not None
            assert member.known.hardware == before.hardware
        miner.restore()
        miner.lose_board(1)
        snapshot = await member.async_poll()
        assert [board.id for board in snapshot.boards] == [2, 3]
        assert member.known.profile.boards == (1, 2, 3)
        assert member.known.hardware == before.hardware


async def test_another_machine_that_comes_after_long_starts_afresh() -> None:
    """By what it says of itself; the same one with another firmware keeps its name."""
    async with AxeOsSimulator("gamma") as miner:
        found = (await Member(target(miner)).async_poll()).mac
        assert found is not None
        for mac, hardware in ((found, found), ("02:00:00:00:00:01", found)):
            profile = MinerProfile(mac=mac, boards=(0, 1, 2))
            stale = Known(way=Way("cgminer", miner.port), profile=profile, hardware=mac)
            member = Member(target(miner), stale)
            for _ in range(20):
                with pytest.raises(MinerError):
                    await member.async_poll()
            await member.async_poll()
            assert member.known is not None
            assert member.known.hardware == hardware
            assert member.known.profile.boards != (0, 1, 2)


async def test_the_hardware_that_was_stated_first_stays() -> None:
    """So that a machine keeps its name; another machine gets one of its own."""
    member = Member(Target(host="x"), Known(way=Way("cgminer", 4028)))

    def read(mac: str | None = None, hardware_id: str | None = None) -> str | None:
        snapshot = MinerSnapshot(mac=mac, hardware_id=hardware_id)
        member._learn(snapshot)  # noqa: SLF001
        assert member.known is not None
        return member.known.hardware

    assert read() is None
    assert read(hardware_id="SN123456") == "SN123456"
    assert read(mac="02:00:00:00:00:01") == "SN123456"
    assert read(mac="02:00:00:00:00:02") == "02:00:00:00:00:02"


@pytest.mark.parametrize(
    ("known", "now", "another"),
    [
        ({}, {"mac": "a"}, False),
        ({"mac": "a"}, {}, False),
        ({"mac": "a"}, {"mac": "b"}, True),
        ({"mac": "a", "hardware_id": "1"}, {"mac": "a", "hardware_id": "2"}, False),
        ({"hardware_id": "1"}, {"hardware_id": "2"}, True),
    ],
)
def test_when_it_is_another_machine(
    known: dict[str, str], now: dict[str, str], another: bool
) -> None:
    """The MAC decides where both have one."""
    profile = MinerProfile(mac=known.get("mac"), hardware_id=known.get("hardware_id"))
    snapshot = MinerSnapshot(mac=now.get("mac"), hardware_id=now.get("hardware_id"))
    assert is_another(profile, snapshot) is another


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{}", "null", '{"way": ["cgminer", 4028]}'),
        Known(way=Way("of the future", 1)).to_json(),
        Known(way=Way("cgminer", 1), second=Way("of the future", 2)).to_json(),
    ],
)
def test_what_another_version_wrote_is_not_used(text: str) -> None:
    """It is learned again."""
    assert Known.from_json(text) is None


def test_no_secret_is_remembered() -> None:
    """What is written to disk holds none, and neither does a text of the target."""
    account = Credentials(username="root", password="s3cret")
    at = Target(host="x", credentials=account)
    assert "s3cret" not in repr(at)
    assert "s3cret" not in Known(way=Way("cgminer", 1)).to_json()


async def test_a_second_way_is_found_and_read_beside() -> None:
    """What a LuxOS is set to stands beside what its CGMiner API reports."""
    async with LuxOs(host="127.0.0.1", port=0) as miner:
        member = Member(Target(host=miner.host, port=miner.port, timeout_s=60))
        first = await member.async_poll()
        snapshot = await member.async_poll()
        assert member.known is not None
        assert first.mac is not None
        assert member.known.hardware == first.mac
        assert member.known.second == Way("luxos", miner.port)
        assert snapshot.capabilities is not None
        assert snapshot.capabilities.pause
