"""Miners of a site in a real Home Assistant that never speaks to them: by MQTT."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
import signal
from typing import Any

import pytest

from simulators.antminer import AntminerSimulator
from simulators.clock import ManualClock
from simulators.makes.luxos import LuxOs
from tests.apps.site_collector.process import running
from tests.harness import HomeAssistantClient, HomeAssistantProcess
from tests.harness.mosquitto import Mosquitto, executable

_PERIOD_S = 5
"""And what each miner has for its answer, on a machine that may be slow and busy."""
_COLLECTORS = 2

type States = dict[str, dict[str, Any]]


@pytest.fixture
async def mosquitto(tmp_path: Path, loopback: None) -> AsyncIterator[Mosquitto]:
    """Return a broker."""
    if executable() is None:
        pytest.skip("Mosquitto is not installed here")
    async with Mosquitto(tmp_path) as broker:
        yield broker


@pytest.fixture
async def connected(
    home_assistant: HomeAssistantProcess, mosquitto: Mosquitto
) -> AsyncIterator[HomeAssistantClient]:
    """Return a Home Assistant that has the broker; without it afterwards."""
    async with home_assistant.connect() as client:
        answer = {
            "broker": "127.0.0.1",
            "port": mosquitto.port,
            "other_settings": {"set_client_cert": False, "set_ca_cert": "off"},
        }
        result = await client.run_flow("mqtt", answer)
        assert result["type"] == "create_entry", result
        try:
            yield client
        finally:
            await client.remove_entries("mqtt")


def write(folder: Path, broker: Mosquitto, *miners: AntminerSimulator | LuxOs) -> Path:
    """Write the file of a site and return where it is."""
    path = folder / "site.toml"
    groups = "".join(
        f'[[miners]]\naddresses = "{miner.host}"\nport = {miner.port}\n'
        'container = "A-3"\nmqtt = true\n'
        for miner in miners
    )
    path.write_text(
        f'[site]\nname = "north"\n[poll]\nperiod_s = {_PERIOD_S}\n'
        f"timeout_s = {_PERIOD_S}\n"
        f'[prometheus]\nport = 0\n[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\n'
        f'tls = false\nrefresh_s = 5\ncommands = ["pause", "resume"]\n{groups}'
    )
    return path


async def until(
    client: HomeAssistantClient, condition: Callable[[States], bool]
) -> States:
    """Return all states as soon as a condition holds."""
    return await client.until(client.states, condition)


def _is_number(state: str) -> bool:
    return state not in {"unavailable", "unknown"}


def values(states: States, ending: str) -> list[str]:
    """Return the states of the machines' entities whose id ends so."""
    return [
        state["state"]
        for entity_id, state in sorted(states.items())
        if entity_id.endswith(ending) and "127_0_0_1" in entity_id
    ]


async def _miners_of_both(stack: AsyncExitStack) -> list[AntminerSimulator]:
    """Return miners of which each collector has some: whose one is depends on its port."""
    return [
        await stack.enter_async_context(AntminerSimulator("s19jpro", seed=number))
        # Of so many, one run in eight million leaves a collector without any.
        for number in range(1, 25)
    ]


async def test_a_site_of_two_collectors(
    tmp_path: Path, connected: HomeAssistantClient, mosquitto: Mosquitto
) -> None:
    """Devices appear once, values are right, a killed collector is unavailable."""
    async with AsyncExitStack() as stack:
        miners = await _miners_of_both(stack)
        count = len(miners)
        path = write(tmp_path, mosquitto, *miners)
        collectors = [
            await stack.enter_async_context(
                running(path, "--shard", f"{number}/{_COLLECTORS}")
            )
            for number in range(_COLLECTORS)
        ]

        def all_hash(states: States) -> bool:
            sums = ("site_north", "container_a_3")
            # Entities of one message: each shows it once it is there itself.
            return (
                all(
                    values(states, ending) == [shown] * count
                    for ending, shown in (
                        ("_status", "hashing"),
                        ("_healthy_hashboards", "3"),
                        ("_connectivity", "on"),
                        ("_problem", "off"),
                    )
                )
                and all(map(_is_number, values(states, "_hashrate")))
                and all(
                    states.get(f"sensor.{name}_machines_hashing", {}).get("state")
                    == str(count)
                    for name in sums
                )
            )

        states = await until(connected, all_hash)
        rates = sorted(map(float, values(states, "_hashrate")))
        assert rates == pytest.approx(
            sorted(miner.reading().rate_ghs / 1000 for miner in miners), rel=0.05
        )
        total = states["sensor.container_a_3_hashrate"]
        assert float(total["state"]) == pytest.approx(sum(rates), rel=0.05)
        assert total["attributes"]["unit_of_measurement"] == "TH/s"

        devices = [
            device
            for device in await connected.command("config/device_registry/list")
            if any(domain == "mqtt" for domain, _ in device["identifiers"])
        ]
        assert len(devices) == count + 2

        collectors[0].process.send_signal(signal.SIGKILL)
        states = await until(
            connected,
            lambda states: 0 < values(states, "_status").count("unavailable") < count,
        )
        gone = values(states, "_status").count("unavailable")
        assert values(states, "_hashrate").count("unavailable") == gone
        restarted = await stack.enter_async_context(
            running(path, "--shard", f"0/{_COLLECTORS}")
        )
        await until(
            connected, lambda states: values(states, "_status") == ["hashing"] * count
        )
        for collector in (collectors[1], restarted):
            collector.process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(collector.process.wait(), 60) == 0
        await until(
            connected,
            lambda states: values(states, "_status") == ["unavailable"] * count,
        )


async def test_a_broker_that_comes_back_and_a_switch(
    tmp_path: Path,
    connected: HomeAssistantClient,
    mosquitto: Mosquitto,
    clock: ManualClock,
) -> None:
    """Home Assistant has what is true then; its switch pauses what the file allows."""
    async with LuxOs(host="127.0.0.1", port=0, clock=clock) as miner:
        path = write(tmp_path, mosquitto, miner)
        # Of an earlier life: else every miner rests first.
        (tmp_path / "state").mkdir()
        (tmp_path / "state/rests-0.json").write_text(
            '{"version": 2, "collectors": 1, "lost": null, "done": {}}'
        )
        async with running(path):
            await until(
                connected, lambda states: "hashing" in values(states, "_status")
            )
            await mosquitto.stop()
            await until(
                connected, lambda states: values(states, "_status") == ["unavailable"]
            )
            miner.machine.pause()
            clock.advance(60)
            await mosquitto.start()
            states = await until(
                connected,
                lambda states: (
                    values(states, "_status") == ["paused"]
                    and values(states, "_mining") == ["off"]
                ),
            )
            (switch,) = [
                entity_id
                for entity_id in states
                if entity_id.startswith("switch.") and entity_id.endswith("_mining")
            ]
            await connected.call_action("switch.turn_on", entity_id=switch)
            await until(
                connected,
                lambda _: any(
                    request.get("parameter", "").endswith(",wakeup")
                    for request in miner.requests
                ),
            )
            clock.advance(60)
            await until(
                connected, lambda states: values(states, "_status") == ["hashing"]
            )
