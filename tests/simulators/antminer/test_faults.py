"""Everything that can go wrong, seen from outside."""

import asyncio
import re

import pytest

from simulators.antminer import AntminerSimulator, State
from simulators.antminer.simulator import BOOT
from simulators.clock import ManualClock
from tests.simulators.asking import ask, ask_json, device, settle
from tests.simulators.conftest import Start

VERSION = b'{"command":"version"}'


async def _refuses(miner: AntminerSimulator) -> bool:
    try:
        await ask(miner, VERSION)
    except ConnectionRefusedError:
        return True
    return False


async def test_kill_board(start: Start) -> None:
    """All x and no rate, but the chips are found and the slot is there."""
    miner = await start("s19jpro")
    miner.kill_board(2)
    row = await device(miner)
    assert (row["chain_acn2"], row["chain_rate2"]) == (126, "0.00")
    assert row["chain_acs2"] == " xxx" * 42
    assert row["miner_count"] == 3
    assert row["GHS 5s"] == pytest.approx(69_333, rel=0.03)


@pytest.mark.parametrize(("model", "slot"), [("s19jpro", 2), ("s9", 7)])
async def test_lose_board(start: Start, model: str, slot: int) -> None:
    """The slot is as empty as padding, and one board less is counted."""
    miner = await start(model)
    miner.lose_board(slot)
    row = await device(miner)
    assert row[f"chain_acn{slot}"] == 0
    assert (row[f"chain_acs{slot}"], row[f"chain_rate{slot}"]) == ("", "")
    assert row["miner_count"] == 2


@pytest.mark.parametrize("model", ["s17braiins", "m30s", "a1246"])
async def test_lose_board_elsewhere(start: Start, model: str) -> None:
    """Other families have one row or one number less."""
    miner = await start(model)
    miner.lose_board(1)
    if model == "a1246":
        text = (await ask_json(miner, "stats"))["STATS"][0]["MM ID0"]
        assert "Hash Board: 2 " in text
        assert "PVT_T2[" not in text
    else:
        rows = (await ask_json(miner, "devs"))["DEVS"]
        assert len(rows) == 2
        assert rows[0].get("Slot", rows[0]["ID"]) == {"s17braiins": 2, "m30s": 0}[model]


@pytest.mark.parametrize(
    "model", ["s19jpro", "s9", "l3plus", "s17braiins", "a1246", "m30s"]
)
async def test_every_board_lost(start: Start, model: str) -> None:
    """A machine without boards still answers everything."""
    miner = await start(model)
    for slot in miner.model.slots:
        miner.lose_board(slot)
    for command in ("stats", "summary", "devs", "pools", "version", "temps"):
        assert "STATUS" in await ask_json(miner, command)


async def test_kill_chips(start: Start) -> None:
    """As many x as were killed, always the same ones for a seed."""
    texts = []
    for _ in range(2):
        miner = await start("s9", seed=4)
        miner.kill_chips(7, 5)
        texts.append((await device(miner))["chain_acs7"])
    assert texts[0] == texts[1]
    assert (texts[0].count("x"), texts[0].count("o")) == (5, 58)


async def test_overheat(start: Start, clock: ManualClock) -> None:
    """The sensors show the heat, and the fans run faster."""
    miner = await start("s19jpro")
    before = await device(miner)
    miner.overheat(25.0, 3)
    clock.advance(900)
    after = await device(miner)
    assert after["temp2_3"] > 90
    assert after["temp2_1"] < 80
    assert after["fan1"] > before["fan1"]


async def test_fail_fan(start: Start) -> None:
    """One fan at 0, still counted."""
    miner = await start("s9")
    miner.fail_fan(6)
    row = await device(miner)
    assert (row["fan6"], row["fan_num"]) == (0, 2)
    assert row["fan5"] > 0


async def test_fail_pool(start: Start) -> None:
    """The main pool is dead in the firmware's own spelling, the next one active."""
    for model, dead in (("s19jpro", "Deed"), ("s9", "Dead"), ("m30s", "Dead")):
        miner = await start(model)
        miner.fail_pool()
        rows = (await ask_json(miner, "pools"))["POOLS"]
        assert [row["Status"] for row in rows[:2]] == [dead, "Alive"]
        assert [row["Stratum Active"] for row in rows[:2]] == [False, True]


