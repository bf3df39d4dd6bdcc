"""One client of a node: its requests, answers and subscriptions."""

import asyncio
from collections.abc import Callable
import json
from typing import Any

from aiohttp import WSMsgType, web

from .blocks import Block
from .faults import Faults
from .rpc import Rpc, RpcError, View, header, storage_changes, unhex
from .traffic import Traffic
from .transactions import Pending, RefusedError, Status, Watcher

HEADS = {
    "chain_subscribeAllHeads": ("head", "chain_allHead"),
    "chain_subscribeNewHead": ("head", "chain_newHead"),
    "chain_subscribeNewHeads": ("head", "chain_newHead"),
    "chain_subscribeFinalisedHeads": ("finalised", "chain_finalizedHead"),
    "chain_subscribeFinalizedHeads": ("finalised", "chain_finalizedHead"),
}
"""What is followed, and the method of its notifications."""
ENDING = (
    "author_unwatchExtrinsic",
    "chain_unsubscribeAllHeads",
    "chain_unsubscribeFinalisedHeads",
    "chain_unsubscribeFinalizedHeads",
    "chain_unsubscribeNewHead",
    "chain_unsubscribeNewHeads",
    "state_unsubscribeRuntimeVersion",
    "state_unsubscribeStorage",
)
SUBSCRIBING = (
    *HEADS,
    "author_submitExtrinsic",
    "author_submitAndWatchExtrinsic",
    "state_subscribeRuntimeVersion",
    "state_subscribeStorage",
    *ENDING,
)

type Follower = Callable[[str, Block], None]


