"""A real Home Assistant in a process of its own, with this integration and a user.

Its folder can be started again and again, also after it was killed.
"""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
import json
import os
from pathlib import Path
import signal
import socket
import subprocess
import sys
import time
from typing import Any, Self

import aiohttp

from scripts.home_assistant_client import (
    HomeAssistantClient,
    Json,
    exchange_code,
    log_in,
)

INTEGRATIONS = Path(__file__).parents[1] / "custom_components"
USERNAME = "dev"
PASSWORD = "dev"  # noqa: S105
RESTART_WANTED = 100
"""Exit status of a Home Assistant that was told to restart."""

_CONFIGURATION = """\
homeassistant:
  name: Mining Farm
  latitude: 64.05
  longitude: -21.4
  elevation: 50
  unit_system: metric
  currency: EUR
  country: IS
  language: en
  time_zone: UTC
api:
config:
frontend:
history:
logbook:
lovelace:
recorder:
  commit_interval: 1
logger:
  default: warning
  logs:
    custom_components.mining_farm: info
    # What this machine may lack for cameras and voice
    aiohttp_fast_zlib: error
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical
    homeassistant.requirements: error
  filters:
    homeassistant.setup:
      - assist_(pipeline|satellite)
"""
# Without wheels for Python 3.14, and of use to voice satellites only.
_NOT_INSTALLED = "pymicro-vad,pyspeex-noise"


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
            port: Port to listen on; any free one by default.
            console: File to which its output is added; the terminal by default.
        """
        self.folder = folder
        self.port = port or _free_port()
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
    def exit_status(self) -> int | None:
        """None while it runs; below 0 when a signal ended it."""
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

    def stored(self, key: str) -> Json:
        """Return what is on disk under a storage key; empty when nothing is."""
        try:
            return json.loads((self.folder / ".storage" / key).read_bytes())["data"]
        except FileNotFoundError:
            return {}

    async def start(self, timeout: float = 120.0) -> None:
        """Start it and wait until it runs; the first time, create the user.

        Raises:
            HomeAssistantFailedError: It ended or took longer than `timeout` seconds.
        """
        self._prepare_folder()
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
            raise HomeAssistantFailedError(self._told("did not come up")) from None
        except BaseException:
            self.kill()
            raise

    async def stop(self, timeout: float = 30.0) -> None:
        """Let it end in order and everything be saved; killed after `timeout` seconds."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + timeout
        while self.exit_status is None and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        self.kill()

    def kill(self) -> None:
        """End it as a power cut would: nothing is saved."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def until(self, condition: Callable[[], bool], timeout: float = 30.0) -> None:
        """Wait for a condition, such as one on what is stored.

        Raises:
            HomeAssistantFailedError: Home Assistant ended meanwhile.
            TimeoutError: It did not come true.
        """
        async with asyncio.timeout(timeout):
            while not condition():
                await self._pause()

    def _prepare_folder(self) -> None:
        """Write what must be there before a start; leaves a user's changes alone."""
        storage = self.folder / ".storage"
        storage.mkdir(parents=True, exist_ok=True)
        configuration = self.folder / "configuration.yaml"
        if not configuration.exists():
            configuration.write_text(_CONFIGURATION)
        link = self.folder / "custom_components"
        if not link.is_symlink():
            link.symlink_to(INTEGRATIONS, target_is_directory=True)
        # Settings in YAML would be on trial only and be reverted after five minutes.
        http = {
            "server_host": [self._host],
            "server_port": self.port,
            "cors_allowed_origins": [],
            "login_attempts_threshold": -1,
            "ip_ban_enabled": False,
            "ssl_profile": "modern",
            "use_x_frame_options": True,
            "created_at": "2026-01-01T00:00:00+00:00",
            "error": None,
            "error_message": None,
        }
        _store(
            storage / "http",
            version=(2, 2),
            data={"stable": http, "pending": None, "yaml_migration_done": True},
        )
        # The other steps would set up integrations that go online.
        if not (storage / "onboarding").exists():
            done = {"done": ["core_config", "analytics", "integration"]}
            _store(storage / "onboarding", version=(4, 1), data=done)

    def _spawn(self) -> None:
        """Start the process, in a session of its own so that Ctrl-C is left to us."""
        command: tuple[str, ...] = (
            *(sys.executable, "-m", "homeassistant", "--config", str(self.folder)),
            *("--skip-pip-packages", _NOT_INSTALLED),
        )
        # Without its compiled modules every start would take twice as long.
        environment = {
            name: value
            for name, value in os.environ.items()
            if name != "PYTHONDONTWRITEBYTECODE"
        }
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
                start_new_session=True,
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
            code = await log_in(self.url, USERNAME, PASSWORD)
        else:
            code = await self._create_user()
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

    async def _create_user(self) -> str:
        user = {
            "name": "Developer",
            "username": USERNAME,
            "password": PASSWORD,
            "language": "en",
            "client_id": f"{self.url}/",
        }
        async with (
            aiohttp.ClientSession(raise_for_status=True) as session,
            session.post(f"{self.url}/api/onboarding/users", json=user) as response,
        ):
            code: str = (await response.json())["auth_code"]
            return code

    async def _pause(self) -> None:
        """Wait a moment for a Home Assistant that is alive."""
        if self.exit_status is not None:
            raise HomeAssistantFailedError(self._told(f"ended: {self.exit_status}"))
        await asyncio.sleep(0.05)

    def _told(self, what: str) -> str:
        return f"Home Assistant {what}\n{self.output[-4000:]}".rstrip()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _store(file: Path, *, version: tuple[int, int], data: dict[str, Any]) -> None:
    """Write a file as Home Assistant's storage would."""
    content = {
        "version": version[0],
        "minor_version": version[1],
        "key": file.name,
        "data": data,
    }
    file.write_text(json.dumps(content, indent=2))
