"""The client: what goes over the wire, what comes back, and every way to fail."""

import asyncio
from collections.abc import Callable
import contextlib
import json
import socket
import struct
import threading
from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    CGMinerClient,
    Failure,
    MinerError,
    build_payload,
)

from .fake_miner import (
    Classic,
    FakeMiner,
    Firmware,
    Script,
    access_denied,
    hang,
    invalid_command,
    ok,
    unused_port,
)
from .harness import DrivenSleep, StartMiner, client_of
from .replies import CLASSIC, STOCK, classic_replies, stats, stock_replies


@pytest.mark.parametrize(
    ("command", "new_api", "payload"),
    [
        ("stats", False, b'{"command":"stats"}'),
        ("stats+devs", False, b'{"command":"stats+devs"}'),
        (["stats", "devs"], False, b'{"command":["stats","devs"]}'),
        (("summary",), False, b'{"command":["summary"]}'),
        ("stats", True, b'{"command":"stats","new_api":true}'),
    ],
)
def test_payload(command: str | list[str], new_api: bool, payload: bytes) -> None:
    """One place decides the wire form: JSON without blanks and without a newline."""
    assert build_payload(command, new_api=new_api) == payload


@pytest.mark.parametrize(
    "command",
    [
        "restart",
        "quit",
        "reboot",
        "addpool",
        "stats+switchpool",
        ["stats", "save"],
        "stats|0",
        "stats\n",
        "Stats",
        "stats+",
        "",
        [],
        "ascset|0,reboot,0",
        'stats","command":"quit',
    ],
)
async def test_only_reads(
    start_miner: StartMiner, sleep: DrivenSleep, command: str | list[str]
) -> None:
    """A command that might change the miner never leaves the client."""
    miner = await start_miner(Firmware(STOCK, {}))
    with pytest.raises(MinerError, match="not sent") as caught:
        await client_of(miner, sleep).async_send_command(command)
    assert caught.value.failure is Failure.UNKNOWN_COMMAND
    assert miner.requests == []
    assert sleep.slept == []


async def test_one_write_and_close(start_miner: StartMiner, sleep: DrivenSleep) -> None:
    """The request is one segment without a newline; then the client only closes."""
    miner = await start_miner(Firmware(STOCK, stock_replies()))
    client = client_of(miner, sleep)
    assert await client.async_get_stats() == stats()
    assert (await client.async_get_devs())["DEVS"][0]["Name"] == "BTM_SOC"
    while len(miner.afterwards) < 2:
        await asyncio.sleep(0)
    assert miner.requests == [b'{"command":"stats"}', b'{"command":"devs"}']
    assert miner.afterwards == [b"", b""]
    assert sleep.slept == []


async def test_joined_reply_is_returned_whole(
    start_miner: StartMiner, sleep: DrivenSleep
) -> None:
    """A joined reply passes even where a member of it is refused."""
    miner = await start_miner(Classic(CLASSIC, classic_replies()))
    reply = await client_of(miner, sleep).async_send_command("stats+version")
    assert reply["stats"][0]["STATS"][1]["chain_acn1"] == 76
    assert reply["version"][0]["STATUS"][0]["Code"] == 45


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (access_denied("stats", STOCK), Failure.DENIED),
        (invalid_command(STOCK), Failure.UNKNOWN_COMMAND),
        (
            {"STATUS": "E", "Code": 14, "Msg": "invalid cmd", "Description": "btminer"},
            Failure.UNKNOWN_COMMAND,
        ),
        (
            {"STATUS": [{"STATUS": "F", "Code": 23, "Msg": "Invalid JSON"}]},
            Failure.COMMAND_FAILED,
        ),
        (b"<html><body>404</body></html>", Failure.NOT_CGMINER),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Failure.NOT_CGMINER),
        (b'{"error": "not found"}', Failure.NOT_CGMINER),
        (b'{"STATUS":[{"STATUS":"S"}],"STATS":[}\0', Failure.INVALID_REPLY),
    ],
)
async def test_an_answer_is_not_asked_for_again(
    start_miner: StartMiner,
    sleep: DrivenSleep,
    answer: dict[str, Any] | bytes,
    failure: Failure,
) -> None:
    """Whatever was answered will be answered again: there is no retry."""
    miner = await start_miner(lambda _: answer)
    with pytest.raises(MinerError) as caught:
        await client_of(miner, sleep).async_get_stats()
    assert caught.value.failure is failure
    assert len(miner.requests) == 1
    assert sleep.slept == []


async def _reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close with a reset, as a kernel does where the request was left unread."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def _close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close in an orderly way, without a byte."""
    writer.write_eof()