class Connection:
    """A websocket on which JSON-RPC 2.0 is spoken, single or in batches."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        transport: asyncio.Transport,
        *,
        view: View,
        rpc: Rpc,
        faults: Faults,
        traffic: Traffic,
        new_id: Callable[[], str],
    ) -> None:
        """Answer from this view."""
        self._socket = socket
        self._transport = transport
        self._view = view
        self._rpc = rpc
        self._faults = faults
        self._traffic = traffic
        self._new_id = new_id
        self._outgoing: asyncio.Queue[dict[str, Any] | list[Any]] = asyncio.Queue()
        self._followers: dict[str, Follower] = {}
        self._watched: dict[str, tuple[Pending, Watcher]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = False

    async def serve(self) -> None:
        """Answer until the client or a fault ends it."""
        writer = asyncio.create_task(self._write())
        try:
            async for message in self._socket:
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    continue
                size = len(message.data)
                task = asyncio.create_task(self._receive(message.data, size))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        finally:
            for task in (writer, *self._tasks):
                task.cancel()
            await asyncio.gather(writer, *self._tasks, return_exceptions=True)
            for pending, watcher in self._watched.values():
                pending.unwatch(watcher)
            self._over = True
            while not self._outgoing.empty():
                self._outgoing.get_nowait()
                self._outgoing.task_done()

    def abort(self) -> None:
        """Break the connection without a word."""
        self._transport.abort()

    async def flood(self) -> None:
        """Send, as fast as they are taken, heads that nobody subscribed to."""
        while not self._over:
            self._notify("chain_newHead", "nobody", header(self._view.head))
            await self.drained()

    def publish(self, what: str, block: Block) -> None:
        """Send a new head or finalised block to those who follow it."""
        for follower in tuple(self._followers.values()):
            follower(what, block)

    async def drained(self) -> None:
        """Wait until all that was to be sent is sent."""
        await self._outgoing.join()

    async def _receive(self, data: str | bytes, size: int) -> None:
        try:
            request = json.loads(data)
        except ValueError:
            error = {"code": -32700, "message": "Parse error"}
            self._send({"jsonrpc": "2.0", "error": error, "id": None})
            return
        requests = request if isinstance(request, list) else [request]
        if not all(isinstance(one, dict) and "method" in one for one in requests):
            error = {"code": -32600, "message": "Invalid request"}
            self._send({"jsonrpc": "2.0", "error": error, "id": None})
            return
        for one in requests:
            self._traffic.note(one["method"], size // len(requests))
        methods = {one["method"] for one in requests}
        if self._faults.silent:
            return
        await self._faults.delay()
        if self._faults.cuts_before(methods):
            self._cut()
            return
        answers, then = [], []
        for one in requests:
            answer, after = self._answer(one)
            answers.append(answer)
            then.append(after)
        self._send(answers if isinstance(request, list) else answers[0])
        for after in then:
            if after is not None:
                after()
        if self._faults.cuts_after(methods):
            await self.drained()
            self.abort()

    def _answer(
        self, request: dict[str, Any]
    ) -> tuple[dict[str, Any], Callable[[], None] | None]:
        """Return an answer, and what is to be sent after it."""
        method, parameters = request["method"], request.get("params") or []
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": request.get("id")}
        then = None
        try:
            self._faults.check(method, parameters)
            if method in SUBSCRIBING:
                answer["result"], then = self._subscribe(method, parameters)
            else:
                result = self._rpc.answer(method, parameters)
                answer["result"] = self._faults.spoil(method, result, parameters)
        except (RpcError, RefusedError) as error:
            answer["error"] = {"code": error.code, "message": error.message}
            if error.data is not None:
                answer["error"]["data"] = error.data
        except (IndexError, TypeError, ValueError) as error:
            invalid = {"code": -32602, "message": "Invalid params", "data": str(error)}
            answer["error"] = invalid
        return answer, then

    def _subscribe(
        self, method: str, parameters: list[Any]
    ) -> tuple[Any, Callable[[], None] | None]:
        if method in ENDING:
            return self._unsubscribe(parameters[0]), None
        if method == "author_submitExtrinsic":
            return self._submit(parameters).extrinsic.hash, None
        number = self._new_id()
        if method == "author_submitAndWatchExtrinsic":
            pending = self._submit(parameters)
            return number, lambda: self._watch(number, pending)
        if method in HEADS:
            what, notified = HEADS[method]
            block = self._view.head if what == "head" else self._view.finalised

            def follower(kind: str, block: Block) -> None:
                if kind == what:
                    self._notify(notified, number, header(block))

            self._followers[number] = follower
            return number, lambda: follower(what, block)
        if method == "state_subscribeRuntimeVersion":
            self._followers[number] = lambda _kind, _block: None
            return number, lambda: self._notify(
                "state_runtimeVersion", number, self._view.runtime.version
            )
        keys = parameters[0]
        last: dict[str, Any] = {}

        def changed(kind: str, block: Block) -> None:
            now = storage_changes(block, keys)
            if kind == "head" and now["changes"] != last.get("changes"):
                last.update(now)
                self._notify("state_storage", number, now)

        self._followers[number] = changed
        return number, lambda: changed("head", self._view.head)

    def _unsubscribe(self, number: str) -> bool:
        watched = self._watched.pop(number, None)
        if watched is not None:
            watched[0].unwatch(watched[1])
            return True
        return self._followers.pop(number, None) is not None

    def _submit(self, parameters: list[Any]) -> Pending:
        self._faults.check_extrinsic()
        return self._view.chain.submit(unhex(parameters[0]))

    def _watch(self, number: str, pending: Pending) -> None:
        def watcher(status: Status) -> None:
            self._notify("author_extrinsicUpdate", number, status)

        self._watched[number] = pending, watcher
        pending.watch(watcher)

    def _notify(self, method: str, number: str, result: object) -> None:
        if self._faults.silent or self._faults.mute:
            return
        parameters = {"subscription": number, "result": result}
        self._send({"jsonrpc": "2.0", "method": method, "params": parameters})

    def _send(self, message: dict[str, Any] | list[Any]) -> None:
        if not self._over:
            self._outgoing.put_nowait(message)

    async def _write(self) -> None:
        while True:
            message = await self._outgoing.get()
            try:
                text = json.dumps(message, separators=(",", ":"))
                self._traffic.sent += len(text)
                await self._socket.send_str(text)
            except ConnectionError:
                self._transport.abort()
            finally:
                self._outgoing.task_done()

    def _cut(self) -> None:
        """Send the first half of a frame, then close the connection."""
        half = b'{"jsonrpc":"2.0","id":"'
        self._transport.write(bytes((0x81, 2 * len(half))) + half)
        self._transport.close()
