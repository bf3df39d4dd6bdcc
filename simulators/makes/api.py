"""A miner that is ordered over TCP, one request and one reply per connection."""

from abc import abstractmethod
from collections import deque
from collections.abc import Mapping
import json
from typing import Any, override

from simulators.antminer.wire import Hang, Wire
from simulators.commands import command
from simulators.faults import PAGE

from .make import Make

EVERYONE = ("0.0.0.0/0", "::/0")

type Request = Mapping[str, Any]
type Reply = Mapping[str, Any]


class ApiMiner(Make[Wire]):
    """A device whose API takes one request per connection."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """Have been asked nothing."""
        self.requests: deque[Request] = deque(maxlen=1000)
        self.orders: deque[Request] = deque(maxlen=1000)
        super().__init__(*arguments, **named)

    @override
    def wire(self, host: str, port: int) -> Wire:
        """Return what listens at its address."""
        return Wire(
            host,
            port,
            self._answer,
            clock=self.clock,
            allow=EVERYONE,
            read_limit=8192,
            read_timeout=None,
        )

    @property
    def writes(self) -> list[Request]:
        """Requests that were to change something, oldest first."""
        return list(self.orders)

    @override
    def written(self) -> list[str]:
        """Return the orders that it was sent."""
        return [json.dumps(each) for each in self.writes]

    @command
    @override
    def restore(self) -> None:
        """Undo every fault."""
        self._wire.fault, self._wire.latency = None, 0.0
        super().restore()

    @command
    @override
    def delay(self, seconds: float) -> None:
        """Answer that much later; what is asked is done then."""
        super().delay(seconds)
        self._wire.latency = seconds

    @command
    @override
    def hang(self) -> None:
        """Accept connections, and do and answer nothing."""
        super().hang()
        self._wire.fault = Hang()

    def decode(self, data: bytes) -> Request | None:
        """Return the request in what was received; None for what is none."""
        return _json(data)

    def encode(self, reply: Reply) -> bytes:
        """Return what is sent for a reply."""
        return json.dumps(reply).encode() + b"\0"

    @abstractmethod
    def opened(self, request: Request) -> Request | None:
        """Return the order in a request; None where it changes nothing."""

    @abstractmethod
    def read(self, request: Request) -> Reply | None:
        """Answer what changes nothing; None closes without an answer."""

    @abstractmethod
    def write(self, order: Request) -> Reply | None:
        """Do what is ordered; None closes without an answer."""

    @abstractmethod
    def done(self, order: Request) -> Reply:
        """Answer as if an order was done."""

    @abstractmethod
    def failed(self, order: Request) -> Reply:
        """Answer by an error in what looks like a success."""

    @abstractmethod
    def locked(self, order: Request) -> Reply:
        """Answer as one that takes no orders."""

    def _answer(self, data: bytes) -> bytes:
        if not self.machine.answers or (request := self.decode(data)) is None:
            return b""
        self.requests.append(request)
        order = self.opened(request)
        if order is None:
            if self.has("speak_html"):
                return PAGE.encode()
            reply = self.read(request)
        else:
            self.orders.append(order)
            reply = self._written(order)
        return b"" if reply is None else self.encode(reply)

    def _written(self, order: Request) -> Reply | None:
        if self.has("lock"):
            return self.locked(order)
        if self.has("break_down"):
            return None
        if self.has("error_in_ok"):
            return self.failed(order)
        if self.has("ignore_writes"):
            return self.done(order)
        reply = self.write(order)
        return None if self.has("drop_writes") else reply


def _json(data: bytes) -> Request | None:
    try:
        found = json.loads(data)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def status(
    letter: str, code: int, message: str, *, description: str, when: int = 0
) -> dict[str, Any]:
    """Return the STATUS of a reply of cgminer."""
    row = {"STATUS": letter, "When": when, "Code": code, "Msg": message}
    return {"STATUS": [{**row, "Description": description}], "id": 1}
