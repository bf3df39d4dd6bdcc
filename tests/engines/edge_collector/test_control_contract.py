"""What holds for every driver that can write, whatever goes wrong on the way.

No write is repeated, none is claimed without having been seen on the device, and nothing
is sent where it can be known that nothing should be.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
import logging

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Command,
    ControlError,
    ControlFailure,
    Credentials,
    Outcome,
    Writer,
    create_reader,
    registry,
)

from .axes import Axes, carry_out, writer_at
from .makes import MAKES, ONLY_READ

PASSWORD = "s3cret-of-the-miner"
ACCOUNT = Credentials(username="root", password=PASSWORD)


@dataclass(kw_only=True)
class Subject:
    """A simulated device of one driver, and how to make things go wrong with it."""

    host: str
    way: registry.Way
    axes: Axes
    writes: Callable[[], Sequence[object]]
    most_open: Callable[[], int]
    pause: Callable[[], None]
    """As by its own page."""
    faults: Mapping[str, Callable[[], None]]
    secrets: tuple[str, ...]
    """What must not show anywhere."""
    account: Credentials | None = None

    def writer(self, account: Credentials | None = None) -> Writer:
        """Return a writer in driven time."""
        account = account or self.account
        return writer_at(self.host, self.way, self.axes.clock, account)


async def _axeos(axes: Axes, model: str) -> Subject:
    device = await axes.simulated(model)
    return Subject(
        host=device.host,
        way=registry.Way("axeos", device.port),
        axes=axes,
        writes=lambda: device.writes,
        most_open=lambda: device.traffic.most_open,
        pause=device.pause,
        faults={
            "gone": device.refuse,
            "no miner": device.speak_html,
            "ignored": device.ignore_writes,
            "ok with an error": device.error_in_ok,
            "broken": device.break_down,
            "locked": device.lock,
            "answer lost": device.drop_writes,
        },
        secrets=(device.machine.worker,),
    )


async def _antminer(axes: Axes, model: str) -> Subject:
    device = await axes.antminer(model)
    device.change_password(PASSWORD)
    web = device.web
    return Subject(
        host=device.host,
        way=registry.Way("antminer", web.wire.port),
        axes=axes,
        writes=lambda: web.writes,
        most_open=lambda: web.traffic.most_open,
        pause=web.sleep,
        faults={
            "gone": device.web_refuse,
            "no miner": device.speak_html,
            "ignored": device.ignore_writes,
            "ok with an error": device.error_in_ok,
            "broken": device.break_down,
            "locked": device.lock_writes,
            "answer lost": device.drop_writes,
        },
        secrets=(PASSWORD, device.identity.worker),
        account=ACCOUNT,
    )


type Start = Callable[[Axes], Awaitable[Subject]]

DEVICES: dict[str, Start] = {
    "antminer-s19jpro": lambda axes: _antminer(axes, "s19jpro"),
    "axeos-bitaxe": lambda axes: _axeos(axes, "gamma"),
    "axeos-nerdqaxe": lambda axes: _axeos(axes, "nerdqaxe"),
}
"""A simulated device of every driver that can write."""
FAULTS: dict[str, tuple[tuple[ControlFailure, ...], int]] = {
    "gone": ((ControlFailure.NO_ANSWER,), 0),
    "no miner": ((ControlFailure.NO_ANSWER,), 0),
    "ignored": ((ControlFailure.UNCONFIRMED,), 1),
    # Some devices say so in a way that leaves no doubt.
    "ok with an error": ((ControlFailure.UNCONFIRMED, ControlFailure.REFUSED), 1),
    "broken": ((ControlFailure.UNCONFIRMED,), 1),
    "locked": ((ControlFailure.LOCKED,), 1),
}
"""What goes wrong, the errors that it may end in, and the writes that were sent."""
SIGNED_IN = [name for name in DEVICES if not name.startswith("axeos")]
COMMANDS = [Command.PAUSE, Command.REBOOT]


def test_every_driver_that_writes_has_its_devices_here() -> None:
    """A new writer is not forgotten."""
    names = {name.partition("-")[0] for name in DEVICES}
    names |= {driver for driver, _ in MAKES.values()}
    only_read = {"cgminer", *(driver for driver, _ in ONLY_READ.values())}
    assert {driver.name for driver in registry.DRIVERS} - only_read == names


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("command", COMMANDS)
async def test_what_goes_wrong_is_an_error_and_no_second_write(
    axes: Axes, device: str, fault: str, command: Command
) -> None:
    """It was sent once at most, and it is not claimed to be done."""
    subject = await DEVICES[device](axes)
    failures, writes = FAULTS[fault]
    subject.faults[fault]()
    with pytest.raises(ControlError) as caught:
        await carry_out(subject.writer(), command)
    assert caught.value.failure in failures
    assert len(subject.writes()) == writes
    assert subject.most_open() <= 1


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("command", COMMANDS)
async def test_a_write_whose_answer_was_lost_is_read_back(
    axes: Axes, device: str, command: Command
) -> None:
    """It was done: that is confirmed, and it is not sent again."""
    subject = await DEVICES[device](axes)
    subject.faults["answer lost"]()
    assert await carry_out(subject.writer(), command) is Outcome.CONFIRMED
    assert len(subject.writes()) == 1


@pytest.mark.parametrize("device", DEVICES)
async def test_nothing_is_sent_to_a_device_that_is_paused_already(
    axes: Axes, device: str
) -> None:
    """Whoever paused it."""
    subject = await DEVICES[device](axes)
    subject.pause()
    axes.clock.advance(30)
    assert await carry_out(subject.writer(), Command.PAUSE) is Outcome.UNCHANGED
    assert not subject.writes()


@pytest.mark.parametrize("device", SIGNED_IN)
@pytest.mark.parametrize("known", [True, False])
async def test_a_wrong_password_ends_before_any_write(
    axes: Axes, device: str, *, known: bool
) -> None:
    """As without one: it is asked for, and the miner is left alone."""
    subject = await DEVICES[device](axes)
    wrong = Credentials(username="root", password="wr0ng-word")
    if not known:
        subject.account = None
    with pytest.raises(ControlError) as caught:
        await carry_out(subject.writer(wrong if known else None), Command.PAUSE)
    assert caught.value.failure is ControlFailure.AUTH_FAILED
    assert "wr0ng" not in str(caught.value)
    assert not subject.writes()


@pytest.mark.parametrize("device", DEVICES)
async def test_reading_writes_nothing_and_logs_no_secret(
    axes: Axes, device: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Passwords and pool accounts stay out of the log, also when a command fails."""
    caplog.set_level(logging.DEBUG)
    subject = await DEVICES[device](axes)
    reader = create_reader(
        subject.host,
        subject.way.port,
        driver=subject.way.driver,
        credentials=subject.account,
    )
    await reader.async_poll()
    assert not subject.writes()
    subject.faults["ignored"]()
    with pytest.raises(ControlError) as caught:
        await carry_out(subject.writer(), Command.PAUSE)
    for secret in subject.secrets:
        assert secret not in f"{caught.value!r}{caught.value.__cause__!r}{caplog.text}"
