"""Brokers that refuse, that prove themselves, that vanish, and that want a proof."""

import asyncio
import os
from pathlib import Path
import signal
import socket
import ssl
import time
from unittest.mock import Mock

from aiomqtt import Client
import pytest

from apps.site_collector.broker import Broker, Message
from simulators.antminer import AntminerSimulator
from tests.harness.mosquitto import Mosquitto

from .authority import Authority
from .collecting import (
    broker,
    collecting,
    config,
    is_swept,
    listening,
    until_read_again,
)
from .process import running
from .waiting import PATIENCE_S, until

pytestmark = pytest.mark.usefixtures("needs_mosquitto", "loopback")
ROOT = Path(__file__).parents[3]
STATUS = "mining/north/0/status"


async def test_a_killed_collector_is_offline(
    tmp_path: Path, miners: list[AntminerSimulator], mosquitto: Mosquitto
) -> None:
    """By its will; one that is ended says it itself, before it goes."""
    path = tmp_path / "site.toml"
    path.write_text(
        '[site]\nname = "north"\n[prometheus]\nport = 0\n'
        f'[mqtt]\nhost = "127.0.0.1"\nport = {mosquitto.port}\ntls = false\n'
        f'[[miners]]\naddresses = "{miners[0].host}"\nport = {miners[0].port}\n'
    )
    async with listening(mosquitto.port) as listener:
        for number in (signal.SIGKILL, signal.SIGTERM):
            async with running(path) as collector:
                await listener.until_text(STATUS, "online")
                began = time.monotonic()
                collector.process.send_signal(number)
                await listener.until_text(STATUS, "offline")
                await collector.process.wait()
                # Sooner than a broker by itself notices that nobody is there.
                assert time.monotonic() - began < 40


async def test_a_broker_forgets_what_is_not_sent_again(
    tmp_path: Path, miners: list[AntminerSimulator]
) -> None:
    """Killed with its disk full of what was true: nobody is shown that when it is back."""
    lines = "persistence true", f"persistence_location {tmp_path}/"
    async with Mosquitto(tmp_path, *lines) as mosquitto:
        site = config(tmp_path, *miners, mqtt=broker(mosquitto.port))
        async with collecting(site) as collector:
            await until(lambda: is_swept(collector))
            async with listening(mosquitto.port) as listener:
                await listener.until_text(STATUS, "online")
                await listener.until("mining/north/0/sum/site", bool)
            stored = tmp_path / "mosquitto.db"
            os.kill(mosquitto.pid, signal.SIGUSR1)
            await until(lambda: stored.exists() and b"/sum/site" in stored.read_bytes())
            await mosquitto.stop()
        kept = {STATUS}
        async with asyncio.timeout(PATIENCE_S):
            while any(topic.startswith("mining/") for topic in kept):
                # Each time as after a crash: with what was on disk.
                await mosquitto.start()
                async with listening(mosquitto.port) as listener:
                    await listener.client.publish("last", "x")
                    await listener.until_text("last", "x")
                    kept = {*listener.last}
                await mosquitto.stop()
        assert any(topic.startswith("homeassistant/device/") for topic in kept)


async def test_a_broker_of_before_mqtt_5(
    tmp_path: Path, miners: list[AntminerSimulator], caplog: pytest.LogCaptureFixture
) -> None:
    """It refuses by its version, and is spoken to by its own."""
    received = bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeting = await reader.read(1000)
        is_older = b"MQTT\x04" in greeting
        writer.write(b"\x20\x02\x00" + (b"\x00" if is_older else b"\x01"))
        while is_older and (more := await reader.read(65536)):
            received.extend(more)
            if b"online" in more:
                # The receipt of what is sent at least once.
                number = more[more.index(b"online") - 2 : more.index(b"online")]
                writer.write(b"\x40\x02" + number)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    site = config(tmp_path, *miners, mqtt=broker(port))
    async with server, collecting(site) as collector:
        assert collector.publisher is not None
        await until(lambda: is_swept(collector))
        await until(lambda: b"mining/north/0/machine/" in received)
        assert collector.publisher.broker.connected
        assert caplog.text.count("does not speak MQTT 5") == 1


