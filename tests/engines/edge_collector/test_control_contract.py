"""What holds for every driver that can write, whatever goes wrong on the way.

No write is repeated, none is claimed without having been seen on the device, and nothing
is sent where it can be known that nothing should be.
"""

from collections.abc import Awaitable, Callable
import logging

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Command,
    ControlError,
    ControlFailure,
    Outcome,
    registry,
)
from simulators.axeos import AxeOsSimulator

from .axes import Axes, carry_out, read, writer_of
from .makes import MAKES

type Start = Callable[[Axes], Awaitable[AxeOsSimulator]]

DEVICES: dict[str, Start] = {
    "axeos-bitaxe": lambda axes: axes.simulated("gamma"),
    "axeos-nerdqaxe": lambda axes: axes.simulated("nerdqaxe"),
}
"""A simulated device, with the usual faults, of every driver that can write."""
FAULTS: dict[str, tuple[Callable[[AxeOsSimulator], None], ControlFailure, int]] = {
    "gone": (lambda d: d.refuse(), ControlFailure.NO_ANSWER, 0),
    "no miner": (lambda d: d.speak_html(), ControlFailure.NO_ANSWER, 0),
    "ignored": (lambda d: d.ignore_writes(), ControlFailure.UNCONFIRMED, 1),
    "ok with an error": (lambda d: d.error_in_ok(), ControlFailure.UNCONFIRMED, 1),
    "broken": (lambda d: d.break_down(), ControlFailure.UNCONFIRMED, 1),
    "locked": (lambda d: d.lock(), ControlFailure.LOCKED, 1),
}
"""What goes wrong, the error that it ends in, and the writes that were sent."""


def test_every_driver_that_writes_has_its_devices_here() -> None:
    """A new writer is not forgotten."""
    names = {name.partition("-")[0] for name in DEVICES}
    names |= {driver for driver, _ in MAKES.values()}
    assert {driver.name for driver in registry.DRIVERS} - {"cgminer"} == names


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("command", [Command.PAUSE, Command.REBOOT])
async def test_what_goes_wrong_is_an_error_and_no_second_write(
    axes: Axes, device: str, fault: str, command: Command
) -> None:
    """It was sent once at most, and it is not claimed to be done."""
    simulator = await DEVICES[device](axes)
    cause, failure, writes = FAULTS[fault]
    cause(simulator)
    with pytest.raises(ControlError) as caught:
        await carry_out(writer_of(simulator, axes.clock), command)
    assert caught.value.failure is failure
    assert len(simulator.writes) == writes
    assert simulator.traffic.most_open <= 1


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("command", [Command.PAUSE, Command.REBOOT])
async def test_a_write_whose_answer_was_lost_is_read_back(
    axes: Axes, device: str, command: Command
) -> None:
    """It was done: that is confirmed, and it is not sent again."""
    simulator = await DEVICES[device](axes)
    simulator.drop_writes()
    writer = writer_of(simulator, axes.clock)
    assert await carry_out(writer, command) is Outcome.CONFIRMED
    assert len(simulator.writes) == 1


@pytest.mark.parametrize("device", DEVICES)
async def test_nothing_is_sent_to_a_device_that_is_paused_already(
    axes: Axes, device: str
) -> None:
    """Whoever paused it."""
    simulator = await DEVICES[device](axes)
    simulator.pause()
    axes.clock.advance(2)
    writer = writer_of(simulator, axes.clock)
    assert await carry_out(writer, Command.PAUSE) is Outcome.UNCHANGED
    assert not simulator.writes


@pytest.mark.parametrize("device", DEVICES)
async def test_reading_writes_nothing_and_logs_no_worker(
    axes: Axes, device: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The account of the pool stays out of the log, also when a command fails."""
    caplog.set_level(logging.DEBUG)
    simulator = await DEVICES[device](axes)
    await read(simulator)
    assert not simulator.writes
    simulator.ignore_writes()
    with pytest.raises(ControlError) as caught:
        await carry_out(writer_of(simulator, axes.clock), Command.PAUSE)
    assert simulator.machine.worker not in f"{caught.value}{caplog.text}"
