"""What holds for every make that can be ordered, whatever goes wrong on the way.

No write is repeated, none is claimed without having been seen on the device, and no
password stands in an error or a log.
"""

from collections.abc import Callable
import logging
import sys

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Command,
    ControlError,
    ControlFailure,
    Credentials,
    MinerError,
    Order,
    Outcome,
    drivers,
)

from .makes import MAKES, ONLY_READ, Makes, Miner, Simulator

FAULTS: dict[str, tuple[Callable[[Simulator], None], ControlFailure, int]] = {
    "gone": (lambda d: d.refuse(), ControlFailure.NO_ANSWER, 0),
    "no miner": (lambda d: d.speak_html(), ControlFailure.NO_ANSWER, 0),
    "ignored": (lambda d: d.ignore_writes(), ControlFailure.UNCONFIRMED, 1),
    "broken": (lambda d: d.break_down(), ControlFailure.UNCONFIRMED, 1),
    "ok with an error": (lambda d: d.error_in_ok(), ControlFailure.REFUSED, 1),
    "locked": (lambda d: d.lock(), ControlFailure.LOCKED, 1),
}
"""What goes wrong, the error that it ends in, and the writes that were sent."""
COMMANDS = (Command.PAUSE, Command.REBOOT)
WRONG = Credentials(password="guessed-wrong")


async def failure_of(miner: Miner, command: Command) -> ControlError:
    """Return the error that an order ends in."""
    with pytest.raises(ControlError) as caught:
        await miner.order(command)
    return caught.value


async def require(miner: Miner, command: Command) -> None:
    """Leave out a make that has no such command."""
    capabilities = (await miner.read()).capabilities
    if capabilities is None or command not in capabilities.commands:
        pytest.skip("it has no such command")


@pytest.mark.parametrize("name", MAKES)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("command", COMMANDS)
async def test_what_goes_wrong_is_an_error_and_no_second_write(
    makes: Makes,
    name: str,
    fault: str,
    command: Command,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It was sent once at most, it is not claimed, and no secret is in its words."""
    caplog.set_level(logging.DEBUG)
    miner = await makes.start(name)
    await require(miner, command)
    cause, failure, writes = FAULTS[fault]
    cause(miner.simulator)
    error = await failure_of(miner, command)
    assert error.failure is failure, error
    assert len(miner.simulator.writes) == writes
    assert miner.machine.password not in f"{error!r}{caplog.text}"


@pytest.mark.parametrize("name", MAKES)
async def test_a_wrong_password_is_tried_once(
    makes: Makes, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The user is asked for another one; it is in no error and no log."""
    caplog.set_level(logging.DEBUG)
    miner = await makes.start(name)
    if miner.sign_in is None:
        pytest.skip("it has no password")
    miner.credentials = WRONG
    error = await failure_of(miner, Command.PAUSE)
    assert error.failure is ControlFailure.AUTH_FAILED, error
    assert len(miner.simulator.writes) <= 1
    assert not miner.machine.paused
    assert WRONG.password not in f"{error!r}{caplog.text}"
    miner.credentials = None
    error = await failure_of(miner, Command.PAUSE)
    assert error.failure is ControlFailure.AUTH_FAILED, error


@pytest.mark.parametrize("name", MAKES)
@pytest.mark.parametrize("command", COMMANDS)
async def test_a_write_whose_answer_was_lost_is_read_back(
    makes: Makes, name: str, command: Command
) -> None:
    """It was done: that is confirmed, and it is not sent again."""
    miner = await makes.start(name)
    await require(miner, command)
    miner.simulator.drop_writes()
    assert await miner.order(command) is Outcome.CONFIRMED
    assert len(miner.simulator.writes) == 1


@pytest.mark.parametrize("name", [*MAKES, *ONLY_READ])
async def test_reading_changes_nothing(makes: Makes, name: str) -> None:
    """With and without an account, whatever is there."""
    miner = await makes.start(name)
    for credentials in (None, miner.credentials):
        miner.credentials = credentials
        try:
            await miner.read()
        except MinerError:
            assert miner.sign_in is not None
    miner.simulator.speak_html()
    with pytest.raises(MinerError):
        await miner.read()
    miner.simulator.restore()
    miner.simulator.refuse()
    with pytest.raises(MinerError):
        await miner.read()
    assert not miner.simulator.writes


@pytest.mark.parametrize("name", MAKES)
async def test_a_silent_miner_is_given_up_before_anything_is_sent(
    makes: Makes, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the deadline of one exchange."""
    miner = await makes.start(name)
    module = sys.modules[f"{drivers.__name__}.{miner.driver}.writer"]
    monkeypatch.setattr(module, "TIMEOUT_S", 0.2)
    writer = miner.writer()
    miner.simulator.hang()
    with pytest.raises(ControlError) as caught:
        await writer.async_carry_out(Order(command=Command.PAUSE), lambda _: None)
    assert caught.value.failure is ControlFailure.NO_ANSWER
    assert not miner.simulator.writes
