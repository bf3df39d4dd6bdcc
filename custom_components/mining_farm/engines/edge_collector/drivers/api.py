"""One command to a miner's API on port 4028, with what it takes beside its name."""

from collections.abc import Mapping
import json
from typing import Any

from ..address import Address
from ..controls import ControlError, ControlFailure, MaybeDoneError
from ..errors import Failure, MinerError
from .decoding import decode_reply
from .tcp import Ending, LateError, TransportError, async_exchange

PORT = 4028

type Request = Mapping[str, Any]
type Reply = dict[str, Any]


async def async_ask(address: Address, request: Request, deadline_s: float) -> Reply:
    """Return the reply to what changes nothing, an error in it included; MinerError."""
    raw = await async_exchange(*address, _encoded(request), deadline_s)
    try:
        return decode_reply(raw.data, _name(request))
    except MinerError as err:
        if err.failure is Failure.INVALID_REPLY and raw.ending is Ending.DEADLINE:
            raise MinerError(Failure.TIMEOUT, "the reply did not end") from err
        raise


async def async_order(address: Address, request: Request, deadline_s: float) -> Reply:
    """Send what changes the miner, once, and return the reply, an error in it included.

    Raises ControlError where nothing was sent, and MaybeDoneError where it was and no
    whole reply came.
    """
    try:
        return await async_ask(address, request, deadline_s)
    except TransportError as err:
        # Closed without a byte is how some answer an order that they carry out.
        if isinstance(err, LateError) or err.failure is Failure.DENIED:
            raise MaybeDoneError("it was not answered") from err
        raise ControlError(
            ControlFailure.NO_ANSWER, "nothing was sent: no connection"
        ) from err
    except MinerError as err:
        raise MaybeDoneError("the answer was lost") from err


def _name(request: Request) -> str:
    return str(request.get("command", request.get("cmd", "")))


def _encoded(request: Request) -> bytes:
    return json.dumps(request, separators=(",", ":")).encode()
