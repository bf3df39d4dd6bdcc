"""A pool's fault is told from the faults of rigs."""

from datetime import UTC, datetime, timedelta

from custom_components.mining_farm.engines.restart import PoolHealth, PoolMember

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def working(count: int, now: datetime = NOW) -> list[PoolMember]:
    """Return rigs with a fresh share."""
    return [PoolMember(last_share=now - MINUTE, silent=False) for _ in range(count)]


def silent(
    count: int, minutes: float = 11, *, dead: bool = False, spread: float = 1
) -> list[PoolMember]:
    """Return rigs whose last shares lie that far back."""
    return [
        PoolMember(
            last_share=NOW - (minutes + spread * number) * MINUTE,
            silent=True,
            dead=dead,
        )
        for number in range(count)
    ]


def held(*members: PoolMember) -> bool:
    """Return whether one check holds the rigs."""
    return PoolHealth().learn(NOW, members).held(NOW)


def test_most_rigs_silent_together_is_the_pool() -> None:
    """More than half of at least two."""
    assert held(*silent(6), *working(4))
    assert held(*silent(2))
    assert not held(*silent(5), *working(5))
    assert not held(*silent(5), *working(95))


def test_one_rig_says_nothing_about_its_pool() -> None:
    """A home miner's only rig is judged by itself."""
    assert not held(*silent(1))
    assert not held()


def test_rigs_that_died_at_different_times_are_no_outage() -> None:
    """One on Monday, one on Tuesday, one on Wednesday."""
    assert not held(*silent(3, spread=24 * 60), *working(2))


def test_rigs_known_to_be_dead_do_not_count() -> None:
    """Dark, given up or switched off: their silence is explained."""
    assert not held(*silent(6, dead=True), *working(4))
    assert held(*silent(6, dead=True), *silent(3))


def test_after_an_outage_rigs_get_time_to_settle() -> None:
    """Judging resumes ten minutes after the pool is back."""
    out = PoolHealth().learn(NOW, silent(4))
    later = NOW + 120 * MINUTE
    assert out.learn(later, silent(4)).held(later)
    back = out.learn(later, working(4, later))
    assert back.held(later)
    assert back.held(later + 9 * MINUTE)
    assert not back.held(later + 10 * MINUTE)


def test_a_pool_that_goes_on_working_for_others_is_not_out_for_ever() -> None:
    """After half an hour the silent ones are judged, and stay judged."""
    health = PoolHealth()
    for minute in range(60):
        now = NOW + minute * MINUTE
        health = health.learn(now, [*silent(6), *working(4, now)])
        assert health.held(now) is (minute < 30)
    # A later outage of the whole pool is one again.
    later = NOW + 90 * MINUTE
    quiet = [PoolMember(last_share=NOW + 75 * MINUTE, silent=True) for _ in range(4)]
    assert health.learn(later, [*silent(6), *quiet]).held(later)


def test_a_pool_that_comes_back_comes_back_for_one_rig_first() -> None:
    """After two hours for nobody, the others have half an hour to follow."""
    health = PoolHealth().learn(NOW, silent(4))
    back = NOW + 120 * MINUTE
    for minute in range(30):
        now = back + minute * MINUTE
        health = health.learn(now, [*silent(3), *working(1, now)])
        assert health.held(now)
    late = back + 30 * MINUTE
    assert not health.learn(late, [*silent(3), *working(1, late)]).held(late)


def test_a_pool_that_works_for_nobody_is_out_for_as_long_as_it_takes() -> None:
    """Nobody is cut on the second day either."""
    health = PoolHealth()
    for hour in range(48):
        now = NOW + timedelta(hours=hour)
        health = health.learn(now, silent(4))
        assert health.held(now)
