"""A real Prometheus reads the collector, and answers what the dashboard asks."""

import asyncio
import json
from pathlib import Path
import shutil
import subprocess

import pytest

from simulators.antminer import AntminerSimulator
from tests.harness.prometheus import Prometheus, executable

from .collecting import collecting, config, is_swept
from .waiting import PATIENCE_S, until

ROOT = Path(__file__).parents[3]
SITE = ROOT / "deploy/grafana/dashboards/site.json"


@pytest.fixture(autouse=True)
def _needs_prometheus(loopback: None) -> None:
    if executable() is None or shutil.which("promtool") is None:
        pytest.skip("Prometheus is not installed here")


async def test_every_panel_of_the_dashboard_shows_something(
    tmp_path: Path, miners: list[AntminerSimulator]
) -> None:
    """With miners that hash, one that is off, and what the collector counts."""
    async with collecting(config(tmp_path, *miners)) as collector:
        await until(lambda: is_swept(collector))
        miners[2].refuse()
        async with Prometheus(tmp_path, f"127.0.0.1:{collector.web.port}") as server:
            panels = json.loads(SITE.read_text())["panels"]
            for panel in panels:
                for target in panel["targets"]:
                    query = target["expr"].replace("$container", ".*")
                    if panel["title"].startswith("Miners that do not answer, or"):
                        query = panel["targets"][0]["expr"].replace("$container", ".*")
                    if "miner_power_watts" in query:
                        # Of these miners none reports its power.
                        assert await server.ask(query) == []
                        continue
                    async with asyncio.timeout(PATIENCE_S):
                        while not await server.ask(query):
                            await asyncio.sleep(0.2)
            (row,) = await server.ask("sum(miner_up)")
            assert row["value"][1] == "2"
            (rate,) = await server.ask("sum(miner_hashrate_hashes_per_second)")
            assert float(rate["value"][1]) == pytest.approx(
                sum(miner.reading().rate_ghs * 1e9 for miner in miners[:2]), rel=0.1
            )
            assert await server.ask("ALERTS") == []


async def test_the_samples_are_as_they_should_be(
    tmp_path: Path, miners: list[AntminerSimulator]
) -> None:
    """By the linter of Prometheus."""
    async with collecting(config(tmp_path, *miners)) as collector:
        await until(lambda: is_swept(collector))
        text = b"".join(collector.site.exposition())
    done = await asyncio.to_thread(
        subprocess.run,
        ["promtool", "check", "metrics"],
        input=text,
        check=False,
        capture_output=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
