"""The cipher, the frames, and a search, beside what the library makes of them."""

import asyncio
import json
import socket
from typing import Any

from hypothesis import given, strategies as st
from kasa.transports import XorEncryption
import pytest

from simulators.kasa import KasaSimulator
from simulators.kasa.cipher import HEADER_SIZE, body_size, frame, scramble, unscramble
from simulators.kasa.wire import BROADCAST

from .conftest import StartPlug

SYSINFO = b'{"system":{"get_sysinfo":{}}}'


def test_a_known_cipher_text() -> None:
    """The request of every phone app, as the protocol's discoverers published it."""
    assert frame(SYSINFO).hex() == (
        "0000001dd0f281f88bff9af7d5ef94b6d1b4c09fec95e68fe187e8caf08bf68bf6"
    )


@given(st.binary())
def test_any_bytes_survive_the_cipher(plain: bytes) -> None:
    """What is scrambled comes back, and has its length."""
    cipher = scramble(plain)
    assert len(cipher) == len(plain)
    assert unscramble(cipher) == plain


@given(st.text())
def test_frames_are_those_of_the_library(text: str) -> None:
    """Both sides make the same bytes of the same text and read each other's."""
    data = frame(text.encode())
    assert data == bytes(XorEncryption.encrypt(text))
    assert body_size(data[:HEADER_SIZE]) == len(data) - HEADER_SIZE
    assert XorEncryption.decrypt(data[HEADER_SIZE:]) == text


async def _ask(plug: KasaSimulator, data: bytes) -> Any:
    """Send bytes over TCP and return the parsed answer, None when there is none."""
    reader, writer = await asyncio.open_connection(plug.host, plug.port)
    try:
        writer.write(data)
        size = body_size(await reader.readexactly(HEADER_SIZE))
        return json.loads(unscramble(await reader.readexactly(size)))
    except asyncio.IncompleteReadError, ConnectionError:
        return None
    finally:
        writer.close()


async def test_an_answer_mirrors_its_request(start_plug: StartPlug) -> None:
    """Modules and members that do not exist are refused one by one."""
    plug = await start_plug("hs103")
    request = {
        "system": {"get_sysinfo": None, "fly": {}, "set_relay_state": {"state": 7}},
        "emeter": {"get_realtime": {}},
    }
    answer = await _ask(plug, frame(json.dumps(request).encode()))
    assert answer["system"]["get_sysinfo"]["relay_state"] == 1
    assert answer["system"]["fly"]["err_code"] == -2
    assert answer["system"]["set_relay_state"]["err_code"] == -3
    assert answer["emeter"] == {"err_code": -1, "err_msg": "module not support"}
    assert plug.commands == []


@pytest.mark.parametrize(
    "request_", [b"", b"not json", b"[1]", b'{"system":5}', b'{"context":7}', b"\xff"]
)
async def test_what_is_no_request_ends_the_connection(
    start_plug: StartPlug, request_: bytes
) -> None:
    """The device goes on answering others."""
    plug = await start_plug("hs103")
    assert await _ask(plug, frame(request_)) is None
    assert await _ask(plug, frame(SYSINFO)) is not None


async def test_a_frame_that_never_ends_is_not_read(start_plug: StartPlug) -> None:
    """A length of 4 GiB ends the connection."""
    plug = await start_plug("hs103")
    assert await _ask(plug, b"\xff\xff\xff\xff") is None


async def test_a_search_is_answered_from_the_own_address(
    start_plug: StartPlug,
) -> None:
    """Sent to one or to all, it brings each device's system information, unframed."""
    plugs = [await start_plug("hs110", seed=seed) for seed in range(3)]
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as searcher:
        searcher.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        searcher.bind(("0.0.0.0", 0))
        searcher.settimeout(0)
        await loop.sock_sendto(searcher, scramble(SYSINFO), (plugs[0].host, 9999))
        _, first = await loop.sock_recvfrom(searcher, 4096)
        assert first == (plugs[0].host, 9999)
        await loop.sock_sendto(searcher, scramble(SYSINFO), (BROADCAST, 9999))
        found: dict[str, Any] = {}
        # Other simulated devices of this machine may answer as well.
        while not {plug.host for plug in plugs} <= found.keys():
            async with asyncio.timeout(5):
                data, (host, _) = await loop.sock_recvfrom(searcher, 4096)
            found[host] = json.loads(unscramble(data))["system"]["get_sysinfo"]
    assert [found[plug.host]["mac"] for plug in plugs] == [p.mac for p in plugs]
