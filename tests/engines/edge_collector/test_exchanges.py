"""One exchange with a miner that takes orders: what each answer to a write means."""

from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Command,
    ControlError,
    ControlFailure,
    Credentials,
    MinerError,
    Order,
    registry,
)
from custom_components.mining_farm.engines.edge_collector.address import Address
from custom_components.mining_farm.engines.edge_collector.controls import MaybeDoneError
from custom_components.mining_farm.engines.edge_collector.drivers.api import async_order
from custom_components.mining_farm.engines.edge_collector.drivers.web import (
    not_sent,
    said_by,
)
from custom_components.mining_farm.engines.edge_collector.errors import Failure

from .fake_miner import hang, unused_port
from .harness import StartMiner
from .makes import Makes, writer_of
from .replayed import Replayed
from .vectors import http

MODE = http("GET", "/mode", {"Mode": [{"Mode": "eco", "Sleep": "off"}]}, port=8080)
TOKEN = http("POST", "/token", {"Token": [{"Token": "t"}]}, port=8080)
PAUSE = {"command": "ascset", "parameter": "0,softoff,1:5"}


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (400, ControlFailure.REFUSED),
        (401, ControlFailure.AUTH_FAILED),
        (403, ControlFailure.LOCKED),
        (404, ControlFailure.UNSUPPORTED),
        (429, ControlFailure.LOCKED),
        (503, ControlFailure.UNCONFIRMED),
    ],
)
async def test_each_status_of_a_write_says_what_became_of_it(
    makes: Makes, status: int, failure: ControlFailure
) -> None:
    """And none is followed by a second write."""
    refusal = http("POST", "/mode", {"message": "no"}, status=status, port=8080)
    async with Replayed([MODE, TOKEN, refusal]) as device:
        way = registry.Way("auradine", device.ports["http:8080"])
        writer = writer_of(way, "127.0.0.1", makes.clock, Credentials(password="x"))
        with pytest.raises(ControlError) as caught:
            await writer.async_carry_out(Order(command=Command.PAUSE), lambda _: None)
    assert caught.value.failure is failure
    assert len(device.writes) == 1


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (Failure.AUTH_FAILED, ControlFailure.AUTH_FAILED),
        (Failure.DENIED, ControlFailure.LOCKED),
        (Failure.UNKNOWN_COMMAND, ControlFailure.UNSUPPORTED),
        (Failure.TIMEOUT, ControlFailure.NO_ANSWER),
    ],
)
def test_what_fails_before_a_write_keeps_it_from_being_sent(
    failure: Failure, outcome: ControlFailure
) -> None:
    """A wrong password is one, too."""
    assert not_sent(MinerError(failure, "first")).failure is outcome


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"err": "busy"}', "busy"),
        (b"Forbidden\nmore", "Forbidden"),
        (b"", None),
        (b'{"code": 1}', '{"code": 1}'),
    ],
)
def test_the_words_of_a_refusal_are_found(body: bytes, said: str | None) -> None:
    """A field for it, else how the answer begins."""
    assert said_by(body) == said


async def test_an_order_to_nobody_was_not_sent(loopback: None) -> None:
    """The error says so: it may be given again."""
    with pytest.raises(ControlError) as caught:
        await async_order(Address("127.0.0.1", unused_port()), PAUSE, 1.0)
    assert caught.value.failure is ControlFailure.NO_ANSWER


@pytest.mark.parametrize("answer", [hang, b"", b"<html>"])
async def test_an_order_that_is_not_answered_may_have_been_done(
    start_miner: StartMiner, answer: Any
) -> None:
    """Nothing in time, nothing at all, and no reply of this protocol."""
    miner = await start_miner(lambda _: answer)
    with pytest.raises(MaybeDoneError):
        await async_order(Address("127.0.0.1", miner.port), PAUSE, 0.2)
    assert len(miner.requests) == 1
