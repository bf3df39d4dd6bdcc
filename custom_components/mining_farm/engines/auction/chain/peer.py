"""Two processes that call each other's functions over a socket pair.

Messages are pickled: both ends are ours. What is unpickled can only be this engine's
models and errors and what is built in, whatever name the engine is installed under.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
import datetime as dt
import io
import itertools
import logging
import pickle
from typing import Any, override

from .. import errors, models
from ..errors import AuctionError, ChainError, ChainUnavailableError


class ChainProcessError(ChainUnavailableError):
    """The process that talks to the chain has ended, or no longer answers."""


type Handlers = Mapping[str, Callable[..., Awaitable[Any]]]

_LOGGER = logging.getLogger(__name__)
_LENGTH = 4
_MODULES = {"errors": errors, "models": models, "datetime": dt}


class _Unpickler(pickle.Unpickler):
    @override
    def find_class(self, module: str, name: str, /) -> Any:
        known = _MODULES.get(module.rpartition(".")[2])
        if known is None or not isinstance(found := getattr(known, name, None), type):
            raise pickle.UnpicklingError(f"nothing of the sort is sent: {name}")
        return found


class Peer:
    """The other process: calls to it, and its calls to us."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        handlers: Handlers,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._handlers = handlers
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._serving: dict[int, asyncio.Task[None]] = {}
        self._gone = False

    async def call(self, name: str, *args: object) -> Any:  # noqa: ANN401 As the callee
        """Call a function there; its AuctionError comes back as it was raised."""
        if self._gone:
            raise ChainProcessError("the chain's process has ended")
        number = next(self._numbers)
        future = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        self._send("call", number, name, args)
        try:
            return await future
        except asyncio.CancelledError:
            self._send("cancel", number)
            raise
        finally:
            del self._waiting[number]

    def notify(self, name: str, *args: object) -> None:
        """Call a function there without waiting for it."""
        self._send("call", 0, name, args)

    def close(self) -> None:
        """End, here and at the other end."""
        self._writer.close()

    async def run(self) -> None:
        """Answer until the other end is gone; then all calls fail."""
        try:
            while True:
                length = int.from_bytes(await self._reader.readexactly(_LENGTH))
                message = await self._reader.readexactly(length)
                self._take(_Unpickler(io.BytesIO(message)).load())
        except asyncio.IncompleteReadError, OSError:
            pass
        except Exception:  # noqa: BLE001 It may be anything
            # A message of another version, after an update: another process starts.
            _LOGGER.warning("The chain's process cannot be understood: it is ended")
        finally:
            self._gone = True
            for task in self._serving.values():
                task.cancel()
            for future in self._waiting.values():
                if not future.done():
                    reason = "the chain's process has ended"
                    future.set_exception(ChainProcessError(reason))
            self._writer.close()

    def _take(self, message: tuple[Any, ...]) -> None:
        match message:
            case "call", number, name, args:
                task = asyncio.create_task(self._serve(number, name, args))
                key = number or -next(self._numbers)
                self._serving[key] = task
                task.add_done_callback(lambda _: self._serving.pop(key, None))
            case "cancel", number:
                if (served := self._serving.get(number)) is not None:
                    served.cancel()
            case kind, number, value:
                future = self._waiting.get(number)
                if future is None or future.done():
                    return
                if kind == "result":
                    future.set_result(value)
                else:
                    future.set_exception(value)

    async def _serve(self, number: int, name: str, args: tuple[object, ...]) -> None:
        try:
            result = await self._handlers[name](*args)
        except Exception as error:  # noqa: BLE001 Every failure is raised over there
            if number:
                self._send("failure", number, _as_ours(error))
        else:
            if number:
                self._send("result", number, result)

    def _send(self, *message: object) -> None:
        if self._gone:
            return
        data = pickle.dumps(message)
        with suppress(OSError, RuntimeError):
            self._writer.write(len(data).to_bytes(_LENGTH) + data)


def _as_ours(error: Exception) -> AuctionError:
    """Return an error as the engine's own: what another one says might be secret."""
    for kind in type(error).__mro__:
        if issubclass(kind, AuctionError) and kind.__module__ == errors.__name__:
            return kind(str(error))
    return ChainError(f"unexpected {type(error).__name__}")
