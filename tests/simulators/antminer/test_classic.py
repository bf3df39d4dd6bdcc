"""Classic bmminer and cgminer (S9, L3+): what comes over the wire."""

import json

import pytest

from tests.simulators.asking import ask, ask_json, device
from tests.simulators.conftest import Start


async def test_stats_lacks_a_comma(start: Start) -> None:
    """The header and the first device touch, which is no JSON."""
    reply = await ask(await start("s9"), '{"command":"stats"}')
    assert reply.startswith(
        b'{"STATUS":[{"STATUS":"S","When":1900000000,"Code":70,"Msg":"BMMiner stats",'
        b'"Description":"bmminer 1.0.0"}],"STATS":[{"BMMiner":"1.0.0",'
        b'"Miner":"16.8.1.3","CompileTime":"Fri Nov 17 17:57:49 CST 2017",'
        b'"Type":"Antminer S9"}{"STATS":0,"ID":"BC50","Elapsed":86400,"Calls":0,'
        b'"Wait":0.000000,"Max":0.000000,"Min":99999999.000000,"GHS 5s":"'
    )
    assert reply.endswith(b'"miner_version":"16.8.1.3"}],"id":1}\0')
    with pytest.raises(json.JSONDecodeError, match="Expecting ',' delimiter"):
        json.loads(reply[:-1])


async def test_chains_are_numbered_6_to_8_of_16(start: Start) -> None:
    """Boards sit in slots 6, 7 and 8, fans at 5 and 6; the rest is padding."""
    miner = await start("s9")
    row, truth = await device(miner), miner.reading()
    slots = range(1, 17)
    assert [row[f"chain_acn{n}"] for n in slots] == [0] * 5 + [63] * 3 + [0] * 8
    assert [n for n in slots if row[f"chain_rate{n}"]] == [6, 7, 8]
    assert [n for n in range(1, 9) if row[f"fan{n}"]] == [5, 6]
    assert row["chain_acs6"] == f"{' oooooooo' * 7} ooooooo"
    for board in truth.boards:
        assert row[f"chain_rate{board.slot}"] == f"{board.rate_ghs:.2f}"
        assert row[f"temp{board.slot}"] == int(board.temp_pcb)
        assert row[f"temp2_{board.slot}"] == int(board.temp_chip)
    assert row["GHS 5s"] == f"{truth.rate_ghs:.2f}"


async def test_joined_commands_are_answered_in_one_document(start: Start) -> None:
    """Each in its slot, once; empty parts are nothing; refusals are in their slots."""
    miner = await start("s9")
    reply = await ask_json(miner, "stats++summary+config+stats+nonsense+")
    assert list(reply) == ["stats", "summary", "config", "nonsense", "id"]
    assert reply["stats"][0]["STATS"][1]["chain_acn7"] == 63
    assert reply["stats"][0]["id"] == 1
    assert reply["summary"][0]["SUMMARY"][0]["Elapsed"] == 86_400
    assert reply["config"][0]["STATUS"][0]["Code"] == 45
    assert reply["nonsense"][0]["STATUS"][0]["Code"] == 14


async def test_a_known_command_is_denied_and_an_unknown_invalid(start: Start) -> None:
    """45 is "you may not", 14 is "no such command"."""
    miner = await start("s9")
    assert await ask(miner, '{"command":"config"}') == (
        b'{"STATUS":[{"STATUS":"E","When":1900000000,"Code":45,'
        b'"Msg":"Access denied to \'config\' command",'
        b'"Description":"bmminer 1.0.0"}],"id":1}\0'
    )
    assert await ask(miner, '{"command":"temps"}') == (
        b'{"STATUS":[{"STATUS":"E","When":1900000000,"Code":14,'
        b'"Msg":"Invalid command","Description":"bmminer 1.0.0"}],"id":1}\0'
    )


async def test_text(start: Start) -> None:
    """Rows end with a bar and have no comma between; joined ones are named."""
    miner = await start("s9")
    reply = await ask(miner, "stats")
    assert b",Type=Antminer S9|STATS=0,ID=BC50,Elapsed=86400,Calls=0," in reply
    assert b",chain_xtime6={X0=2,X1=1}," in reply
    assert reply.endswith(b"|\0")
    joined = await ask(miner, "version+summary")
    assert joined.startswith(b"CMD=version|STATUS=S,When=1900000000,Code=22,")
    assert b"|VERSION,BMMiner=1.0.0,API=3.1," in joined
    assert b"|CMD=summary|STATUS=S," in joined
    assert b"Code=14,Msg=Invalid command," in await ask(miner, "stats\n")


async def test_what_people_chose_is_escaped_in_text(start: Start) -> None:
    """A worker's name may hold the marks that part the fields."""
    miner = await start("s9", worker="a,b=c|d")
    assert rb",User=a\,b\=c\|d,Last Share Time=" in await ask(miner, "pools")
    reply = await ask_json(miner, "pools")
    assert reply["POOLS"][0]["User"] == "a,b=c|d"


async def test_the_scrypt_miner_prints_mhs_as_ghs(start: Start) -> None:
    """504 in a field named GHS are 0.504 GH/s."""
    miner = await start("l3plus")
    row, truth = await device(miner), miner.reading()
    assert truth.rate_ghs == pytest.approx(0.504, rel=0.03)
    assert float(row["GHS 5s"]) == pytest.approx(truth.rate_ghs * 1000, abs=0.005)
    rates = [float(row[f"chain_rate{n}"]) for n in range(1, 5)]
    assert rates == pytest.approx([board.rate_ghs * 1000 for board in truth.boards])
    assert (row["fan1"], row["fan2"]) == tuple(truth.fans.values())
    assert row["temp_max"] == max(board.temp_pcb for board in truth.boards)
    assert "total_rateideal" not in row


async def test_the_old_firmware_knows_no_sleep(start: Start) -> None:
    """There is no command for it, so there is no such fault."""
    with pytest.raises(ValueError, match="Antminer S9 knows no sleep"):
        (await start("s9")).sleep()
