"""A hook gets each result as JSON, once, and ends with its deadline."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.mining_farm.engines.auction.documents import describe_result
from custom_components.mining_farm.engines.auction.errors import RoutingError
from custom_components.mining_farm.engines.auction.models import FP, OwnBid
from custom_components.mining_farm.engines.auction.proxy.hook import Hook, HookCaller

from .fake_node import eventually
from .results import result

OWN = (OwnBid(size="0.1", price_fp18=FP, won=True),)
UNHURRIED = 60.0


def _program(folder: Path, script: str) -> str:
    path = folder / "hook"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


async def test_a_program_gets_each_result_once(tmp_path: Path) -> None:
    """As one line of JSON; again only for another window or another own result."""
    noted = tmp_path / "noted"
    target = _program(tmp_path, f"cat >> {noted}")
    hook = HookCaller(Hook(target=target, within=UNHURRIED), describe_result)
    first = result(own=OWN)
    assert await hook(first)
    assert not await hook(replace(first, solved_in=5.0))
    assert await hook(replace(first, own=()))
    assert await hook(result(start=7_500_105, own=()))
    lines = [json.loads(line) for line in noted.read_text().splitlines()]
    assert [len(line["won"]) for line in lines] == [1, 0, 0]
    assert lines[0]["won"] == [{"size": "0.1", "price": "1", "workers": 1}]
    assert lines[2]["window"]["start"] == 7_500_105


@pytest.mark.parametrize(
    ("script", "within", "reason"),
    [
        ("exit 3", UNHURRIED, "ended with exit status 3"),
        (
            "sleep 600 & echo $! > pid; mv pid started; wait",
            0.2,
            "not ended within 0.2 s",
        ),
    ],
)
async def test_a_program_that_fails_is_called_again(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    within: float,
    reason: str,
) -> None:
    """Nothing that it has started outlives its deadline."""
    monkeypatch.chdir(tmp_path)
    hook = HookCaller(
        Hook(target=_program(tmp_path, script), within=within), describe_result
    )
    for _ in range(2):
        with pytest.raises(RoutingError, match=reason):
            await hook(result(own=OWN))
    started = tmp_path / "started"
    if started.exists():
        child = Path(f"/proc/{started.read_text().strip()}")
        await eventually(lambda: not child.exists() or _is_zombie(child))


def _is_zombie(process: Path) -> bool:
    try:
        return " Z " in (process / "stat").read_text()
    except OSError:
        return True


async def test_what_cannot_be_started_is_an_error(tmp_path: Path) -> None:
    """Without its path, which may be anything."""
    for target in (str(tmp_path / "missing"), str(tmp_path), ""):
        hook = HookCaller(Hook(target=target), describe_result)
        with pytest.raises(RoutingError, match="cannot be started"):
            await hook(result(own=OWN))


async def test_a_program_need_not_read(tmp_path: Path) -> None:
    """Its input may be closed before all of it was written."""
    target = _program(tmp_path, "exec 0<&-; exit 0")
    hook = HookCaller(
        Hook(target=target, within=UNHURRIED), lambda _: {"much": "x" * 1_000_000}
    )
    assert await hook(result(own=OWN))


@asynccontextmanager
async def _server(answer: bytes | None) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Answer like this, or never."""
    asked: list[bytes] = []
    done = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r")[0])
        asked.append(head + await reader.readexactly(length))
        if answer is None:
            await done.wait()
        else:
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/machines?key=s3cret", asked
    done.set()
    server.close()


def _answer(status: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.mark.usefixtures("socket_enabled")
async def test_a_result_is_posted() -> None:
    """To the path and query of the URL; any 2xx is well."""
    async with _server(_answer("204 No Content")) as (url, asked):
        hook = HookCaller(Hook(target=url, within=UNHURRIED), describe_result)
        assert await hook(result(own=OWN))
        assert not await hook(result(own=OWN))
    (request,) = asked
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /machines?key=s3cret HTTP/1.1\r\n")
    document: dict[str, Any] = json.loads(body)
    assert document["won"] == [{"size": "0.1", "price": "1", "workers": 1}]


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(
    ("answer", "within", "reason"),
    [
        (_answer("500 Oops"), UNHURRIED, "status 500"),
        (_answer("302 Found\r\nLocation: /x"), UNHURRIED, "status 302"),
        (b"no HTTP", UNHURRIED, "cannot be reached"),
        (None, 0.1, "not answered within 0.1 s"),
    ],
)
async def test_an_answer_that_is_none(
    answer: bytes | None, within: float, reason: str
) -> None:
    """An error without the URL, which may hold a key."""
    async with _server(answer) as (url, _):
        hook = HookCaller(Hook(target=url, within=within), describe_result)
        with pytest.raises(RoutingError) as caught:
            await hook(result(own=OWN))
    assert "s3cret" not in str(caught.value)
    assert reason in str(caught.value) or "cannot be reached" in str(caught.value)


@pytest.mark.usefixtures("socket_enabled")
async def test_a_url_that_nothing_answers() -> None:
    """Nor does one that cannot be."""
    for url in ("http://127.0.0.1:9/x", "http://127.0.0.1:99999/", "https:///"):
        hook = HookCaller(Hook(target=url, within=UNHURRIED), describe_result)
        with pytest.raises(RoutingError, match="cannot be reached"):
            await hook(result(own=OWN))
