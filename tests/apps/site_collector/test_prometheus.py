"""A real Prometheus reads the collector, and answers what the dashboard asks."""

import asyncio
from dataclasses import replace
import json
from pathlib import Path
import shutil
import subprocess

import pytest

from apps.site_collector.inventory import Place, Spot
from simulators.antminer import AntminerSimulator
from simulators.clock import ManualClock
from simulators.makes.luxos import LuxOs
from tests.harness.prometheus import Prometheus, executable

from .collecting import collecting, config, is_swept, until_read_again
from .waiting import until

ROOT = Path(__file__).parents[3]
SITE = ROOT / "deploy/grafana/dashboards/site.json"


@pytest.fixture(autouse=True)
def _needs_prometheus(loopback: None) -> None:
    if executable() is None or shutil.which("promtool") is None:
        pytest.skip("Prometheus is not installed here")


async def test_every_panel_of_the_dashboard_shows_something(
    tmp_path: Path, miners: list[AntminerSimulator]
) -> None:
    """With miners that hash, one that is off, one that lost a board, one with its watts."""
    async with LuxOs(host="127.0.0.1", port=0, clock=ManualClock()) as luxos:
        site = config(tmp_path, *miners)
        spot = Spot(host=luxos.host, port=luxos.port, place=Place(container="C2"))
        site = replace(site, spots=(*site.spots, spot))
        async with collecting(site) as collector:
            await until(lambda: is_swept(collector))
            _, degraded, off = (
                collector.site.machines[f"{miner.host}:{miner.port}"]
                for miner in miners
            )
            miners[1].lose_board(1)
            miners[2].refuse()
            # A reading that was under way may be of before.
            await until_read_again(degraded)
            await until_read_again(degraded)
            await until(lambda: off.failure)
            target = f"127.0.0.1:{collector.web.port}"
            async with Prometheus(tmp_path, target) as server:
                for query in queries():
                    await server.answer(query)
                (row,) = await server.ask("sum(miner_up)")
                assert row["value"][1] == "3"
                (rate,) = await server.ask(
                    "sum(miner_hashrate_hashes_per_second"
                    ' * on (miner) group_left miner_info{container="C1"})'
                )
                assert float(rate["value"][1]) == pytest.approx(
                    sum(miner.reading().rate_ghs * 1e9 for miner in miners[:2]),
                    rel=0.1,
                )
                assert await server.ask("ALERTS") == []


def queries() -> list[str]:
    """Return what the panels of the site's dashboard ask, for any container."""
    panels = json.loads(SITE.read_text())["panels"]
    return [
        target["expr"].replace("$container", ".*")
        for panel in panels
        for target in panel["targets"]
    ]


async def test_nothing_is_shown_of_what_nobody_reads(tmp_path: Path) -> None:
    """Without a collector no panel has a number: none is 0, neither good nor bad."""
    async with Prometheus(tmp_path, "127.0.0.1:9") as server:
        await server.answer('up{job="site_collector"} == 0')
        answers = {query: await server.ask(query) for query in queries()}
    assert [query for query, rows in answers.items() if rows] == []


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
