"""What a user's browser does with Home Assistant: REST, websocket and config flows."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Self

import aiohttp

type Json = Any

PATIENCE_S = 300.0
"""For anything that comes by itself, on a machine that is slow and busy."""
_FLOWS = "/api/config/config_entries/flow"
_OPTIONS = "/api/config/config_entries/options/flow"
_CHANGING = {"not_loaded", "setup_in_progress", "unload_in_progress"}


class FlowError(Exception):
    """A flow stayed at a form, or ended, before every answer was given."""


class CommandError(Exception):
    """Home Assistant refused a websocket command."""


class HomeAssistantClient:
    """A connection with a token, which may be silent for as long as a test wants."""

    def __init__(self, url: str, token: str) -> None:
        """Remember where and as whom; connects when entered."""
        self._url = url
        self._token = token
        self._session: aiohttp.ClientSession
        self._websocket: aiohttp.ClientWebSocketResponse
        self._connected: AsyncExitStack
        self._command = 0
        self._asked: dict[int, asyncio.Future[Json]] = {}
        self._ended = False

    async def __aenter__(self) -> Self:
        """Connect."""
        session = aiohttp.ClientSession(
            self._url, headers={"Authorization": f"Bearer {self._token}"}
        )
        async with AsyncExitStack() as connecting:
            self._session = await connecting.enter_async_context(session)
            self._websocket = await connecting.enter_async_context(
                self._session.ws_connect("/api/websocket", max_msg_size=0)
            )
            await self._websocket.receive_json()
            await self._websocket.send_json(
                {"type": "auth", "access_token": self._token}
            )
            answer = await self._websocket.receive_json()
            if answer["type"] != "auth_ok":
                raise CommandError(answer.get("message", answer["type"]))
            reading = asyncio.create_task(self._read())
            connecting.push_async_callback(_end, reading)
            self._connected = connecting.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect."""
        await self._connected.aclose()

    async def get(self, path: str) -> Json:
        """GET and return the JSON of the answer."""
        async with self._session.get(path) as response:
            return await _json(response)

    async def post(self, path: str, body: Json = None) -> Json:
        """POST JSON and return the JSON of the answer."""
        async with self._session.post(path, json=body) as response:
            return await _json(response)

    async def command(self, type_: str, **fields: Json) -> Json:
        """Return the result of a websocket command.

        Raises:
            CommandError: It was refused.
            aiohttp.ClientConnectionError: Home Assistant has hung up.
        """
        if self._ended:
            raise _hung_up()
        self._command += 1
        number, future = self._command, asyncio.get_running_loop().create_future()
        self._asked[number] = future
        try:
            await self._websocket.send_json({"id": number, "type": type_, **fields})
            answer = await future
        finally:
            del self._asked[number]
        if not answer["success"]:
            raise CommandError(f"{type_}: {answer['error']['message']}")
        return answer["result"]

    async def _read(self) -> None:
        """Hand out answers; Home Assistant hangs up on who does not answer its pings."""
        try:
            async for message in self._websocket:
                answer = message.json()
                asked = self._asked.get(answer["id"])
                if asked is not None and not asked.done():
                    asked.set_result(answer)
        finally:
            self._ended = True
            for asked in self._asked.values():
                if not asked.done():
                    asked.set_exception(_hung_up())

    async def states(self) -> dict[str, dict[str, Any]]:
        """Return every state object by entity id."""
        return {state["entity_id"]: state for state in await self.command("get_states")}

    async def call_action(self, action: str, **data: Json) -> None:
        """Perform an action such as light.turn_on and wait for its end."""
        domain, _, service = action.partition(".")
        await self.command(
            "call_service", domain=domain, service=service, service_data=data
        )

    async def entries(self, domain: str) -> list[dict[str, Any]]:
        """Return the config entries of an integration."""
        entries: list[dict[str, Any]] = await self.command(
            "config_entries/get", domain=domain
        )
        return entries

    async def until_settled(self, entry_id: str) -> None:
        """Wait while an entry is loaded or unloaded: its states may be those of before."""

        def is_settled(entry: dict[str, Any]) -> bool:
            return entry["state"] not in _CHANGING

        async def read() -> dict[str, Any]:
            got = await self.command("config_entries/get_single", entry_id=entry_id)
            entry: dict[str, Any] = got["config_entry"]
            return entry

        await self.until(read, is_settled)

    async def remove_entry(self, entry_id: str) -> None:
        """Remove a config entry with its devices and entities."""
        path = f"/api/config/config_entries/entry/{entry_id}"
        async with self._session.delete(path) as response:
            await _json(response)

    async def remove_entries(self, domain: str) -> None:
        """Remove all config entries of an integration."""
        for entry in await self.entries(domain):
            await self.remove_entry(entry["entry_id"])

    async def run_flow(self, handler: str, *answers: Json) -> dict[str, Any]:
        """Add an entry as a user does; return the last result.

        Each answer goes to the next menu or form; progress is waited for.

        Raises:
            FlowError: A form found fault with an answer, or the flow ended too early.
        """
        result: dict[str, Any] = await self.post(_FLOWS, {"handler": handler})
        return await self.continue_flow(result, *answers)

    async def run_options_flow(self, entry_id: str, *answers: Json) -> dict[str, Any]:
        """Change options of an entry as a user does; return the last result.

        Changed options reload the entry: that is waited for.

        Raises:
            FlowError: A form found fault with an answer, or the flow ended too early.
        """
        result: dict[str, Any] = await self.post(_OPTIONS, {"handler": entry_id})
        result = await self.continue_flow(result, *answers, flows=_OPTIONS)
        await self.until_settled(entry_id)
        return result

    async def continue_flow(
        self, result: dict[str, Any], *answers: Json, flows: str = _FLOWS
    ) -> dict[str, Any]:
        """Answer what a flow shows, and what it shows then; return the last result.

        Raises:
            FlowError: A form found fault with an answer, or the flow ended too early.
        """
        for answer in answers:
            if result["type"] not in {"menu", "form"} or result.get("errors"):
                raise FlowError(result)
            flow = f"{flows}/{result['flow_id']}"
            result = await self.post(flow, answer)
            while result["type"] == "progress":
                await asyncio.sleep(0.1)
                result = await self.get(flow)
        return result

    async def until[T](
        self,
        read: Callable[[], Awaitable[T]],
        condition: Callable[[T], bool],
        timeout: float = PATIENCE_S,
    ) -> T:
        """Read again and again until a condition holds; return what was read.

        Raises:
            TimeoutError: It never held.
        """
        async with asyncio.timeout(timeout):
            while not condition(value := await read()):
                await asyncio.sleep(0.1)
            return value


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _hung_up() -> aiohttp.ClientConnectionError:
    return aiohttp.ClientConnectionError("Home Assistant has hung up")


async def _json(response: aiohttp.ClientResponse) -> Json:
    """Return the answer; an error holds what Home Assistant said."""
    if not response.ok:
        response.reason = f"{response.reason}: {await response.text()}"
        response.raise_for_status()
    return await response.json()
