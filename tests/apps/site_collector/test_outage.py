"""A broker that is away for an hour of polls, and what it is told when it is back."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
import gc
import json
from pathlib import Path
import threading

import pytest

from apps.site_collector.config import Polling
from simulators.antminer import AntminerSimulator
from tests.harness.mosquitto import Mosquitto

from .collecting import broker, collecting, config, is_swept, listening
from .leaping import LeapingLoop, run
from .waiting import until

STATUS = "mining/north/0/status"
_MINUTES = 60
_SETTLED = 10
"""Minutes after which nothing grows any more."""


def _held() -> tuple[int, int]:
    """Return open files and threads of this process."""
    return len([*Path("/proc/self/fd").iterdir()]), threading.active_count()


async def _async_hour_without(folder: Path) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, LeapingLoop)
    async with AsyncExitStack() as stack:
        miners = [
            await stack.enter_async_context(AntminerSimulator("s19jpro", seed=seed))
            for seed in range(1, 5)
        ]
        mosquitto = await stack.enter_async_context(Mosquitto(folder))
        site = replace(
            config(folder, *miners, mqtt=broker(mosquitto.port, refresh_s=60)),
            polling=Polling(period_s=30, timeout_s=30),
        )
        collector = await stack.enter_async_context(collecting(site))
        assert collector.publisher is not None
        connection = collector.publisher.broker
        machines = [*collector.site.machines.values()]
        await loop.async_pass(60)
        await until(lambda: is_swept(collector) and connection.connected)
        async with listening(mosquitto.port) as listener:
            await listener.until_text(STATUS, "online")

        await mosquitto.stop()
        await until(lambda: not connection.connected)
        asked = [miner.traffic.connections for miner in miners]
        objects, held = 0, (0, 0)
        for minute in range(_MINUTES):
            await loop.async_pass(60)
            assert connection.waiting == 0
            if minute == _SETTLED:
                gc.collect()
                objects, held = len(gc.get_objects()), _held()
            if minute == _MINUTES - 5:
                miners[0].refuse()
                miners[1].lose_board(1)
        # Read on all the while, at its pace.
        assert collector.site.schedule.missed == 0
        for before, miner in zip(asked[2:], miners[2:], strict=True):
            assert miner.traffic.connections - before >= 2 * _MINUTES - 2
        gc.collect()
        assert len(gc.get_objects()) - objects < 0.25 * objects
        assert _held() <= (held[0] + 3, held[1] + 1)

        await mosquitto.start()
        async with listening(mosquitto.port) as listener:
            back = asyncio.create_task(listener.until_text(STATUS, "online"))
            while not back.done():
                # At most the longest pause between two attempts.
                await loop.async_pass(5)
                await asyncio.sleep(0.05)
            await back
            topics = [f"mining/north/0/machine/{each.ident}" for each in machines]
            heard = {
                of: [
                    json.loads(text)["status"]
                    for topic, text in listener.heard
                    if topic == of
                ]
                for of in topics
            }
            # The newest alone, and before it was said to be online again.
            assert {*heard[topics[0]]} == {"offline"}
            assert {*heard[topics[1]]} == {"degraded"}
            assert {*heard[topics[2]]} == {*heard[topics[3]]} == {"hashing"}
            order = [topic for topic, _ in listener.heard]
            assert max(map(order.index, topics)) < order.index(STATUS)
            total = listener.json("mining/north/0/sum/site")
            assert total["groups"]["offline"] == 1
            assert total["groups"]["hashing"] == 3
            assert total["without_rate"] == 1
            discovery = [of for of in listener.last if of.startswith("homeassistant/")]
            assert len(discovery) == 6


@pytest.mark.usefixtures("needs_mosquitto", "loopback")
def test_a_broker_that_is_away_for_an_hour(tmp_path: Path) -> None:
    """Nothing grows meanwhile; then the newest of all is told, and nothing older."""
    run(_async_hour_without(tmp_path))
