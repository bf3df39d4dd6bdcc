"""A collector in this process, the file that it has, and who listens to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
import json
from pathlib import Path
from typing import Any

from aiomqtt import Client

from apps.site_collector.collector import Collector
from apps.site_collector.config import Config, Mqtt, Polling, Web
from apps.site_collector.inventory import Place, Shard, Spot
from apps.site_collector.machine import Machine
from simulators.antminer import AntminerSimulator

from .waiting import until

POLLING = Polling(period_s=0.2, timeout_s=30)


def config(folder: Path, *miners: AntminerSimulator, **changes: object) -> Config:
    """Return the file of a site with these miners."""
    made = Config(
        site="north",
        state=folder / "state",
        polling=POLLING,
        web=Web(port=0),
        mqtt=None,
        spots=tuple(
            Spot(
                host=miner.host,
                port=miner.port,
                place=Place(container="C1"),
                shown=True,
            )
            for miner in miners
        ),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def broker(port: int, **changes: object) -> Mqtt:
    """Return a broker without TLS on this machine."""
    made = Mqtt(host="127.0.0.1", port=port, tls=False, refresh_s=1)
    return replace(made, **changes)  # type: ignore[arg-type]


@asynccontextmanager
async def collecting(
    config: Config, shard: Shard | None = None
) -> AsyncIterator[Collector]:
    """Collect until the end of the block."""
    collector = Collector(config, shard or Shard())
    await collector.async_start()
    try:
        yield collector
    finally:
        await collector.async_stop()


def is_swept(collector: Collector) -> bool:
    """Return whether every machine was asked."""
    return collector.site.what_is_missing() is None


async def until_read_again(machine: Machine) -> None:
    """Wait for the next good reading of a machine."""
    before = machine.read_at
    await until(lambda: machine.read_at != before)


class Listener:
    """Hears everything of a broker."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.last: dict[str, str] = {}
        """The last message of each topic; none where that was empty."""
        self.heard: list[tuple[str, str]] = []

    async def listen(self) -> None:
        """Take what comes."""
        async for message in self.client.messages:
            assert isinstance(message.payload, bytes)
            topic, text = str(message.topic), message.payload.decode()
            self.heard.append((topic, text))
            if text:
                self.last[topic] = text
            else:
                self.last.pop(topic, None)

    def json(self, topic: str) -> Any:
        """Return the last message of a topic; None before there is one."""
        return json.loads(self.last[topic]) if topic in self.last else None

    async def until(self, topic: str, condition: Callable[[Any], bool]) -> Any:
        """Return the message of a topic that fulfils a condition."""
        await until(lambda: topic in self.last and condition(self.json(topic)))
        return self.json(topic)

    async def until_text(self, topic: str, text: str) -> None:
        """Wait for a text."""
        await until(lambda: self.last.get(topic) == text)


@asynccontextmanager
async def listening(port: int, **options: Any) -> AsyncIterator[Listener]:
    """Listen until the end of the block."""
    async with Client("127.0.0.1", port, **options) as client:
        listener = Listener(client)
        await client.subscribe("#")
        task = asyncio.create_task(listener.listen())
        try:
            yield listener
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