async def test_stop_hashing(start: Start, clock: ManualClock) -> None:
    """It answers, all chips are good, and the rate is a true 0."""
    miner = await start("s19jpro")
    miner.stop_hashing()
    clock.advance(120)
    row = await device(miner)
    assert row["GHS 5s"] == 0
    assert row["chain_rate1"] == "0.00"
    assert row["chain_acs1"] == " ooo" * 42
    assert miner.state is State.IDLE


async def test_hang(start: Start) -> None:
    """Connections are accepted, and no answer ever comes; restored, all go on."""
    miner = await start("s9")
    miner.hang()
    waiting = asyncio.create_task(ask(miner, VERSION))
    done, _ = await asyncio.wait([waiting], timeout=0.05)
    assert not done
    miner.restore()
    assert b"VERSION" in await waiting


async def test_refuse(start: Start, clock: ManualClock) -> None:
    """Nothing listens while the machine hashes on; the port is kept."""
    miner = await start("s9")
    port, accepted = miner.port, miner.reading().accepted
    miner.refuse()
    assert await _refuses(miner)
    clock.advance(3600)
    miner.restore()
    assert miner.port == port
    assert (await ask_json(miner, "summary"))["SUMMARY"][0]["Accepted"] > accepted


async def test_deny(start: Start) -> None:
    """Zero bytes and a close, or a reset."""
    miner = await start("s9")
    miner.deny()
    assert await ask(miner, VERSION) == b""
    miner.deny(reset=True)
    with pytest.raises(ConnectionResetError):
        await ask(miner, VERSION)


async def test_drip(start: Start, clock: ManualClock) -> None:
    """A few bytes at a time, the rest only as time passes."""
    miner = await start("s9")
    whole = await ask(miner, VERSION)
    miner.drip(size=50, interval=2.0)
    reader, writer = await asyncio.open_connection(miner.host, miner.port)
    writer.write(VERSION)
    got = await reader.read(9999)
    assert got == whole[:50]
    clock.advance(1.9)
    await settle()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(9999), 0.05)
    while len(got) < len(whole):
        clock.advance(2)
        got += await reader.read(9999)
    assert got == whole
    clock.advance(2)
    assert await reader.read() == b""
    writer.close()


