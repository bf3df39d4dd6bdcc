"""The command: its mistakes, its signals, its end."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack
from functools import partial
import os
from pathlib import Path
import re
import signal
from threading import Event, Thread
import time
from urllib.request import urlopen

import pytest

from apps.site_collector.config import Config
from apps.site_collector.main import main
from apps.site_collector.site import Site
from simulators.antminer import AntminerSimulator
from tests.harness.ports import hold_port

from .process import running
from .waiting import PATIENCE_S, until


def write(
    folder: Path,
    *miners: AntminerSimulator,
    container: str = "C1",
    timeout_s: int = 1,
) -> Path:
    """Write a file with some miners and return where it is."""
    path = folder / "site.toml"
    groups = "".join(
        f'[[miners]]\naddresses = "{miner.host}"\nport = {miner.port}\n'
        f'container = "{container}"\n'
        for miner in miners
    )
    path.write_text(
        f'[site]\nname = "north"\n[poll]\nperiod_s = {timeout_s}\n'
        f"timeout_s = {timeout_s}\n[prometheus]\nport = 0\n{groups}"
    )
    return path


def test_a_file_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without running; what is wrong is named with its line, the status is 1."""
    path = tmp_path / "site.toml"
    path.write_text('[site]\nname = "n"\n[[miners]]\naddresses = "10.0.0.1-9"\n')
    assert main(["--config", str(path), "--check"]) == 0
    assert "9 addresses, no mistake" in capsys.readouterr().out
    path.write_text('[site]\nname = "n"\n[[miners]]\naddresses = "10.0.0.300"\n')
    assert main(["--config", str(path), "--check"]) == 1
    assert "site.toml: line 4, [[miners]] number 1" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        main(["--config", str(path), "--shard", "4/4"])
    assert ended.value.code == 2
    assert "K counts from 0" in capsys.readouterr().err


def _was_asked(miners: Sequence[AntminerSimulator]) -> bool:
    """Return whether any of them was."""
    return any(miner.traffic.connections for miner in miners)


@pytest.mark.usefixtures("loopback")
async def test_it_ends_in_order_and_in_time(tmp_path: Path) -> None:
    """With what it learned on disk, also while a miner holds on to its question."""
    async with AsyncExitStack() as stack:
        # So many that one of each is soon asked: when follows from its port.
        miners = [
            await stack.enter_async_context(AntminerSimulator("s19jpro", seed=seed))
            for seed in range(1, 21)
        ]
        for miner in miners[10:]:
            miner.slow(3600.0)
        path = write(tmp_path, *miners, timeout_s=30)
        async with running(path) as collector:
            await until(lambda: "20 of 20 machines" in collector.output)
            for some in (miners[:10], miners[10:]):
                await until(partial(_was_asked, some))
            began = time.monotonic()
            collector.process.send_signal(signal.SIGTERM)
            assert await collector.process.wait() == 0
            assert time.monotonic() - began < 25
            assert "Traceback" not in collector.output
    assert (tmp_path / "state" / "learned-0.jsonl").exists()


@pytest.mark.usefixtures("loopback")
async def test_sighup_has_the_file_read_again(tmp_path: Path) -> None:
    """A mistake in it changes nothing and is written down."""
    async with AntminerSimulator("s19jpro") as miner:
        path = write(tmp_path, miner)
        async with running(path) as collector:
            await until(lambda: miner.traffic.connections)
            path.write_text("[site")
            collector.process.send_signal(signal.SIGHUP)
            await until(lambda: "stays as it was" in collector.output)
            connections = miner.traffic.connections
            await until(lambda: miner.traffic.connections > connections)
            write(tmp_path, miner, container="C2")
            collector.process.send_signal(signal.SIGHUP)
            await until(lambda: "read again: 1 machines" in collector.output)
            connections = miner.traffic.connections
            await until(lambda: miner.traffic.connections > connections)
            assert collector.process.returncode is None