async def test_a_broker_that_is_silent_does_not_hold_up_the_end(
    tmp_path: Path, miners: list[AntminerSimulator]
) -> None:
    """It takes the connection and never answers a greeting."""
    server = socket.create_server(("127.0.0.1", 0))
    server.setblocking(False)
    port = server.getsockname()[1]
    path = tmp_path / "site.toml"
    path.write_text(
        '[site]\nname = "north"\n[prometheus]\nport = 0\n'
        f'[mqtt]\nhost = "127.0.0.1"\nport = {port}\n'
        f'[[miners]]\naddresses = "{miners[0].host}"\nport = {miners[0].port}\n'
    )
    with server:
        async with running(path) as collector:
            taken, _ = await asyncio.get_running_loop().sock_accept(server)
            with taken:
                began = time.monotonic()
                collector.process.send_signal(signal.SIGTERM)
                assert await collector.process.wait() == 0
                # Sooner than the client library gives up by itself.
                assert time.monotonic() - began < 25


async def test_a_broker_that_refuses(
    tmp_path: Path,
    miners: list[AntminerSimulator],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The reason is written down once, without the password; miners are read on."""
    passwords = tmp_path / "passwords"
    passwords.write_text("")
    lines = "allow_anonymous false", f"password_file {passwords}"
    async with Mosquitto(tmp_path, *lines) as mosquitto:
        wrong = broker(mosquitto.port, username="collector", password="s3cret")
        async with collecting(config(tmp_path, *miners, mqtt=wrong)) as collector:
            await until(lambda: "No connection to the broker" in caplog.text)
            await until(lambda: is_swept(collector))
            assert "uthori" in caplog.text
            assert "s3cret" not in caplog.text
            assert caplog.text.count("No connection to the broker") == 1


async def test_both_sides_prove_themselves(
    tmp_path: Path, miners: list[AntminerSimulator], authority: Authority
) -> None:
    """With TLS and client certificates, by which the broker knows who may write what."""
    certificate, key = authority.issue("server")
    ours, our_key = authority.issue("north-0")
    reader, reader_key = authority.issue("home-assistant")
    lines = (
        *(f"cafile {authority.file}", f"certfile {certificate}", f"keyfile {key}"),
        *("require_certificate true", "use_identity_as_username true"),
        f"acl_file {ROOT / 'deploy/mosquitto/acl.conf'}",
        "allow_anonymous false",
    )
    async with Mosquitto(tmp_path, *lines) as mosquitto:
        tls = broker(
            mosquitto.port, tls=True, ca=authority.file, certificate=ours, key=our_key
        )
        context = ssl.create_default_context(cafile=authority.file)
        context.load_cert_chain(reader, reader_key)
        async with (
            collecting(config(tmp_path, *miners, mqtt=tls)),
            listening(mosquitto.port, tls_context=context) as listener,
        ):
            await listener.until_text(STATUS, "online")
            await listener.until("mining/north/0/sum/site", bool)
            assert any(of.startswith("homeassistant/device/") for of in listener.last)
            # Of what is another collector's, or an order, this one writes nothing.
            own = ssl.create_default_context(cafile=authority.file)
            own.load_cert_chain(ours, our_key)
            async with Client("127.0.0.1", mosquitto.port, tls_context=own) as client:
                for topic in (
                    "mining/north/1/status",
                    "mining/north/1/order/x",
                    "homeassistant/status",
                ):
                    await client.publish(topic, "x", qos=1)
                await client.publish("mining/north/0/last", "x", qos=1)
            await listener.until_text("mining/north/0/last", "x")
            assert "x" not in {
                text for of, text in listener.heard if of != "mining/north/0/last"
            }


# The client library leaves the socket of a failed handshake to the collector of garbage.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_certificate_that_is_not_trusted(
    tmp_path: Path,
    miners: list[AntminerSimulator],
    authority: Authority,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing is sent; once the right one is there, it goes on by itself."""
    certificate, key = authority.issue("server")
    (tmp_path / "other").mkdir()
    other = Authority(tmp_path / "other", "authority")
    lines = (f"certfile {certificate}", f"keyfile {key}")
    async with Mosquitto(tmp_path, *lines) as mosquitto:
        tls = broker(mosquitto.port, tls=True, ca=other.file)
        site = config(tmp_path, *miners, mqtt=tls)
        async with collecting(site) as collector:
            await until(lambda: "CERTIFICATE_VERIFY_FAILED" in caplog.text)
            other.file.write_bytes(authority.file.read_bytes())
            assert collector.publisher is not None
            connection = collector.publisher.broker
            await until(lambda: connection.connected)


async def test_files_that_are_no_certificates(
    tmp_path: Path,
    miners: list[AntminerSimulator],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is written down and tried again; miners are read on."""
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("nonsense")
    tls = broker(9, tls=True, ca=nonsense)
    async with collecting(config(tmp_path, *miners, mqtt=tls)) as collector:
        await until(lambda: "No connection to the broker" in caplog.text)
        await until(lambda: is_swept(collector))


async def test_a_broker_without_an_answer(
    tmp_path: Path, miners: list[AntminerSimulator], mosquitto: Mosquitto
) -> None:
    """One that stands still is told what is newest when it goes on."""
    site = config(tmp_path, *miners, mqtt=broker(mosquitto.port))
    async with collecting(site) as collector:
        assert collector.publisher is not None
        connection: Broker = collector.publisher.broker
        await until(lambda: connection.connected and is_swept(collector))
        os.kill(mosquitto.pid, signal.SIGSTOP)
        try:
            machine = next(iter(collector.site.machines.values()))
            for _ in range(5):
                await until_read_again(machine)
            # No more than there are topics.
            assert connection.waiting <= 20
        finally:
            os.kill(mosquitto.pid, signal.SIGCONT)
        async with listening(mosquitto.port) as listener:
            await listener.until_text(STATUS, "online")


async def test_many_messages_wait_for_few_turns_of_a_busy_loop(
    mosquitto: Mosquitto,
) -> None:
    """Those of a whole site at its start, while everything else is going on."""
    sent = 0

    def note_sent() -> None:
        nonlocal sent
        sent += 1

    made = Broker(broker(mosquitto.port), "busy", STATUS, lambda: ())
    made.on_sent = note_sent
    made.start()
    try:
        await until(lambda: made.connected and sent == 1)
        for number in range(1000):
            made.put(Message(f"many/{number}", "x"))
        turns = 0
        while sent < 1001:
            turns += 1
            await asyncio.sleep(0)
        assert turns < 500
    finally:
        await made.async_stop()


async def test_what_comes_before_the_connection_is_never_sent(
    mosquitto: Mosquitto,
) -> None:
    """Nor kept: an answer of then is of no use to anybody."""
    made = Broker(broker(mosquitto.port), "early", STATUS, lambda: ())
    made.put(Message("early/state", "x"))
    made.put(Message("early/answer", "x", retain=False))
    assert made.waiting == 0
    async with listening(mosquitto.port) as listener:
        made.start()
        await listener.until_text(STATUS, "online")
        await made.async_stop()
        await listener.until_text(STATUS, "offline")
        assert not any(topic.startswith("early/") for topic, _ in listener.heard)


async def test_messages_of_a_moment_go_together(
    mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time that the socket is watched costs as much as a message."""
    loop = asyncio.get_running_loop()
    made = Broker(broker(mosquitto.port, refresh_s=3600), "few", STATUS, lambda: ())
    sent = Mock()
    made.on_sent = sent
    made.start()
    try:
        await until(lambda: made.connected and sent.call_count == 1)
        with monkeypatch.context() as patched:
            watched = Mock(wraps=loop.add_writer)
            patched.setattr(loop, "add_writer", watched)
            for number in range(10):
                made.put(Message(f"few/{number}", "x"))
                # By then it would have been sent alone.
                for _ in range(8):
                    await asyncio.sleep(0)
            await until(lambda: sent.call_count == 11)
        assert watched.call_count <= 3
    finally:
        await made.async_stop()
