"""A clock that is set while Home Assistant runs."""

from datetime import UTC, datetime, timedelta

from custom_components.mining_farm.engines.restart import ClockWatch

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Clocks:
    """The time of day, and the seconds that the process lived through."""

    def __init__(self) -> None:
        """Begin with both in step."""
        self.now = START
        self.lived = 100.0
        self.watch = ClockWatch(lambda: self.lived)

    def after(self, lived: timedelta, *, jump: timedelta = timedelta()) -> bool:
        """Return whether a jump is known to have been just now, after some time."""
        self.lived += lived.total_seconds()
        self.now += lived + jump
        return self.watch.note(self.now) == self.now


def test_time_that_was_lived_through_is_no_jump() -> None:
    """However seldom somebody looks, and whatever the first look shows."""
    clocks = Clocks()
    assert not clocks.after(MINUTE, jump=timedelta(days=1))
    assert not clocks.after(timedelta(hours=3))
    assert not clocks.after(MINUTE, jump=timedelta(seconds=59))
    assert clocks.watch.jumped_at is None


def test_a_jump_ahead_is_remembered() -> None:
    """A clock that was set, or a process that stood."""
    clocks = Clocks()
    clocks.after(MINUTE)
    assert clocks.after(MINUTE, jump=MINUTE)
    at = clocks.now
    assert not clocks.after(MINUTE)
    assert clocks.watch.jumped_at == at


def test_a_clock_that_is_set_back_is_no_jump() -> None:
    """It makes no share look older than it is; set ahead again, it does."""
    clocks = Clocks()
    clocks.after(MINUTE)
    assert not clocks.after(MINUTE, jump=timedelta(days=-1))
    assert clocks.after(MINUTE, jump=timedelta(days=1))
