"""The socket side: one accept loop, one recv, the close, the allow list."""

import asyncio
from contextlib import suppress
import json

import pytest

from simulators.clock import ManualClock
from tests.simulators.asking import ask, ask_json, settle
from tests.simulators.conftest import Start

VERSION = b'{"command":"version"}'


async def test_the_miner_closes_after_each_reply(start: Start) -> None:
    """Two requests on one connection: only the first is read and answered."""
    miner = await start("s9")
    reader, writer = await asyncio.open_connection(miner.host, miner.port)
    writer.write(VERSION)
    assert (await reader.read()).count(b"\0") == 1
    assert reader.at_eof()
    writer.write(VERSION)
    await settle()
    assert list(miner.traffic.requests) == [VERSION]
    writer.close()


async def test_a_request_in_two_segments_is_broken(start: Start) -> None:
    """There is one recv: the first half is all that is read."""
    miner = await start("s19jpro")
    reader, writer = await asyncio.open_connection(miner.host, miner.port)
    writer.write(VERSION[:8])
    reply = json.loads((await reader.read())[:-1])
    assert reply["STATUS"][0]["Code"] == 23
    writer.close()


@pytest.mark.parametrize(("model", "limit"), [("s19jpro", 4095), ("s9", 8191)])
async def test_a_recv_takes_a_limited_request(
    start: Start, model: str, limit: int
) -> None:
    """What is just short enough is understood, one byte more is cut."""
    miner = await start(model)
    fits = b'{"command":"version"' + b" " * (limit - 21) + b"}"
    assert len(fits) == limit
    assert b"VERSION" in await ask(miner, fits)
    with_one_more = b'{"command":"version"' + b" " * (limit - 20) + b"}"
    # The byte that is never read may reset the connection.
    with suppress(ConnectionResetError):
        assert b"Invalid JSON" in await ask(miner, with_one_more)
    assert len(miner.traffic.requests[-1]) == limit


async def test_a_trailing_newline_is_harmless_in_json(start: Start) -> None:
    """JSON ends where it ends."""
    assert b"VERSION" in await ask(await start("s9"), VERSION + b"\n")


async def test_clients_are_served_one_after_the_other(start: Start) -> None:
    """Who connects and is silent blocks all others, and not for longer."""
    miner = await start("s9")
    silent_reader, silent = await asyncio.open_connection(miner.host, miner.port)
    await settle()
    waiting = [asyncio.create_task(ask(miner, VERSION)) for _ in range(3)]
    done, _ = await asyncio.wait(waiting, timeout=0.05)
    assert not done
    assert miner.traffic.connections == 1
    silent.write(VERSION)
    assert await silent_reader.read() != b""
    replies = await asyncio.gather(*waiting)
    assert all(reply.endswith(b"\0") for reply in replies)
    assert miner.traffic.connections == 4
    silent.close()


async def test_classic_waits_for_a_silent_client_for_ever(
    start: Start, clock: ManualClock
) -> None:
    """There is no read timeout in bmminer."""
    miner = await start("s9")
    _, silent = await asyncio.open_connection(miner.host, miner.port)
    await settle()
    clock.advance(86_400)
    waiting = asyncio.create_task(ask(miner, VERSION))
    done, _ = await asyncio.wait([waiting], timeout=0.05)
    assert not done
    silent.close()
    assert b"VERSION" in await waiting


async def test_the_rewrite_gives_up_on_a_silent_client(
    start: Start, clock: ManualClock
) -> None:
    """After ten seconds the next one is served."""
    miner = await start("s19jpro")
    silent_reader, silent = await asyncio.open_connection(miner.host, miner.port)
    await settle()
    waiting = asyncio.create_task(ask(miner, VERSION))
    clock.advance(9.9)
    done, _ = await asyncio.wait([waiting], timeout=0.05)
    assert not done
    clock.advance(0.2)
    assert b"VERSION" in await waiting
    assert await silent_reader.read() == b""
    silent.close()


async def test_a_client_that_goes_away_does_no_harm(start: Start) -> None:
    """Connections closed or reset at once are forgotten."""
    miner = await start("s9")
    for _ in range(3):
        _, writer = await asyncio.open_connection(miner.host, miner.port)
        writer.transport.abort()
    assert b"VERSION" in await ask(miner, VERSION)


async def test_replies_can_take_time(start: Start, clock: ManualClock) -> None:
    """Each reply takes its time, one after the other."""
    miner = await start("s9")
    miner.slow(0.03)
    asking = [asyncio.create_task(ask(miner, VERSION)) for _ in range(2)]
    for expected in (1, 2):
        while miner.traffic.connections < expected:
            await asyncio.sleep(0)
        await settle()
        clock.advance(0.03)
        await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
        await settle()
    assert all(b"VERSION" in reply for reply in await asyncio.gather(*asking))


async def test_only_the_allow_list_is_answered(start: Start) -> None:
    """Another client is accepted, and closed without a byte."""
    miner = await start("s9", allow=("127.0.0.1/32",))
    assert b"VERSION" in await ask(miner, VERSION)
    reader, writer = await asyncio.open_connection(
        miner.host, miner.port, local_addr=("127.0.0.7", 0)
    )
    writer.write(VERSION)
    assert await reader.read() == b""
    writer.close()


async def test_traffic_is_counted(start: Start) -> None:
    """Connections, bytes both ways, and the requests themselves."""
    miner = await start("s19jpro")
    replies = [await ask(miner, VERSION), await ask(miner, b"stats")]
    traffic = miner.traffic
    assert traffic.connections == 2
    assert list(traffic.requests) == [VERSION, b"stats"]
    assert traffic.bytes_in == len(VERSION) + 5
    assert traffic.bytes_out == sum(map(len, replies))


async def test_a_hundred_miners_share_one_loop(start: Start) -> None:
    """All of them answer at once, each with its own identity."""
    miners = [await start("s19jpro", seed=n) for n in range(100)]
    replies = await asyncio.gather(*(ask_json(miner, "stats") for miner in miners))
    serials = [reply["STATS"][1]["miner_id"] for reply in replies]
    assert serials == [miner.identity.serial for miner in miners]
    assert len(set(serials)) == 100
    assert len({miner.identity.mac for miner in miners}) == 100


async def test_a_port_in_use_is_an_error(start: Start) -> None:
    """Two miners cannot share an address."""
    miner = await start("s9")
    with pytest.raises(OSError, match="in use"):
        await start("s9", port=miner.port)
