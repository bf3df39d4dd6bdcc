"""The process: started, stopped, killed, and started again on the same folder."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
import os
from pathlib import Path
import signal
import subprocess
import time
from typing import Any, Self

import aiohttp

from . import child
from .access import create_user, exchange_code, log_in
from .client import PATIENCE_S, HomeAssistantClient
from .folder import prepare, stored
from .ports import hold_port

RESTART_WANTED = 100
"""Exit status of a Home Assistant that was asked to restart."""

# What has no wheels for this Python or only reads files, and no use here.
_NOT_INSTALLED = "pymicro-vad,pyspeex-noise,file-read-backwards"
_STAND_INS = Path(__file__).parent / "stand_ins"


class HomeAssistantFailedError(Exception):
    """Home Assistant ended by itself or did not come up in time."""


class HomeAssistantProcess:
    """One folder and the Home Assistant that runs on it, if any.

    Bound to no event loop. Reached at 127.0.0.1 whatever host it listens on.
    """

    def __init__(
        self,
        folder: Path,
        *,
        host: str = "127.0.0.1",
        port: int | None = None,
        console: Path | None = None,
    ) -> None:
        """Use this folder, which need not exist yet.

        Args:
            folder: Configuration and data.
            host: Address to listen on.
            port: Port to listen on; one that nobody else gets by default.
            console: File to which its output is added; the terminal by default.
        """
        self.folder = folder
        self.port = port or hold_port()
        self.token = ""
        self._host = host
        self._console = console
        self._output_start = 0
        self._process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop, if it still runs."""
        await self.stop()

    @property
    def url(self) -> str:
        """Where this machine reaches it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_status(self) -> int | None:
        """How it ended by itself, if it did."""
        return None if self._process is None else self._process.poll()

    @property
    def output(self) -> str:
        """What it has written since the last start, when its console is a file."""
        if self._console is None:
            return ""
        with self._console.open("rb") as console:
            console.seek(self._output_start)
            return console.read().decode(errors="replace")

    def connect(self) -> HomeAssistantClient:
        """Return a client of the user, to be entered."""
        return HomeAssistantClient(self.url, self.token)

    def stored(self, key: str) -> dict[str, Any]:
        """Return what is on disk under a storage key; empty when nothing is."""
        return stored(self.folder, key)

    async def start(self, timeout: float = PATIENCE_S) -> None:
        """Start it and wait until it runs; the first time, create the user.

        It must not be running.

        Raises:
            HomeAssistantFailedError: It ended or took longer than `timeout` seconds.
        """
        prepare(self.folder, self._host, self.port)
        self._spawn()
        try:
            async with asyncio.timeout(timeout):
                await self._until_served()
                self.token = await self._obtain_token()
                async with self.connect() as client:
                    while (await client.get("/api/config"))["state"] != "RUNNING":
                        await self._pause()
        except TimeoutError:
            self.kill()
            raise HomeAssistantFailedError(self._report("did not come up")) from None
        except BaseException:
            self.kill()
            raise

    async def stop(self, timeout: float = 30.0) -> None:
        """Let it end in order and everything be saved; killed after `timeout` seconds."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + timeout
        while self.running and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        self.kill()

    def kill(self) -> None:
        """End it as a power cut would: nothing is saved."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def until(
        self, condition: Callable[[], bool], timeout: float = PATIENCE_S
    ) -> None:
        """Wait for a condition, such as one on what is stored.

        Raises:
            HomeAssistantFailedError: Home Assistant ended meanwhile.
            TimeoutError: It did not come true.
        """
        async with asyncio.timeout(timeout):
            while not condition():
                await self._pause()

    def _spawn(self) -> None:
        """Start the process; it ends with this one, however that ends."""
        command = child.command(
            *("homeassistant", "--config", str(self.folder)),
            *("--skip-pip-packages", _NOT_INSTALLED),
        )
        environment = os.environ | {"PYTHONPATH": str(_STAND_INS)}
        # Without its compiled modules every start would take twice as long.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        with ExitStack() as opened:
            console = None
            if self._console is not None:
                console = opened.enter_context(self._console.open("ab"))
                self._output_start = console.tell()
                command = (*command, "--log-no-color")
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console and subprocess.STDOUT,
                **child.options(),
            )

    async def _until_served(self) -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.get(f"{self.url}/manifest.json") as response:
                        if response.ok:
                            return
                except aiohttp.ClientError:
                    pass
                await self._pause()

    async def _obtain_token(self) -> str:
        """Return a long-lived access token, kept in the folder from the first start on."""
        file = self.folder / ".token"
        if file.exists():
            return file.read_text()
        done = self.stored("onboarding").get("done", [])
        if "user" in done:
            code = await log_in(self.url)
        else:
            code = await create_user(self.url)
        session_token = await exchange_code(self.url, code)
        name = f"Development {time.time_ns()}"
        async with HomeAssistantClient(self.url, session_token) as client:
            token: str = await client.command(
                "auth/long_lived_access_token", client_name=name, lifespan=3650
            )

        def is_saved() -> bool:
            tokens = self.stored("auth").get("refresh_tokens", [])
            return any(saved["client_name"] == name for saved in tokens)

        # Users are saved a second late, and it may get killed before.
        await self.until(is_saved)
        file.touch(mode=0o600)
        file.write_text(token)
        return token

    async def _pause(self) -> None:
        """Wait a moment for a Home Assistant that is alive."""
        if not self.running:
            raise HomeAssistantFailedError(self._report(f"ended: {self.exit_status}"))
        await asyncio.sleep(0.05)

    def _report(self, what: str) -> str:
        return f"Home Assistant {what}\n{self.output[-4000:]}".rstrip()