async def test_truncate(start: Start) -> None:
    """Part of the reply, no NUL, and an ordinary close."""
    miner = await start("s9")
    whole = await ask(miner, VERSION)
    miner.truncate(0.25)
    assert await ask(miner, VERSION) == whole[: len(whole) // 4]
    miner.truncate(0)
    assert await ask(miner, VERSION) == b""


async def test_drop(start: Start) -> None:
    """The connection is reset in the middle of a reply."""
    miner = await start("s9")
    miner.drop()
    with pytest.raises(ConnectionResetError):
        await ask(miner, VERSION)


async def test_garble(start: Start) -> None:
    """Random bytes of the wanted size, others each time."""
    miner = await start("s9")
    miner.garble(2000)
    first, second = await ask(miner, VERSION), await ask(miner, VERSION)
    assert len(first) == len(second) == 2000
    assert first != second


async def test_crowd(start: Start) -> None:
    """As many hashboards as wanted, and others in each reply where they shift."""
    miner = await start("s9")
    miner.crowd(100)
    first, second = [await ask_json(miner, "stats") for _ in range(2)]
    assert first == second
    assert sum(key.startswith("chain_acn") for key in first["STATS"][1]) == 100
    miner.crowd(100, shifting=True)
    first, second = [await ask_json(miner, "stats") for _ in range(2)]
    slots = [
        {key for key in reply["STATS"][1] if key.startswith("chain_acn")}
        for reply in (first, second)
    ]
    assert slots[0].isdisjoint(slots[1])


async def test_freeze(start: Start, clock: ManualClock) -> None:
    """The numbers stand still while time and uptime go on."""
    miner = await start("s19jpro")
    miner.freeze()
    rows = []
    for _ in range(2):
        reply = await ask_json(miner, "summary")
        rows.append((reply["STATUS"][0]["When"], reply["SUMMARY"][0]))
        clock.advance(600)
    (when_1, first), (when_2, second) = rows
    assert (when_2 - when_1, second["Elapsed"] - first["Elapsed"]) == (600, 600)
    for key in ("GHS 5s", "GHS av", "Accepted", "Hardware Errors"):
        assert first[key] == second[key]
    assert miner.reading().accepted > second["Accepted"]


@pytest.mark.parametrize("model", ["s19jpro", "s9", "m30s", "s17braiins", "a1246"])
async def test_zero(start: Start, model: str) -> None:
    """Every measured number is 0, while the machine works."""
    miner = await start(model)
    miner.zero()
    summary = (await ask_json(miner, "summary"))["SUMMARY"][0]
    rates = {key: float(v) for key, v in summary.items() if re.match("[GM]HS ", key)}
    assert set(rates.values()) == {0.0}
    assert miner.reading().rate_ghs > 0


async def test_power(start: Start, clock: ManualClock) -> None:
    """Off: refused, no watts. On: boots, answers, warms up, hashes from zero."""
    miner = await start("s19jpro")
    port = miner.port
    assert miner.power_w > 3000
    miner.power_off()
    assert await _refuses(miner)
    assert (miner.state, miner.power_w) == (State.OFF, 0)
    clock.advance(7200)
    assert await _refuses(miner)
    miner.power_on()
    assert miner.describe()["state"] == "booting"
    assert 0 < miner.power_w < 100
    clock.advance(BOOT - 1)
    assert await _refuses(miner)
    clock.advance(2)
    row = await device(miner)
    assert miner.port == port
    assert (row["Elapsed"], row["GHS 5s"], row["GHS av"]) == (1, 0.0, 0.0)
    assert row["temp2_1"] < 30
    assert miner.describe()["state"] == "warming_up"
    clock.advance(600)
    row = await device(miner)
    assert row["GHS 5s"] == pytest.approx(104_000, rel=0.03)
    assert row["Elapsed"] == 601


async def test_power_on_twice_is_once(start: Start, clock: ManualClock) -> None:
    """Giving power to what has power changes nothing."""
    miner = await start("s9")
    elapsed = miner.reading().elapsed
    miner.power_on()
    assert not await _refuses(miner)
    assert miner.reading().elapsed == elapsed
    miner.power_off()
    miner.power_on()
    clock.advance(30)
    miner.power_on()
    clock.advance(BOOT - 29)
    assert not await _refuses(miner)


async def test_a_cut_while_it_boots_ends_the_boot(
    start: Start, clock: ManualClock
) -> None:
    """A machine without power never comes up."""
    miner = await start("s9")
    miner.reboot()
    miner.power_off()
    clock.advance(BOOT * 2)
    assert await _refuses(miner)
    with pytest.raises(ValueError, match="no power"):
        miner.reboot()


async def test_power_cut_drops_a_client_in_service(start: Start) -> None:
    """Whoever is being answered loses the connection."""
    miner = await start("s9")
    miner.slow(5)
    asking = asyncio.create_task(ask(miner, VERSION))
    while not miner.traffic.connections:
        await asyncio.sleep(0)
    await settle()
    miner.power_off()
    assert await asking == b""


async def test_reboot(start: Start, clock: ManualClock) -> None:
    """Refused for as long as was said, then from zero."""
    miner = await start("s9")
    miner.reboot(10)
    assert await _refuses(miner)
    clock.advance(9)
    assert await _refuses(miner)
    clock.advance(2)
    row = await device(miner)
    assert (row["Elapsed"], row["GHS 5s"]) == (1, "0.00")


async def test_a_restart_cures_the_software_only(
    start: Start, clock: ManualClock
) -> None:
    """Hangs, lies and idleness end; dead chips and the allow list stay."""
    miner = await start("s19jpro")
    miner.kill_board(1)
    miner.stop_hashing()
    miner.freeze()
    miner.hang()
    miner.reboot(5)
    clock.advance(600)
    row = await device(miner)
    assert row["chain_rate1"] == "0.00"
    assert row["GHS 5s"] == pytest.approx(69_333, rel=0.03)
    assert miner.faults == {"kill_board"}
    miner.deny()
    miner.reboot(5)
    clock.advance(6)
    assert await ask(miner, VERSION) == b""
    assert miner.faults == {"kill_board", "deny"}


async def test_a_lasting_fault_survives_every_restart(
    start: Start, clock: ManualClock
) -> None:
    """For a machine that no power cycle can help."""
    miner = await start("s19jpro")
    miner.stop_hashing(lasting=True)
    for _ in range(3):
        miner.power_off()
        miner.power_on()
        clock.advance(900)
        assert (await device(miner))["GHS 5s"] == 0
    miner.hang(lasting=True)
    miner.reboot(5)
    clock.advance(6)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ask(miner, VERSION), 0.05)
    miner.restore()
    clock.advance(900)
    assert (await device(miner))["GHS 5s"] > 100_000