def _cut(ending: Script) -> Script:
    """Return what sends half a reply and then ends in a given way."""

    async def script(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(json.dumps(stats()).encode()[:600])
        await writer.drain()
        await ending(reader, writer)

    return script


@pytest.mark.parametrize(
    ("script", "failure"),
    [
        (_close, Failure.DENIED),
        (_reset, Failure.DENIED),
        (hang, Failure.TIMEOUT),
        (_cut(_close), Failure.INVALID_REPLY),
        (_cut(hang), Failure.TIMEOUT),
    ],
)
async def test_transport_failures_are_retried(
    start_miner: StartMiner, sleep: DrivenSleep, script: Script, failure: Failure
) -> None:
    """Four attempts, with a growing pause; then one error that says what it was."""
    miner = await start_miner(lambda _: script)
    with pytest.raises(MinerError) as caught:
        await client_of(miner, sleep, timeout=0.05).async_get_stats()
    assert caught.value.failure is failure
    assert str(caught.value)
    assert len(miner.requests) == 4
    assert sleep.slept == [0.5, 1, 2]


async def test_refused_is_retried(socket_enabled: None, sleep: DrivenSleep) -> None:
    """A miner that restarts refuses connections for a while."""
    client = CGMinerClient("127.0.0.1", unused_port(), sleep=sleep)
    with pytest.raises(MinerError, match="refused") as caught:
        await client.async_get_stats()
    assert caught.value.failure is Failure.REFUSED
    assert sleep.slept == [0.5, 1, 2]


async def test_comes_back_between_retries(socket_enabled: None) -> None:
    """The attempt after the miner is back brings the reply."""
    miner = FakeMiner(Firmware(STOCK, stock_replies()))
    miner.port = unused_port()
    slept: list[float] = []

    async def start_meanwhile(seconds: float) -> None:
        slept.append(seconds)
        if seconds == 1:
            await miner.__aenter__()

    client = CGMinerClient("127.0.0.1", miner.port, sleep=start_meanwhile)
    assert await client.async_get_stats() == stats()
    assert slept == [0.5, 1]
    await miner.__aexit__()


async def test_no_retries_when_there_should_be_none(
    start_miner: StartMiner, sleep: DrivenSleep
) -> None:
    """A scan wants one quick answer."""
    miner = await start_miner(lambda _: _close)
    with pytest.raises(MinerError):
        await client_of(miner, sleep, retries=0).async_get_stats()
    assert len(miner.requests) == 1
    assert sleep.slept == []


@pytest.mark.parametrize("host", ["no such\0host", "a" * 300, "256.0.0.999.", ""])
async def test_names_that_are_none(
    monkeypatch: pytest.MonkeyPatch, sleep: DrivenSleep, host: str
) -> None:
    """A name that does not resolve, or cannot, is a miner that is unreachable."""
    loop = asyncio.get_running_loop()

    async def unknown(host: str, port: int, **_: object) -> None:
        host.encode("idna")
        if "\0" in host:
            raise ValueError("embedded null character")
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(loop, "getaddrinfo", unknown)
    with pytest.raises(MinerError) as caught:
        await CGMinerClient(host, sleep=sleep).async_get_stats()
    assert caught.value.failure is Failure.UNREACHABLE


async def test_port_that_is_none(socket_enabled: None, sleep: DrivenSleep) -> None:
    """A port beyond the range is an error of the same kind."""
    with pytest.raises(MinerError) as caught:
        await CGMinerClient("127.0.0.1", 70000, sleep=sleep).async_get_stats()
    assert caught.value.failure is Failure.UNREACHABLE


async def test_every_address_of_a_name_is_tried(
    start_miner: StartMiner, sleep: DrivenSleep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second address answers where the first one refuses."""
    miner = await start_miner(Firmware(STOCK, stock_replies()))

    async def resolve(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        assert host == "miner.local"
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", unused_port())),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)),
        ]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    client = CGMinerClient("miner.local", miner.port, sleep=sleep)
    assert await client.async_get_stats() == stats()
    assert sleep.slept == []


async def test_reply_without_terminator(
    start_miner: StartMiner, sleep: DrivenSleep
) -> None:
    """The end of the stream ends a reply as well as a NUL does."""
    miner = await start_miner(lambda _: json.dumps(stats()).encode())
    assert await client_of(miner, sleep).async_get_stats() == stats()


async def test_nul_ends_a_reply_that_is_not_closed(
    start_miner: StartMiner, sleep: DrivenSleep
) -> None:
    """Firmware that forgets to close is not waited for."""

    async def keep_open(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(json.dumps(stats()).encode() + b"\0")
        await reader.read()

    miner = await start_miner(lambda _: keep_open)
    async with asyncio.timeout(1):
        assert await client_of(miner, sleep, timeout=60).async_get_stats() == stats()


async def test_whole_reply_at_the_deadline(
    start_miner: StartMiner, sleep: DrivenSleep
) -> None:
    """JSON that is complete counts even where neither NUL nor end of stream came."""

    async def keep_open(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(json.dumps(stats()).encode())
        await reader.read()

    miner = await start_miner(lambda _: keep_open)
    assert await client_of(miner, sleep, timeout=0.1).async_get_stats() == stats()


async def test_text_at_the_deadline_is_not_trusted(
    start_miner: StartMiner, sleep: DrivenSleep
) -> None:
    """Text that stops between two sections seems whole, so it needs its end."""

    async def stop_midway(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(b"STATUS=S,Code=70,Msg=CGMiner stats|")
        await reader.read()

    miner = await start_miner(lambda _: stop_midway)
    with pytest.raises(MinerError) as caught:
        await client_of(miner, sleep, timeout=0.05).async_get_stats()
    assert caught.value.failure is Failure.TIMEOUT


async def test_one_connection_at_a_time(
    start_miner: StartMiner, sleep: DrivenSleep
) -> None:
    """However many ask at once, the miner sees one client after the other."""
    miner = await start_miner(Firmware(STOCK, stock_replies()))
    client = client_of(miner, sleep)
    await asyncio.gather(*(client.async_get_stats() for _ in range(20)))
    assert len(miner.requests) == 20
    assert miner.most_at_once == 1


async def test_cancelled(start_miner: StartMiner, sleep: DrivenSleep) -> None:
    """Cancelling closes the connection, and the next command goes through."""
    closed = asyncio.Event()

    async def wait_for_close(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        assert await reader.read() == b""
        closed.set()

    miner = await start_miner(lambda _: wait_for_close)
    client = client_of(miner, sleep, timeout=60)
    task = asyncio.create_task(client.async_get_stats())
    while not miner.requests:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(1):
        await closed.wait()
    miner.answer = Firmware(STOCK, stock_replies())
    assert await client.async_get_stats() == stats()


async def test_deadline_covers_connecting(
    monkeypatch: pytest.MonkeyPatch, sleep: DrivenSleep
) -> None:
    """A resolver that never answers costs one deadline per attempt."""

    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "getaddrinfo", never)
    started = loop.time()
    with pytest.raises(MinerError) as caught:
        await CGMinerClient("miner.local", timeout=0.02, sleep=sleep).async_get_stats()
    assert caught.value.failure is Failure.TIMEOUT
    assert loop.time() - started < 1


async def test_blocking_forms(start_miner: StartMiner, sleep: DrivenSleep) -> None:
    """Scripts get the same replies and the same errors, without an event loop."""
    replies = stock_replies() | {"version": access_denied("version", STOCK)}
    miner = await start_miner(Firmware(STOCK, replies))
    client = client_of(miner, sleep)
    assert await asyncio.to_thread(client.get_stats) == stats()
    assert (await asyncio.to_thread(client.get_devs))["DEVS"]
    assert (await asyncio.to_thread(client.send_command, "pools"))["POOLS"]
    with pytest.raises(MinerError):
        await asyncio.to_thread(client.send_command, "version")


async def test_blocking_forms_in_threads(
    start_miner: StartMiner, sleep: DrivenSleep
) -> None:
    """Threads that share a client wait for each other."""
    miner = await start_miner(Firmware(STOCK, stock_replies()))
    client = client_of(miner, sleep)
    threads = [threading.Thread(target=client.get_stats) for _ in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        await asyncio.sleep(0)
    assert len(miner.requests) == 8
    assert miner.most_at_once == 1


@pytest.mark.parametrize(
    "call",
    [
        CGMinerClient.get_stats,
        CGMinerClient.get_devs,
        lambda client: client.send_command("stats"),
    ],
)
async def test_blocking_inside_a_loop(call: Callable[[CGMinerClient], object]) -> None:
    """A blocking form would freeze the event loop, so it says what to do instead."""
    with pytest.raises(RuntimeError, match="await async_send_command"):
        call(CGMinerClient("127.0.0.1"))


async def test_reply_in_many_segments(
    start_miner: StartMiner, sleep: DrivenSleep
) -> None:
    """A long reply arrives in pieces, cut anywhere: inside a character as well."""
    reply = ok("STATS", [{"Note": "°ü" * 40_000}], STOCK)

    async def pieces(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        raw = json.dumps(reply, ensure_ascii=False).encode() + b"\0"
        with contextlib.suppress(OSError):
            for start in range(0, len(raw), 777):
                writer.write(raw[start : start + 777])
                await writer.drain()
        await reader.read()

    miner = await start_miner(lambda _: pieces)
    assert await client_of(miner, sleep).async_get_stats() == reply
