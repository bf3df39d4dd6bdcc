"""A port that is held belongs to the program that is started on it later."""

import errno
import socket
import subprocess
import sys

import pytest

from .ports import hold_port

_LISTEN_TWICE = """
import asyncio

async def listen():
    for _ in range(2):
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", {0})
        reader, writer = await asyncio.open_connection("127.0.0.1", {0})
        await reader.read()
        server.close()
        await server.wait_closed()
        writer.close()

asyncio.run(listen())
"""


def test_nobody_else_gets_it(loopback: None) -> None:
    """Neither a connection as its near end, nor who looks for a free one."""
    ports = [hold_port() for _ in range(50)]
    assert len({*ports}) == 50
    with socket.socket() as near:
        with pytest.raises(OSError, match="in use") as refused:
            near.bind(("127.0.0.1", ports[0]))
        assert refused.value.errno == errno.EADDRINUSE


def test_its_program_listens_on_it_again_and_again(loopback: None) -> None:
    """A program of its own, also right after connections of its first run."""
    done = subprocess.run(
        [sys.executable, "-c", _LISTEN_TWICE.format(hold_port())],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_nothing_answers_on_it_before(loopback: None) -> None:
    """It is held, but nobody listens."""
    port = hold_port()
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED
