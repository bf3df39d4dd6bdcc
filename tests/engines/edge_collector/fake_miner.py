"""A server that answers as a given firmware would, and remembers what it was asked."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
import json
import socket
from typing import Any, Self, override

type Reply = dict[str, Any]
type Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
type Answer = Callable[[Any], Reply | bytes | Script]
"""From a decoded request to a reply, to bytes, or to what is done with the connection."""


class FakeMiner:
    """A miner on loopback; like cgminer it receives once and then closes."""

    def __init__(self, answer: Answer) -> None:
        """Take the firmware; it may be exchanged later."""
        self.answer = answer
        self.requests: list[bytes] = []
        """What the first segment of each connection held."""
        self.afterwards: list[bytes] = []
        """What each client sent beyond that, until it closed."""
        self.most_at_once = 0
        self.port = 0
        self._open = 0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close, and wait until every connection has ended."""
        assert self._server is not None
        self._server.close()
        self._server.close_clients()
        while self._open:
            await asyncio.sleep(0)

    @property
    def commands(self) -> list[Any]:
        """The command of each connection; a pair with "new_api" where that was set."""
        documents = [json.loads(request) for request in self.requests if request]
        return [
            (each["command"], "new_api") if "new_api" in each else each["command"]
            for each in documents
        ]

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Serve one connection."""
        self._open += 1
        self.most_at_once = max(self.most_at_once, self._open)
        try:
            with suppress(OSError):
                await self._converse(reader, writer)
        finally:
            writer.transport.abort()
            self._open -= 1

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Receive once, answer, and see what the client does then."""
        request = await reader.read(8191)
        self.requests.append(request)
        if not request:
            return
        answer = self.answer(json.loads(request))
        match answer:
            case bytes():
                writer.write(answer)
            case dict():
                writer.write(json.dumps(answer).encode() + b"\0")
            case _:
                await answer(reader, writer)
                return
        writer.write_eof()
        self.afterwards.append(await reader.read())


def unused_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer nothing until the client gives up."""
    await reader.read()


def status(letter: str, code: int, message: str, description: str) -> list[Reply]:
    """Return the STATUS of a reply."""
    return [
        {
            "STATUS": letter,
            "When": 1700000000,
            "Code": code,
            "Msg": message,
            "Description": description,
        }
    ]


def ok(section: str, rows: list[Reply], description: str) -> Reply:
    """Return the reply that brings rows."""
    return {
        "STATUS": status("S", 70, section, description),
        section: rows,
        "id": 1,
    }


def invalid_command(description: str) -> Reply:
    """Return what a firmware says to a command that it does not have."""
    return {"STATUS": status("E", 14, "Invalid command", description), "id": 1}


def access_denied(command: str, description: str) -> Reply:
    """Return what a firmware says to a command that its allow list excludes."""
    message = f"Access denied to '{command}' command"
    return {"STATUS": status("E", 45, message, description), "id": 1}


class Firmware:
    """Answers single commands from a table, and several at once as its kind does."""

    def __init__(self, description: str, replies: dict[str, Reply]) -> None:
        """Take the Description and the replies by command."""
        self.description = description
        self.replies = replies

    def __call__(self, request: Any) -> Reply:
        """Answer a request; as it stands, only single commands are known."""
        return self.single(request["command"])

    def single(self, command: object) -> Reply:
        """Answer a single command."""
        if isinstance(command, str) and command in self.replies:
            return self.replies[command]
        return invalid_command(self.description)


class Classic(Firmware):
    """Joins: every member answers, or refuses, in a slot of its own."""

    @override
    def __call__(self, request: Any) -> Reply:
        """Answer single and joined commands."""
        command = request["command"]
        if isinstance(command, str) and "+" in command:
            slots = {name: [self.single(name)] for name in command.split("+")}
            return {**slots, "id": 1}
        return self.single(command)


class TakesArrays(Firmware):
    """Takes a list of names, and a joined command for one unknown name."""

    @override
    def __call__(self, request: Any) -> Reply:
        """Answer single commands and lists."""
        command = request["command"]
        if isinstance(command, list):
            return {name: self.single(name) for name in command}
        return self.single(command)
