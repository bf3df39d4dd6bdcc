"""The command: its mistakes, its signals, its end."""

import asyncio
from pathlib import Path
import signal
import time

import pytest

from apps.site_collector.main import main
from simulators.antminer import AntminerSimulator

from .process import running
from .waiting import until


def write(folder: Path, miner: AntminerSimulator, container: str = "C1") -> Path:
    """Write a file with one miner and return where it is."""
    path = folder / "site.toml"
    path.write_text(
        '[site]\nname = "north"\n[poll]\nperiod_s = 1\ntimeout_s = 1\n'
        f'[prometheus]\nport = 0\n[[miners]]\naddresses = "{miner.host}"\n'
        f'port = {miner.port}\ncontainer = "{container}"\n'
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


@pytest.mark.usefixtures("loopback")
async def test_it_ends_in_order_and_in_time(tmp_path: Path) -> None:
    """With what it learned on disk, also while a miner holds on to its question."""
    async with AntminerSimulator("s19jpro") as miner:
        path = write(tmp_path, miner)
        async with running(path) as collector:
            await until(lambda: "1 of 1 machines" in collector.output)
            await until(lambda: miner.traffic.connections)
            miner.slow(60.0)
            began = time.monotonic()
            collector.process.send_signal(signal.SIGTERM)
            assert await collector.process.wait() == 0
            assert time.monotonic() - began < 5
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