def live(steps: Callable[[], None], *arguments: str) -> int:
    """Run the command until steps in a thread are done; return its status."""
    done: Future[None] = Future()
    over = Event()

    def work() -> None:
        try:
            steps()
        except BaseException as err:  # noqa: BLE001 The test raises it
            done.set_exception(err)
        else:
            done.set_result(None)
        finally:
            if not over.is_set():
                os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=work).start()
    try:
        return main(arguments)
    finally:
        over.set()
        done.result()


def served(port: int, name: str) -> float | None:
    """Return a sample of the collector; None before there is one."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
            text = answer.read().decode()
    except OSError:
        return None
    found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
    return None if found is None else float(found[1])


def until_served(port: int, name: str, value: float) -> None:
    """Wait for a value of a sample."""
    patience = Event()
    end = time.monotonic() + PATIENCE_S
    while served(port, name) != value:
        assert time.monotonic() < end, (name, value)
        patience.wait(0.02)


@pytest.mark.usefixtures("loopback")
def test_a_whole_life(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """On a port of its own; a mistake in the file is told, mended, and told no more."""
    port = hold_port()
    path = tmp_path / "site.toml"
    head = '[site]\nname = "n"\n[[miners]]\nport = 9\naddresses = '

    def steps() -> None:
        refused = "site_collector_config_reload_failed"
        until_served(port, "site_collector_machines", 2)
        path.write_text(f'{head}"127.0.0.300"\n')
        os.kill(os.getpid(), signal.SIGHUP)
        until_served(port, refused, 1)
        path.write_text(f'{head}"127.0.0.1-3"\n')
        os.kill(os.getpid(), signal.SIGHUP)
        until_served(port, "site_collector_machines", 3)
        assert served(port, refused) == 0
        assert "line 5" in caplog.text

    path.write_text(f'{head}"127.0.0.1-2"\n')
    own = "--port", str(port), "--shard", "0/1"
    assert live(steps, "--config", str(path), *own) == 0
    assert served(port, "site_collector_machines") is None


@pytest.mark.usefixtures("loopback")
def test_what_goes_wrong_in_a_reload_is_written_down(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it is, the collector goes on; it can be told to follow once more."""
    port = hold_port()
    path = tmp_path / "site.toml"
    path.write_text(
        f'[site]\nname = "n"\n[prometheus]\nport = {port}\n'
        '[[miners]]\naddresses = "127.0.0.1-2"\nport = 9\n'
    )
    reload = Site.async_reload
    calls = []

    async def once(site: Site, config: Config) -> None:
        calls.append(config)
        if len(calls) == 1:
            raise RuntimeError("as wanted")
        await reload(site, config)

    def steps() -> None:
        until_served(port, "site_collector_machines", 2)
        path.write_text(path.read_text().replace("1-2", "1-4"))
        os.kill(os.getpid(), signal.SIGHUP)
        until_said("could not be followed")
        assert served(port, "site_collector_machines") == 2
        os.kill(os.getpid(), signal.SIGHUP)
        until_served(port, "site_collector_machines", 4)

    def until_said(text: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while text not in caplog.text:
            assert time.monotonic() < end
            Event().wait(0.02)

    monkeypatch.setattr(Site, "async_reload", once)
    assert live(steps, "--config", str(path), "--verbose") == 0


@pytest.mark.parametrize("arguments", [["--port", "70000"], ["--shard", "1"], []])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, and what is wrong."""
    with pytest.raises(SystemExit) as ended:
        main(arguments if not arguments else ["--config", "x", *arguments])
    assert ended.value.code == 2
    assert "usage: site_collector" in capsys.readouterr().err


async def test_a_port_that_is_taken(tmp_path: Path, socket_enabled: None) -> None:
    """One line, and status 1."""
    server = await asyncio.start_server(lambda _, __: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    path = tmp_path / "site.toml"
    path.write_text(
        '[site]\nname = "n"\n[prometheus]\nport = 0\n'
        '[[miners]]\naddresses = "127.0.0.1"\n'
    )
    taken = "--port", str(port)
    async with server, running(path, *taken) as collector:
        assert await collector.process.wait() == 1
        assert "address already in use" in collector.output.lower()
        assert "Traceback" not in collector.output
