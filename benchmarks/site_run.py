"""One run of the site collector as a process, watched from outside."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import os
from pathlib import Path
import re
import signal
import sys
import time

import aiohttp

from tests.harness.mosquitto import Mosquitto
from tests.harness.prometheus import Prometheus

from .fleet import Fleet, Manner

ROOT = Path(__file__).parents[1]
_PATH = f"{ROOT / 'apps'}:{ROOT / 'custom_components/mining_farm/engines'}"
_PORT = 9580
_SCRAPE_S = 15
_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
_PATIENCE_S = 900.0

type Samples = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What was measured."""

    miners: int
    ready_s: float
    polls: float
    failed: float
    missed: float
    slowest_s: float
    loop_delay_s: float
    cpu_ms: float
    """Of one poll."""
    cores: float
    memory_mib: float
    empty_mib: float
    """Before the first poll."""
    messages: float
    """A second."""
    samples: int
    exposition_s: float
    scrape_s: float
    dead_s: float

    @property
    def memory_kib_of_one(self) -> float:
        """Memory by miner."""
        return (self.memory_mib - self.empty_mib) * 1024 / self.miners

    @property
    def messages_of_one(self) -> float:
        """Messages a second by miner."""
        return self.messages / self.miners


class SiteRun:
    """Collector, broker and Prometheus for the time of one measurement."""

    def __init__(self, folder: Path, fleet: Fleet, period_s: int) -> None:
        """Take a folder, which a later run may share, and the miners."""
        self._folder = folder
        self._fleet = fleet
        self._period_s = period_s

    async def measure(self, seconds: float) -> Figures:
        """Run, watch for so long, and return what was seen."""
        (self._folder / str(self._period_s)).mkdir()
        async with (
            Mosquitto(self._folder) as broker,
            Prometheus(
                self._folder / str(self._period_s),
                f"127.0.0.1:{_PORT}",
                interval_s=_SCRAPE_S,
            ) as server,
            aiohttp.ClientSession(f"http://127.0.0.1:{_PORT}") as session,
            # Last: the time until it is ready counts from its start.
            self._collector(broker.port) as process,
        ):
            began = time.monotonic()
            empty_mib = await self._until_ready(session, process)
            ready_s = time.monotonic() - began
            await asyncio.sleep(self._period_s)
            before, _ = await self._read(session)
            began = time.monotonic()
            await asyncio.sleep(seconds)
            after, exposition_s = await self._read(session)
            took_s = time.monotonic() - began
            scrape = await server.ask("max(scrape_duration_seconds)")
            dead_s = await self._until_dead(server)
        return self._figures(
            {name: after[name] - before.get(name, 0) for name in after},
            after,
            took_s,
            empty_mib=empty_mib,
            ready_s=ready_s,
            exposition_s=exposition_s,
            scrape_s=float(scrape[0]["value"][1]) if scrape else 0.0,
            dead_s=dead_s,
        )

    def _figures(
        self, more: Samples, after: Samples, took_s: float, **others: float
    ) -> Figures:
        duration = "site_collector_poll_duration_seconds"
        read = more.get(f'{duration}_count{{result="read"}}', 0)
        failed = more.get(f'{duration}_count{{result="failed"}}', 0)
        cpu_s = more["process_cpu_seconds_total"]
        return Figures(
            miners=len(self._fleet.hosts),
            polls=read + failed,
            failed=failed,
            missed=more["site_collector_polls_missed_total"],
            slowest_s=_worst(more, f"{duration}_bucket", "read"),
            loop_delay_s=_worst(more, "site_collector_loop_delay_seconds_bucket", ""),
            cpu_ms=cpu_s * 1000 / max(read, 1),
            cores=cpu_s / took_s,
            memory_mib=_mib(after),
            messages=more["site_collector_mqtt_messages_total"] / took_s,
            samples=len(after),
            **others,
        )

    @asynccontextmanager
    async def _collector(
        self, broker_port: int
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run the collector."""
        hosts = self._fleet.hosts
        ranges = ", ".join(
            f'"{hosts[first]}-{hosts[min(first + 4000, len(hosts)) - 1]}"'
            for first in range(0, len(hosts), 4000)
        )
        config = self._folder / "site.toml"
        config.write_text(
            f'[site]\nname = "benchmark"\n[poll]\nperiod_s = {self._period_s}\n'
            f'[mqtt]\nhost = "127.0.0.1"\nport = {broker_port}\ntls = false\n'
            f"[[miners]]\naddresses = [{ranges}]\nmqtt = true\n"
        )
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "site_collector", "--config", str(config)),
            env=os.environ | {"PYTHONPATH": _PATH},
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
                await process.wait()

    async def _until_ready(
        self, session: aiohttp.ClientSession, process: asyncio.subprocess.Process
    ) -> float:
        """Wait until every miner was asked; return the MiB before the first."""
        empty_mib = 0.0
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                if process.returncode is not None:
                    raise RuntimeError("the collector ended")
                try:
                    if not empty_mib:
                        empty_mib = _mib((await self._read(session))[0])
                    async with session.get("/readyz") as response:
                        if response.ok:
                            return empty_mib
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.1)

    async def _read(self, session: aiohttp.ClientSession) -> tuple[Samples, float]:
        """Return all samples, and the seconds that they took."""
        began = time.monotonic()
        async with session.get("/metrics") as response:
            content = await response.read()
        took_s = time.monotonic() - began
        samples = {
            f"{name}{{{labels}}}" if labels else name: float(value)
            for name, labels, value in _SAMPLE.findall(content.decode())
        }
        return samples, took_s

    async def _until_dead(self, server: Prometheus) -> float:
        """Let one miner refuse, and return the seconds until Prometheus knows."""
        self._fleet.misbehave([Manner("refuse", {})], 1)
        began = time.monotonic()
        query = f'miner_up == 0 and on (miner) miner_info{{address="{self._first}"}}'
        async with asyncio.timeout(_PATIENCE_S):
            while not await server.ask(query):
                await asyncio.sleep(0.5)
        self._fleet.restore()
        return time.monotonic() - began

    @property
    def _first(self) -> str:
        return self._fleet.hosts[0]


def _mib(samples: Samples) -> float:
    return samples["process_resident_memory_bytes"] / 2**20


def _worst(more: Samples, name: str, result: str) -> float:
    """Return the limit of the last bucket that got something."""
    counts = sorted(
        (float(limit[1]), count)
        for key, count in more.items()
        if key.startswith(f"{name}{{")
        and (not result or f'result="{result}"' in key)
        and (limit := re.search(r'le="([^"]+)"', key))
    )
    total = counts[-1][1] if counts else 0
    return next((limit for limit, count in counts if count == total), 0.0)
