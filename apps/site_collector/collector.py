"""The collector: a site, and where its readings go."""

import asyncio
import logging

from .config import Config
from .inventory import Shard
from .publisher import Publisher
from .site import SAVE_S, Site
from .telemetry import Telemetry
from .web import WebServer

STOP_S = 4.0
"""Within which everything has ended."""
_TICK_S = 0.5
_LOGGER = logging.getLogger(__name__)


class Collector:
    """Everything that one process does."""

    def __init__(self, config: Config, shard: Shard) -> None:
        """Take the file's content and which part of it is ours."""
        self._telemetry = Telemetry()
        self.site = Site(config, shard, self._telemetry)
        self.web = self._web_server(config)
        self.publisher: Publisher | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._is_late = False

    async def async_start(self) -> None:
        """Begin; OSError where the web server cannot listen."""
        await self.web.async_start()
        await self.site.async_start()
        self._start_publisher()
        self._telemetry.mqtt_connected.set_function(
            lambda: self.publisher is not None and self.publisher.broker.connected
        )
        for work in (self._async_watch_loop(), self._async_save()):
            self._tasks.append(asyncio.create_task(work))

    async def async_reload(self, config: Config) -> None:
        """Follow a changed file; OSError where it wants to listen as it cannot."""
        if config.web == self.web.config:
            self.web.read_certificate()
        else:
            await self._async_listen(config)
        before = self.site.config
        await self.site.async_reload(config)
        await self._async_publish_on(before, config)
        self._telemetry.reload_failed.set(0)

    def note_refused(self, err: Exception) -> None:
        """Write down that a changed file could not be followed."""
        self._telemetry.reload_failed.set(1)
        _LOGGER.error("The configuration stays as it was: %s", err)

    async def async_stop(self) -> None:
        """End everything, in seconds."""
        try:
            async with asyncio.timeout(STOP_S):
                await self._async_end()
        except TimeoutError:
            self._is_late = True
            _LOGGER.warning("Not everything ended within %g s", STOP_S)

    async def _async_end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # One that a disk or the broker holds up must not cost what the others keep.
        works = self._async_stop_publisher(), self.site.async_stop()
        results = await asyncio.gather(
            *works, self.web.async_stop(), return_exceptions=True
        )
        for result in results:
            if isinstance(result, Exception):
                _LOGGER.error("Unexpected error at the end", exc_info=result)

    @property
    def is_held_up(self) -> bool:
        """Whether a thread still waits for the broker or a disk, which nothing can end."""
        connecting = self.publisher is not None and self.publisher.broker.is_connecting
        return self._is_late or connecting

    def _start_publisher(self) -> None:
        if (mqtt := self.site.config.mqtt) is not None:
            self.publisher = Publisher(self.site, mqtt)
            self.publisher.broker.on_sent = self._telemetry.mqtt_sent.inc
            self.publisher.start()

    async def _async_stop_publisher(self) -> None:
        if self.publisher is not None:
            await self.publisher.async_stop()

    async def _async_publish_on(self, before: Config, config: Config) -> None:
        """Follow a changed file: by the same connection where that is possible."""
        same = (before.mqtt, before.site) == (config.mqtt, config.site)
        if self.publisher is not None and same and self.publisher.follow(config):
            return
        await self._async_stop_publisher()
        self.publisher = None
        self._start_publisher()

    async def _async_listen(self, config: Config) -> None:
        """Listen elsewhere or by other rules; as before where that fails."""
        await self.web.async_stop()
        self.web = self._web_server(config)
        try:
            await self.web.async_start()
        except OSError:
            await self.web.async_stop()
            self.web = self._web_server(self.site.config)
            await self.web.async_start()
            raise

    def _web_server(self, config: Config) -> WebServer:
        return WebServer(
            config.web,
            self.site.exposition,
            self.site.what_is_wrong,
            self.site.what_is_missing,
        )

    async def _async_save(self) -> None:
        while True:
            await asyncio.sleep(SAVE_S)
            await self.site.async_save()

    async def _async_watch_loop(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _TICK_S
            await asyncio.sleep(_TICK_S)
            self._telemetry.loop_delay.observe(max(0.0, loop.time() - due))
