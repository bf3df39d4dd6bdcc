"""A test run that is killed leaves nothing running."""

import asyncio
from pathlib import Path
import signal
import sys

import pytest

ROOT = Path(__file__).parents[2]
PROCESSES = Path("/proc")
STARTED_WITHIN = 300.0
"""Seconds for pytest and its children to start on a machine that is busy."""
ENDED_WITHIN = 240.0
RUN = """
import asyncio
import os
from pathlib import Path
import subprocess

from tests.harness import HomeAssistantProcess, child

FOLDER = Path({folder!r})


async def test_that_never_ends(loopback):
    arguments = ("--base", "127.109.0.0", "--miners", "1", "--pool-port", "0")
    subprocess.Popen(
        child.command(
            "simulators.farm", *arguments, "--control-port", "0",
            "--wallets", str(FOLDER / "wallets"),
        ),
        stdout=(FOLDER / "farm.log").open("wb"),
        **child.options(),
    )
    home_assistant = HomeAssistantProcess(
        FOLDER / "home_assistant", console=FOLDER / "console.log"
    )
    await home_assistant.start()
    await asyncio.Event().wait()
"""


def running(folder: Path) -> list[str]:
    """Return the command lines of processes that name a folder."""
    found = []
    for process in PROCESSES.glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in arguments:
            found.append(arguments.replace(b"\0", b" ").decode())
    return found


@pytest.mark.timeout(900)
@pytest.mark.skipif(not PROCESSES.exists(), reason="this system has no /proc")
async def test_killed_run_leaves_no_process(tmp_path: Path) -> None:
    """Home Assistant and the farm end with the pytest that started them."""
    folder = tmp_path / "left"
    folder.mkdir()

    file = tmp_path / "test_run.py"
    file.write_text(RUN.format(folder=str(folder)))
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
        *("-p", "tests.conftest", "--rootdir", str(ROOT)),
        *("-c", str(ROOT / "pyproject.toml"), str(file)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(STARTED_WITHIN):
            while not (folder / "home_assistant" / ".ha_run.lock").exists():
                assert run.returncode is None, (await run.communicate())[0].decode()
                await asyncio.sleep(0.1)
        assert len(running(folder)) == 2
    finally:
        run.send_signal(signal.SIGKILL)
        await run.communicate()

    async with asyncio.timeout(ENDED_WITHIN):
        while running(folder):
            await asyncio.sleep(0.1)
