"""Commands to AxeOS: compared, sent once, read back."""

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Command,
    ControlError,
    ControlFailure,
    FanMode,
    Outcome,
    Value,
)

from .axes import Axes, carry_out, read, writer_of


@pytest.mark.parametrize("model", ["gamma", "nerdqaxe"])
async def test_pause_and_resume(axes: Axes, model: str) -> None:
    """Each is one write, and the reading shows it."""
    device = await axes.simulated(model)
    writer = writer_of(device, axes.clock)
    assert await carry_out(writer, Command.PAUSE) is Outcome.CONFIRMED
    assert (await read(device)).sleeping
    assert await carry_out(writer, Command.RESUME) is Outcome.CONFIRMED
    assert not (await read(device)).sleeping
    assert len(device.writes) == 2
    assert device.traffic.most_open == 1


async def test_a_pause_is_read_back_once_it_can_show(axes: Axes) -> None:
    """What is read sooner keeps a place that the orders of hundreds of others wait for."""
    device = await axes.simulated("gamma")
    await carry_out(writer_of(device, axes.clock), Command.PAUSE)
    asked = [(request.method, request.path) for request in device.requests]
    assert asked == [
        ("GET", "/api/system/info"),
        ("POST", "/api/system/pause"),
        ("GET", "/api/system/info"),
    ]


async def test_what_is_so_already_is_not_sent(axes: Axes) -> None:
    """Each needless write would wear the flash of the device."""
    device = await axes.simulated("gamma")
    writer = writer_of(device, axes.clock)
    for command, value in (
        (Command.RESUME, None),
        (Command.FREQUENCY, "525"),
        (Command.FAN_MODE, FanMode.AUTOMATIC),
        (Command.TARGET_TEMPERATURE, 60),
    ):
        assert await carry_out(writer, command, value) is Outcome.UNCHANGED
    assert not device.writes


@pytest.mark.parametrize(
    ("command", "value", "sent"),
    [
        (Command.FREQUENCY, "490", {"frequency": 490}),
        (Command.FAN_SPEED, 55, {"autofanspeed": 0, "manualFanSpeed": 55}),
        # Its manual speed is that already, but the fan is automatic.
        (Command.FAN_SPEED, 70, {"autofanspeed": 0, "manualFanSpeed": 70}),
        (Command.FAN_MODE, FanMode.MANUAL, {"autofanspeed": 0, "manualFanSpeed": 70}),
        (Command.TARGET_TEMPERATURE, 55, {"temptarget": 55}),
    ],
)
async def test_settings(
    axes: Axes, command: Command, value: Value, sent: dict[str, int]
) -> None:
    """One PATCH with what it takes, and no more."""
    device = await axes.simulated("gamma")
    writer = writer_of(device, axes.clock)
    assert await carry_out(writer, command, value) is Outcome.CONFIRMED
    assert [(w.method, w.path, w.json) for w in device.writes] == [
        ("PATCH", "/api/system", sent)
    ]
    assert (await read(device)).settings[command] == value


async def test_a_manual_fan_never_stands_still(axes: Axes) -> None:
    """A device that remembers 0 % gets the least speed instead."""
    device = await axes.simulated("gamma")
    device.machine.fan_speed = 5
    writer = writer_of(device, axes.clock)
    await carry_out(writer, Command.FAN_MODE, FanMode.MANUAL)
    assert device.machine.fan_speed == 15


async def test_the_automatic_fan_of_a_nerdqaxe_is_its_pid(axes: Axes) -> None:
    """Mode 1 is obsolete there."""
    device = await axes.simulated("nerdqaxe")
    device.machine.fan_mode = 0
    await carry_out(writer_of(device, axes.clock), Command.FAN_MODE, FanMode.AUTOMATIC)
    assert device.machine.fan_mode == 2


@pytest.mark.parametrize(
    ("model", "command", "value", "failure"),
    [
        ("gamma", Command.FREQUENCY, "526", ControlFailure.OUT_OF_BOUNDS),
        ("gamma", Command.FAN_SPEED, 10, ControlFailure.OUT_OF_BOUNDS),
        ("gamma", Command.FAN_SPEED, "fast", ControlFailure.OUT_OF_BOUNDS),
        ("gamma", Command.FAN_MODE, "off", ControlFailure.OUT_OF_BOUNDS),
        ("gamma", Command.TARGET_TEMPERATURE, 70, ControlFailure.OUT_OF_BOUNDS),
        ("supra", Command.PAUSE, None, ControlFailure.UNSUPPORTED),
        ("nerdqaxe", Command.IDENTIFY, None, ControlFailure.UNSUPPORTED),
        ("nerdqaxe", Command.TARGET_TEMPERATURE, 50, ControlFailure.UNSUPPORTED),
    ],
)
async def test_what_the_device_cannot_or_must_not_do_is_not_sent(
    axes: Axes,
    model: str,
    command: Command,
    value: Value | None,
    failure: ControlFailure,
) -> None:
    """The error says what was wrong."""
    device = await axes.simulated(model)
    with pytest.raises(ControlError) as caught:
        await carry_out(writer_of(device, axes.clock), command, value)
    assert caught.value.failure is failure
    assert not device.writes


async def test_a_restart_is_confirmed_by_a_smaller_uptime(axes: Axes) -> None:
    """The device is gone meanwhile, which is no failure."""
    device = await axes.simulated("gamma")
    writer = writer_of(device, axes.clock)
    assert await carry_out(writer, Command.REBOOT) is Outcome.CONFIRMED
    assert [write.path for write in device.writes] == ["/api/system/restart"]


async def test_a_restart_right_after_a_start_is_confirmed_too(axes: Axes) -> None:
    """It may have run for longer by then than it had before."""
    device = await axes.simulated("gamma")
    writer = writer_of(device, axes.clock)
    device.restart()
    axes.clock.advance(21)
    assert await carry_out(writer, Command.REBOOT) is Outcome.CONFIRMED


async def test_identify_is_accepted_and_cannot_be_confirmed(axes: Axes) -> None:
    """It is a toggle: sent once, whatever happens."""
    device = await axes.simulated("gamma")
    writer = writer_of(device, axes.clock)
    assert await carry_out(writer, Command.IDENTIFY) is Outcome.ACCEPTED
    assert device.machine.identifying
    assert len(device.writes) == 1


async def test_a_one_time_password_locks_settings_and_not_the_pause(axes: Axes) -> None:
    """The error is the lock, and nothing is worked around."""
    device = await axes.simulated("nerdqaxe")
    device.require_otp()
    writer = writer_of(device, axes.clock)
    with pytest.raises(ControlError) as caught:
        await carry_out(writer, Command.FAN_SPEED, 50)
    assert caught.value.failure is ControlFailure.UNSUPPORTED
    assert await carry_out(writer, Command.PAUSE) is Outcome.CONFIRMED
