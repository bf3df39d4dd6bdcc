"""The connection to the broker: kept up, and never a queue of what is old.

While there is no connection nothing is kept: what is true then is sent when there is one.
The broker itself forgets a value that is not sent again (MQTT 5), also one that it finds on
its disk after it was killed.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
import logging
import ssl
import zlib

from aiomqtt import (
    Client,
    Message as Received,
    MqttCodeError,
    MqttError,
    ProtocolVersion,
    Will,
)
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from .config import Mqtt

OFFLINE, ONLINE = "offline", "online"
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 30.0
_KEEP_ALIVE_S = 30
_GOODBYE_S = 2.0
_UNSUPPORTED_VERSION = 132
_MOST_ANSWERS = 1000
"""That wait for a broker which takes nothing; the oldest are lost then."""
_AT_ONCE = 20
"""Messages that are made or sent in one go."""
_GATHER_S = 0.1
"""For which few messages wait for others: each time that any are sent costs as much."""
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent; retained unless it is but for those who listen now.

    At most once is enough: after each connection all of it is sent again.
    """

    topic: str
    payload: str
    qos: int = 0
    retain: bool = True
    expires: bool = False
    """Whether the broker forgets it unless it is sent again."""


class Broker:
    """Sends the newest of each topic, and hands on what comes."""

    def __init__(
        self,
        mqtt: Mqtt,
        identifier: str,
        status: str,
        everything: Callable[[], Iterable[Message]],
    ) -> None:
        """Take the broker, who we are, our status topic, and what is true at any time."""
        self._mqtt = mqtt
        self._identifier = identifier
        self._status = status
        self._everything = everything
        self._waiting: dict[str, Message] = {}
        self._answers: deque[Message] = deque(maxlen=_MOST_ANSWERS)
        """What is not retained: none replaces another."""
        self._has_waiting = asyncio.Event()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._version = ProtocolVersion.V5
        self._expiry: Properties | None = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        self._expiry.MessageExpiryInterval = mqtt.expire_s
        self.subscriptions: list[str] = []
        """Topics to hear of."""
        self.on_message: Callable[[Received], None] = lambda _: None
        self.on_sent: Callable[[], None] = lambda: None
        self.connected = False
        self.is_connecting = False
        """Whether a thread waits for the broker."""

    def start(self) -> None:
        """Connect, and stay so."""
        self._task = asyncio.create_task(self._async_run())

    async def async_stop(self) -> None:
        """Say that we go, and disconnect."""
        self._stopping.set()
        if self._task is not None:
            _, late = await asyncio.wait({self._task}, timeout=_GOODBYE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def put(self, message: Message) -> None:
        """Send a message; if retained, in place of one of its topic not sent yet."""
        if not self.connected:
            return
        if message.retain:
            # The newest goes to the end: none waits for ever.
            self._waiting.pop(message.topic, None)
            self._waiting[message.topic] = message
        else:
            self._answers.append(message)
        self._has_waiting.set()

    @property
    def waiting(self) -> int:
        """How many messages were not sent yet."""
        return len(self._waiting) + len(self._answers)

    def _next(self) -> Message:
        """Return what is sent next: somebody waits for an answer."""
        if self._answers:
            return self._answers.popleft()
        return self._waiting.pop(next(iter(self._waiting)))

    async def _async_run(self) -> None:
        """Connect again and again; the reason is written down when it is another one."""
        pause, reason = _FIRST_PAUSE_S, ""
        while not self._stopping.is_set():
            try:
                await self._async_session()
                pause, reason = _FIRST_PAUSE_S, ""
            except (MqttError, OSError, ValueError) as err:
                self.is_connecting = False
                if self._speaks_older(err):
                    continue
                if self.connected:
                    pause, reason = _FIRST_PAUSE_S, ""
                if str(err) != reason:
                    reason = str(err)
                    _LOGGER.warning("No connection to the broker: %s", reason)
            finally:
                # Who is ended here while connecting leaves the thread that does it.
                self.connected = False
                self._waiting.clear()
                self._answers.clear()
            await self._async_pause(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    def _speaks_older(self, err: Exception) -> bool:
        """Return whether the broker only knows MQTT 3.1.1, which is spoken from now on."""
        match err:
            case MqttCodeError(rc=ReasonCode(value=code)) if (
                code == _UNSUPPORTED_VERSION and self._expiry is not None
            ):
                self._version, self._expiry = ProtocolVersion.V311, None
                _LOGGER.warning(
                    "The broker does not speak MQTT 5: it keeps values of a collector "
                    "that is gone"
                )
                return True
        return False

    async def _async_pause(self, seconds: float) -> None:
        """Wait, each collector a little longer or shorter than the others."""
        spread = zlib.crc32(self._identifier.encode()) % 100 / 100
        try:
            async with asyncio.timeout(seconds * (0.75 + spread / 2)):
                await self._stopping.wait()
        except TimeoutError:
            pass

    async def _async_session(self) -> None:
        """Be connected until that ends or we go."""
        client = self._new_client()
        self.is_connecting = True
        async with client:
            self.is_connecting = False
            _LOGGER.info("Connected to the broker")
            everything = self._everything()
            self.connected = True
            for topic in self.subscriptions:
                # At most once: an order that came twice would be carried out twice.
                await client.subscribe(topic, qos=0)
            works = (
                self._async_send(client),
                self._async_receive(client),
                self._async_fill(everything),
            )
            tasks = {asyncio.ensure_future(work) for work in works}
            going = asyncio.ensure_future(self._stopping.wait())
            try:
                await asyncio.wait({*tasks, going}, return_when=asyncio.FIRST_COMPLETED)
                if going.done():
                    await self._async_say_goodbye(client, tasks)
            finally:
                for task in (*tasks, going):
                    task.cancel()
                results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _async_fill(self, everything: Iterable[Message]) -> None:
        """Send what is true now, and then that we are there."""
        for number, message in enumerate(everything):
            self.put(message)
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
        while True:
            self.put(Message(self._status, ONLINE, qos=1, expires=True))
            await asyncio.sleep(self._mqtt.refresh_s)

    async def _async_say_goodbye(
        self, client: Client, tasks: Iterable[asyncio.Task[None]]
    ) -> None:
        """Be offline for all: a will is not carried out for those who go in order."""
        self.connected = False
        for task in tasks:
            task.cancel()
        await client.publish(
            self._status, OFFLINE, qos=1, retain=True, timeout=_GOODBYE_S
        )

    async def _async_send(self, client: Client) -> None:
        while True:
            await self._has_waiting.wait()
            if not self._answers and self.waiting < _AT_ONCE:
                await asyncio.sleep(_GATHER_S)
            while self.waiting:
                some = [self._next() for _ in range(min(self.waiting, _AT_ONCE))]
                # Each takes three turns of the loop, which are few where it is busy.
                await asyncio.gather(*(self._async_publish(client, m) for m in some))
            self._has_waiting.clear()

    async def _async_publish(self, client: Client, message: Message) -> None:
        await client.publish(
            message.topic,
            message.payload,
            qos=message.qos,
            retain=message.retain,
            properties=self._expiry if message.expires else None,
        )
        self.on_sent()

    async def _async_receive(self, client: Client) -> None:
        async for message in client.messages:
            try:
                self.on_message(message)
            except Exception:
                # Whoever sends nonsense ends nothing.
                _LOGGER.exception("Unexpected error with a message")

    def _new_client(self) -> Client:
        mqtt = self._mqtt
        client = Client(
            mqtt.host,
            mqtt.port,
            identifier=self._identifier,
            username=mqtt.username,
            password=mqtt.password,
            tls_context=_tls_context(mqtt),
            will=Will(self._status, OFFLINE, qos=1, retain=True),
            keepalive=_KEEP_ALIVE_S,
            clean_session=None if self._version is ProtocolVersion.V5 else True,
            protocol=self._version,
            max_queued_incoming_messages=1000,
        )
        # More than these would be written down as a concern.
        client.pending_calls_threshold = 2 * _AT_ONCE
        return client


def _tls_context(mqtt: Mqtt) -> ssl.SSLContext | None:
    """Return how the broker proves itself, and we ourselves; read anew each time."""
    if not mqtt.tls:
        return None
    context = ssl.create_default_context(cafile=mqtt.ca)
    if mqtt.certificate is not None:
        context.load_cert_chain(mqtt.certificate, mqtt.key)
    return context