async def test_refuse_outlasts_a_power_cycle(start: Start, clock: ManualClock) -> None:
    """An API that is switched off stays off."""
    miner = await start("s9")
    miner.refuse()
    miner.power_off()
    miner.power_on()
    clock.advance(BOOT + 1)
    assert await _refuses(miner)
    miner.restore()
    assert not await _refuses(miner)


async def test_restore_gives_no_power(start: Start, clock: ManualClock) -> None:
    """What was cut off stays off, and comes up whole."""
    miner = await start("s9")
    miner.kill_board(7)
    miner.power_off()
    miner.restore()
    assert await _refuses(miner)
    assert miner.state is State.OFF
    miner.power_on()
    clock.advance(900)
    assert (await device(miner))["chain_acs7"].count("x") == 0


async def test_update_firmware(start: Start, clock: ManualClock) -> None:
    """After the reboot it reports another version and takes other commands."""
    miner = await start("s19jpro")
    request = '{"command":["version"]}'
    assert b'Code": 14' in await ask(miner, request)
    miner.update_firmware("86.1.0.9", accepts_array=True, new_api=False)
    assert await _refuses(miner)
    clock.advance(BOOT + 1)
    reply = await ask_json(miner, "version")
    assert reply["VERSION"][0]["Miner"] == "86.1.0.9"
    assert b'{"version": {"STATUS"' in await ask(miner, request)
    assert "chain_acn1" in (await ask_json(miner, "stats", new_api=True))["STATS"][1]


async def test_faults_of_the_wire_replace_each_other(start: Start) -> None:
    """A reply can be wrong in one way at a time; other faults stay."""
    miner = await start("s9")
    miner.kill_board(7)
    miner.truncate()
    miner.garble()
    assert miner.faults == {"kill_board", "garble"}
    miner.restore()
    assert miner.faults == set()
    assert b"VERSION" in await ask(miner, VERSION)


@pytest.mark.parametrize(
    "fault",
    [
        lambda miner: miner.truncate(1),
        lambda miner: miner.drop(-0.1),
        lambda miner: miner.drip(size=0),
        lambda miner: miner.garble(0),
        lambda miner: miner.flood(0),
        lambda miner: miner.nest(0),
        lambda miner: miner.widen(0),
        lambda miner: miner.crowd(0),
        lambda miner: miner.slow(-1),
        lambda miner: miner.reboot(-1),
        lambda miner: miner.kill_board(1),
    ],
)
async def test_nonsense_is_refused_and_changes_nothing(
    start: Start, fault: object
) -> None:
    """A wrong argument is an error, and the miner is as before."""
    miner = await start("s9")
    assert callable(fault)
    with pytest.raises(ValueError, match=r"must be|no board"):
        fault(miner)
    assert miner.faults == set()
    assert b"VERSION" in await ask(miner, VERSION)


def test_an_unknown_model_is_refused() -> None:
    """The error names the models that there are."""
    with pytest.raises(ValueError, match="no model 's99'; models: s19jpro, s21"):
        AntminerSimulator("s99")
