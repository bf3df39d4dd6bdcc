"""The collector as a process, found where it stands in this tree."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import os
from pathlib import Path
import sys

ROOT = Path(__file__).parents[3]
PATH = f"{ROOT / 'apps'}:{ROOT / 'custom_components/mining_farm/engines'}"


class CollectorProcess:
    """One process and what it has written."""

    def __init__(self, process: asyncio.subprocess.Process, output: Path) -> None:
        self.process = process
        self._output = output

    @property
    def output(self) -> str:
        """What it has written so far."""
        return self._output.read_text()


@asynccontextmanager
async def running(config: Path, *arguments: str) -> AsyncIterator[CollectorProcess]:
    """Run a collector; killed at the end, where it still runs."""
    output = config.with_name(f"output{len(list(config.parent.glob('output*')))}")
    with output.open("wb") as console:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "site_collector", "--config", str(config)),
            *arguments,
            stdout=console,
            stderr=console,
            env=os.environ | {"PYTHONPATH": PATH},
        )
    try:
        yield CollectorProcess(process, output)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
