"""A rig of a real Home Assistant in a real Prometheus, set up as the documentation says."""

import asyncio
from collections.abc import AsyncIterator
import json
from pathlib import Path
import re
import shutil

import pytest

from simulators.kasa import KasaSimulator
from simulators.pool import PoolSimulator
from tests.harness import HomeAssistantClient, HomeAssistantProcess
from tests.harness.client import PATIENCE_S
from tests.harness.folder import prepare
from tests.harness.prometheus import Prometheus, executable
from tests.harness.rigs import POOL, Rig, add_rig
from tests.simulators.kasa.conftest import free_host

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/users/site-collector.md"
DASHBOARD = ROOT / "deploy/grafana/dashboards/rigs.json"
PROMETHEUS = ROOT / "deploy/prometheus"
WORKER = "garage1"
ANSWERED = f"sensor.{WORKER}_pool_answered"
EVENT = f"event.{WORKER}_restarts"


def queries() -> dict[str, str]:
    """Return what the panels and the documentation ask, by their titles."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    rows = re.findall(
        r"^\| ([\w' ]+) \| `(.*homeassistant_.*)` \|$", PAGE.read_text(), re.MULTILINE
    )
    assert len(rows) == 3
    return dict(rows) | {
        panel["title"]: target["expr"]
        for panel in panels
        for target in panel["targets"]
    }


def configuration(folder: Path, home_assistant: HomeAssistantProcess) -> str:
    """Return Prometheus's file, with what is a comment in it for a Home Assistant."""
    token = folder / "home_assistant_token"
    token.write_text(home_assistant.token)
    for rules in PROMETHEUS.glob("*_alerts.yml"):
        shutil.copy(rules, folder)
    text = (PROMETHEUS / "prometheus.yml").read_text()
    text = text.replace("# - rig_alerts.yml", "- rig_alerts.yml")
    head, job = text.split("  # - job_name: home_assistant\n")
    job = "".join(f"  {line.removeprefix('  # ')}\n" for line in job.splitlines())
    for ours, theirs in (
        ("/etc/prometheus/home_assistant_token", str(token)),
        ("homeassistant.lan:8123", f"127.0.0.1:{home_assistant.port}"),
    ):
        assert job.count(ours) == 1
        job = job.replace(ours, theirs)
    head = re.sub(r"_(interval|timeout): \d+s", r"_\1: 1s", head)
    return f"{head}  - job_name: home_assistant\n{job}"


@pytest.fixture
async def exposing(
    loopback: None, tmp_path: Path
) -> AsyncIterator[HomeAssistantProcess]:
    """Return a Home Assistant with what the documentation has in its configuration."""
    if executable() is None:
        pytest.skip("Prometheus is not installed here")
    folder = tmp_path / "home_assistant"
    made = HomeAssistantProcess(folder, console=tmp_path / "console.log")
    prepare(folder, "127.0.0.1", made.port)
    (text,) = re.findall(r"```yaml\n(prometheus:.*?)```", PAGE.read_text(), re.DOTALL)
    with (folder / "configuration.yaml").open("a") as file:
        file.write(text)
    async with made:
        yield made


@pytest.fixture
async def rig(
    exposing: HomeAssistantProcess,
) -> AsyncIterator[HomeAssistantClient]:
    """Return who is connected, with a rig that was cycled, *Pool answered* enabled."""
    async with (
        exposing.connect() as client,
        KasaSimulator("hs300", free_host()) as strip,
        PoolSimulator([WORKER], dialects=[POOL]) as pools,
    ):
        rig = Rig(worker=WORKER, pool_url=pools.url(POOL), plug=strip.host, on_delay=1)
        await add_rig(client, rig)
        await client.until(client.states, lambda states: EVENT in states)
        # First: half a minute after an entity was enabled Home Assistant reloads its entry.
        await client.call_action("mining_farm.power_cycle", entity_id=EVENT)
        await client.command(
            "config/entity_registry/update", entity_id=ANSWERED, disabled_by=None
        )
        await client.call_action("homeassistant.reload_config_entry", entity_id=EVENT)
        await client.until(client.states, lambda states: ANSWERED in states)
        yield client
        await client.remove_entries("mining_farm")


async def test_every_panel_shows_the_rig(
    tmp_path: Path, exposing: HomeAssistantProcess, rig: HomeAssistantClient
) -> None:
    """Its hashrate, a restart, and how old what the pool says is."""
    async with Prometheus(tmp_path, config=configuration(tmp_path, exposing)) as server:

        async def value(query: str) -> float:
            """Return the only row's value, as soon as there is one."""
            (row,) = await server.answer(query)
            return float(row["value"][1])

        found = {title: await value(query) for title, query in queries().items()}
        assert found.keys() == {
            *("Hashrate", "Restarts in a day", "Age of the pool's answer"),
            *("Pool hashrate", "Restarts in 24 hours", "Time since the last share"),
        }
        assert found["Hashrate"] == found["Pool hashrate"] == pytest.approx(62.5e6)
        assert 0 <= found["Age of the pool's answer"] < 600
        assert 0 <= found["Time since the last share"] < 86_400
        assert await value("homeassistant_sensor_unit_restarts") == 1
        # On a busy machine Home Assistant may now and then not answer within the second.
        assert await value('up{job="home_assistant"} == 1') == 1
        # Before it was evaluated once a rule is neither well nor unwell.
        async with asyncio.timeout(PATIENCE_S):
            while "unknown" in (health := await server.rules()).values():
                await asyncio.sleep(0.2)
        alerts = {name for name, state in health.items() if state == "ok"}
        assert alerts == health.keys() >= {"RigRestarted", "RigPoolAnswerOld"}
