"""A real Mosquitto, of its own process and folder."""

import asyncio
from pathlib import Path
import shutil
from typing import Self

from .client import PATIENCE_S
from .ports import hold_port


def executable() -> str | None:
    """Return where Mosquitto is; None where it is not installed."""
    return shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin")


class Mosquitto:
    """A broker on a port of its own; forgets everything when it ends."""

    def __init__(self, folder: Path, *lines: str, port: int | None = None) -> None:
        """Keep its file in a folder, with more lines for it."""
        self.port = port or hold_port()
        self._config = folder / f"mosquitto-{self.port}.conf"
        self._log = folder / f"mosquitto-{self.port}.log"
        own = [
            f"listener {self.port} 127.0.0.1",
            "persistence false",
            "user root",
            "log_dest stderr",
            *(() if any("allow_anonymous" in line for line in lines) else (_ALL,)),
            "max_queued_messages 100000",
        ]
        self._config.write_text("\n".join((*own, *lines)) + "\n")
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """End."""
        await self.stop()

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start and wait until it listens."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(executable() or "mosquitto", "-c", str(self._config)),
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    if self._process.returncode is not None:
                        raise RuntimeError(self._log.read_text()) from None
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    await writer.wait_closed()
                    return

    async def stop(self) -> None:
        """End at once: nobody is told."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


_ALL = "allow_anonymous true"
