"""A Home Assistant core in a process of its own, seen from outside."""

from collections.abc import Callable, Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
import socket
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Self

from custom_components.mining_farm.const import DOMAIN, Kind
from tests.harness.folder import prepare

from .core_farm import Followed, FollowReturn, FollowStop, ReturnAll, Returned
from .core_process import (
    CONSOLE,
    AddEntries,
    AddWallet,
    AwaitWindow,
    CollectGarbage,
    Order,
    Phase,
    Run,
    Seen,
    Start,
    Weigh,
    Weight,
    serve,
)
from .core_windows import Published
from .throttle import throttled

_CONFIGURATION = "homeassistant:\n  time_zone: UTC\n"
# It asks of every new entity whether it may be spoken to.
_CONVERSATION = "conversation:\n"
_RECORDER = "history:\nlogbook:\nrecorder:\n"
_TIMEOUT_S = 600.0
_SETTLING_S = 10.0
_WARM_UP_S = 40.0
"""Longer than a polling interval, so that every device has been polled twice."""


class Core:
    """Runs with one entry per device for as long as it is entered."""

    def __init__(
        self,
        hosts: Sequence[str],
        port: int,
        kind: Kind = Kind.MINER,
        *,
        before_start: Callable[[], None] = lambda: None,
        options: Mapping[str, object] = MappingProxyType({}),
        share: float = 1.0,
        beside: Sequence[Order] = (),
    ) -> None:
        """Take the addresses of devices of a kind that answer until it is added.

        `beside` adds what else there is. `before_start` is called then. The start gets no
        more than a share of a core.
        """
        self._beside = beside
        self._options = options
        self._share = share
        self._before_start = before_start
        self._hosts = hosts
        self._port = port
        self._kind = kind
        self._temporary = TemporaryDirectory(prefix="benchmark")
        self._folder = Path(self._temporary.name)
        self._conversation: Connection
        self._process: SpawnProcess
        self.start: Start
        self.said_while_adding = ""
        """What it printed while the entries were added."""

    def __enter__(self) -> Self:
        """Start; RuntimeError names what Home Assistant said if it does not come up."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        configuration = self._folder / "configuration.yaml"
        configuration.write_text(_CONFIGURATION + _CONVERSATION)
        prepare(self._folder, "127.0.0.1", port)
        if self._hosts:
            # Once in their life entities are new to the registries; a recorder would
            # take minutes to write that down.
            self._boot()
            order = AddEntries(
                self._kind, list(self._hosts), self._port, dict(self._options)
            )
            for each in (order, *self._beside):
                self._order(each, type(None))
            self._shut_down()
            self.said_while_adding = self.console()
            self._require_saved()
        self._before_start()
        configuration.write_text(_CONFIGURATION + _CONVERSATION + _RECORDER)
        self.start = self._boot(self._share)
        self.run(_WARM_UP_S if self._hosts else _SETTLING_S)
        return self

    def __exit__(self, *_: object) -> None:
        """End; nothing needs to be saved."""
        self._process.kill()
        self._process.join()
        self._conversation.close()
        self._temporary.cleanup()

    def run(self, seconds: float, host: str = "") -> Phase:
        """Let it run that long and return what was measured, of one device apart."""
        return self._order(Run(seconds, host), Phase)

    @property
    def pid(self) -> int | None:
        """The process that it runs in."""
        return self._process.pid

    def add_wallet(self, url: str, wallet: dict[str, str]) -> None:
        """Add a simulated wallet."""
        self._order(AddWallet(url, wallet), type(None))

    def follow_stop[T](
        self, order: FollowStop, cause: Callable[[], T]
    ) -> tuple[T, Followed]:
        """Cause what stops the farm's machines; return that, and what became of them."""
        self._conversation.send(order)
        return cause(), self._receive(Followed)

    def return_all(self) -> int:
        """Let go what the farm holds; return how many machines hash again."""
        return self._order(ReturnAll(), int)

    def follow_return(self, order: FollowReturn) -> Returned:
        """Release what the farm's interlock holds; return how the machines came back."""
        return self._order(order, Returned)

    def window(self, start: int) -> Published | None:
        """Wait for the result of the window with that first block; None: none came."""
        return self._order(AwaitWindow(start), Seen).published

    def collect_garbage(self) -> float:
        """Return the ms of CPU that one full garbage collection takes."""
        return self._order(CollectGarbage(), float)

    def weigh(self) -> Weight:
        """Return what it holds."""
        return self._order(Weigh(), Weight)

    def registry_bytes(self, of: str) -> int:
        """Return the size of the file of a registry: `entity` or `device`."""
        return (self._folder / ".storage" / f"core.{of}_registry").stat().st_size

    def console(self) -> str:
        """Return what it has printed since the last start."""
        return (self._folder / CONSOLE).read_text(errors="replace")

    def _boot(self, share: float = 1.0) -> Start:
        context = get_context("spawn")
        self._conversation, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, self._folder))
        self._process.start()
        # Only the other process holds its end then, so that its end shows.
        theirs.close()
        with throttled(self._process.pid, share):
            return self._receive(Start)

    def _shut_down(self) -> None:
        """Stop in order, so that everything is saved."""
        self._conversation.close()
        self._process.join(_TIMEOUT_S)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()

    def _require_saved(self) -> None:
        """Raise RuntimeError where entities would be new again at the start to measure."""
        stored = (self._folder / ".storage" / "core.entity_registry").read_text()
        if stored.count(f'"platform":"{DOMAIN}"') < len(self._hosts):
            said = self.said_while_adding[-4000:]
            raise RuntimeError(f"Home Assistant did not save what was added:\n{said}")

    def _order[T](self, order: Order, answer: type[T]) -> T:
        self._conversation.send(order)
        return self._receive(answer)

    def _receive[T](self, kind: type[T]) -> T:
        """Return what comes next; RuntimeError when it is something else, or nothing."""
        answer: object = EOFError
        try:
            if self._conversation.poll(_TIMEOUT_S):
                answer = self._conversation.recv()
        except EOFError:
            pass
        if isinstance(answer, kind):
            return answer
        said = (self._folder / CONSOLE).read_text(errors="replace")
        self.__exit__()
        raise RuntimeError(f"Home Assistant ended or hangs:\n{said[-4000:]}")
