"""A real Prometheus, of its own process and folder."""

import asyncio
from pathlib import Path
import shutil
from typing import Any, Self

import aiohttp

from .client import PATIENCE_S
from .ports import hold_port


def executable() -> str | None:
    """Return where Prometheus is; None where it is not installed."""
    return shutil.which("prometheus")


class Prometheus:
    """Scrapes some targets every second, or what a file of its own says."""

    def __init__(
        self,
        folder: Path,
        *targets: str,
        interval_s: int = 1,
        config: str | None = None,
    ) -> None:
        """Keep its data in a folder."""
        self.port = hold_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._config = folder / "prometheus.yml"
        listed = ", ".join(f'"{target}"' for target in targets)
        self._config.write_text(
            config
            or f"global: {{scrape_interval: {interval_s}s, scrape_timeout: {interval_s}s}}\n"
            "scrape_configs:\n"
            "- job_name: site_collector\n"
            f"  static_configs: [{{targets: [{listed}]}}]\n"
        )
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        """Start and wait until it answers."""
        with (self._folder / "prometheus.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                executable() or "prometheus",
                f"--config.file={self._config}",
                f"--storage.tsdb.path={self._folder / 'samples'}",
                f"--web.listen-address=127.0.0.1:{self.port}",
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(PATIENCE_S), aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.get(f"{self.url}/-/ready") as response:
                        if response.ok:
                            return self
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)

    async def __aexit__(self, *_: object) -> None:
        """End."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    async def ask(self, query: str) -> list[dict[str, Any]]:
        """Return the rows that answer a query."""
        found: list[dict[str, Any]] = (await self._get("query", query=query))["result"]
        return found

    async def answer(self, query: str) -> list[dict[str, Any]]:
        """Return the rows that answer a query, as soon as there are any."""
        async with asyncio.timeout(PATIENCE_S):
            while not (rows := await self.ask(query)):
                await asyncio.sleep(0.2)
        return rows

    async def rules(self) -> dict[str, str]:
        """Return the health of each alert: ok, err, or unknown before it was looked at."""
        groups = (await self._get("rules"))["groups"]
        return {
            rule["name"]: rule["health"] for group in groups for rule in group["rules"]
        }

    async def _get(self, path: str, **params: str) -> Any:
        async with (
            aiohttp.ClientSession(self.url) as session,
            session.get(f"/api/v1/{path}", params=params) as response,
        ):
            answer = await response.json()
        assert answer["status"] == "success", answer
        return answer["data"]
