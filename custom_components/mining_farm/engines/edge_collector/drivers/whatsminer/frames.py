"""One command of Whatsminer's API 3: four bytes of length, then JSON, both ways.

Source: the maker's description of API 3.0.3 (2025-11-19).
"""

import asyncio
import base64
from collections.abc import Mapping
import hashlib
import json
import struct
from typing import Any

from ...address import Address
from ...controls import ControlError, ControlFailure, MaybeDoneError
from ...errors import Failure, MinerError
from ..bounds import load_json

PORT = 4433
MAX_FRAME = 1 << 18
"""Bytes of the longest reply that is read."""
_LENGTH = struct.Struct("<I")
_MAX_HEARTBEATS = 16

type Message = Mapping[str, Any]


class _NeverConnectedError(Exception):
    """No connection came about, so nothing was sent."""


def encode(message: Message) -> bytes:
    """Return the frame of a message."""
    body = json.dumps(message, separators=(",", ":")).encode()
    return _LENGTH.pack(len(body)) + body


def token(command: str, password: str, salt: str, timestamp: int) -> str:
    """Return what proves the password for one command at one moment."""
    proof = hashlib.sha256(f"{command}{password}{salt}{timestamp}".encode()).digest()
    return base64.b64encode(proof).decode()[:8]


async def async_ask(address: Address, message: Message, deadline_s: float) -> Message:
    """Return the reply to a command that only reads; MinerError when none comes."""
    try:
        return await _async_exchange(address, message, deadline_s)
    except TimeoutError as err:
        raise MinerError(Failure.TIMEOUT, f"no answer within {deadline_s:g} s") from err
    except _NeverConnectedError as err:
        refused = isinstance(err.__cause__, ConnectionRefusedError)
        raise MinerError(
            Failure.REFUSED if refused else Failure.UNREACHABLE,
            "connection refused" if refused else "cannot be reached",
        ) from err
    except (OSError, EOFError) as err:
        raise MinerError(Failure.INVALID_REPLY, "the connection broke") from err


async def async_order(address: Address, message: Message, deadline_s: float) -> Message:
    """Send a command that changes the miner, once.

    Raises ControlError where nothing was sent, and MaybeDoneError where it was and no
    whole answer came.
    """
    try:
        return await _async_exchange(address, message, deadline_s)
    except _NeverConnectedError as err:
        raise ControlError(
            ControlFailure.NO_ANSWER, "nothing was sent: no connection"
        ) from err
    except TimeoutError as err:
        raise MaybeDoneError(f"no answer within {deadline_s:g} s") from err
    except (OSError, EOFError, MinerError) as err:
        raise MaybeDoneError("the answer was lost") from err


async def _async_exchange(
    address: Address, message: Message, deadline_s: float
) -> Message:
    async with asyncio.timeout(deadline_s):
        reader, writer = await _async_connect(address)
        try:
            writer.write(encode(message))
            await writer.drain()
            return _decode(await _async_frame(reader))
        finally:
            writer.transport.abort()


async def _async_connect(
    address: Address,
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        return await asyncio.open_connection(*address, limit=MAX_FRAME + _LENGTH.size)
    except OSError as err:
        raise _NeverConnectedError from err


async def _async_frame(reader: asyncio.StreamReader) -> bytes:
    """Return the next frame that holds anything: empty ones are heartbeats."""
    for _ in range(_MAX_HEARTBEATS):
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        if length > MAX_FRAME:
            raise MinerError(
                Failure.NOT_CGMINER, f"a frame of {length} bytes is none of API 3"
            )
        if length:
            return await reader.readexactly(length)
    raise MinerError(Failure.INVALID_REPLY, "nothing but heartbeats came")


def _decode(body: bytes) -> Message:
    try:
        reply = load_json(body)
    except (ValueError, RecursionError) as err:
        raise MinerError(Failure.INVALID_REPLY, "the answer is no JSON") from err
    if not isinstance(reply, dict) or "code" not in reply:
        raise MinerError(Failure.NOT_CGMINER, "the answer is not that of API 3")
    return reply
