"""Living numbers: how a simulated machine hashes, warms and counts."""

from itertools import pairwise

from hypothesis import given, settings, strategies as st
import pytest

from simulators.antminer.machine import WARM_UP, Machine
from simulators.antminer.models import MODELS
from simulators.antminer.reading import Reading, State
from simulators.clock import ManualClock

DAY = 86_400.0


def _machine(
    model: str = "s19jpro", *, seed: int = 1, uptime: float = DAY
) -> tuple[Machine, ManualClock]:
    clock = ManualClock()
    return Machine(MODELS[model], seed, clock, uptime), clock


def _over(machine: Machine, clock: ManualClock, step: float, n: int) -> list[Reading]:
    readings = [machine.read()]
    for _ in range(n):
        clock.advance(step)
        readings.append(machine.read())
    return readings


@pytest.mark.parametrize("model", MODELS)
def test_a_warm_machine_works_as_its_data_sheet_says(model: str) -> None:
    """All boards, all chips, the nominal rate, a cool head, and the usual power."""
    machine, _ = _machine(model)
    reading = machine.read()
    sheet = MODELS[model]
    assert reading.state is State.HASHING
    assert [board.slot for board in reading.boards] == list(sheet.slots)
    assert reading.rate_ghs == pytest.approx(sheet.ideal_ghs, rel=0.03)
    assert reading.average_ghs == pytest.approx(sheet.ideal_ghs, rel=0.02)
    assert reading.power_w == pytest.approx(sheet.power_w, rel=0.02)
    for board in reading.boards:
        assert (board.chips_ok, board.chips_total) == (sheet.chips, sheet.chips)
        assert board.temp_chip == pytest.approx(sheet.chip_temp, abs=4)
        assert board.temp_chip < 80
        assert board.temp_pcb < board.temp_chip
    assert list(reading.fans) == list(sheet.fans)
    assert all(0.5 < rpm / sheet.fan_max_rpm < 1 for rpm in reading.fans.values())


@pytest.mark.parametrize("model", MODELS)
def test_boards_add_up_to_the_machine(model: str) -> None:
    """The whole is the sum of what is printed for the parts."""
    machine, clock = _machine(model)
    for reading in _over(machine, clock, 7, 20):
        total = sum(board.rate_ghs for board in reading.boards)
        assert reading.rate_ghs == pytest.approx(total, rel=1e-9)


def test_rates_tremble_around_nominal() -> None:
    """Every five seconds another rate, never far off, and no drift."""
    machine, clock = _machine()
    rates = [reading.rate_ghs for reading in _over(machine, clock, 5, 400)]
    assert len(set(rates)) > 390
    assert min(rates) > 0.96 * 104_000
    assert max(rates) < 1.04 * 104_000
    assert sum(rates) / len(rates) == pytest.approx(104_000, rel=0.015)


def test_a_cold_start_takes_its_time() -> None:
    """No hash during the warm-up, then a rise; the boards follow with inertia."""
    machine, clock = _machine(uptime=0)
    cold = machine.read()
    assert (cold.state, cold.rate_ghs, cold.accepted) == (State.WARMING_UP, 0, 0)
    assert all(board.temp_chip < 30 for board in cold.boards)
    assert set(cold.fans.values()) != {0}
    clock.advance(WARM_UP - 1)
    assert machine.read().rate_ghs == 0
    rising = _over(machine, clock, 20, 30)
    assert rising[1].state is State.HASHING
    assert 0 < rising[1].rate_ghs < 0.7 * 104_000
    assert rising[-1].rate_ghs == pytest.approx(104_000, rel=0.03)
    warmth = [reading.boards[0].temp_chip for reading in rising]
    assert warmth[1] < 40
    assert warmth[4] < 65
    assert warmth[-1] > 70


def test_counters_only_grow() -> None:
    """Elapsed, shares and errors grow; rejected ones are few."""
    machine, clock = _machine()
    readings = _over(machine, clock, 60, 60)
    for before, after in pairwise(readings):
        assert after.elapsed == before.elapsed + 60
        assert after.accepted >= before.accepted
        assert after.rejected >= before.rejected
        assert after.hw_errors >= before.hw_errors
        assert before.last_share <= after.last_share <= after.time
    first, last = readings[0], readings[-1]
    assert last.accepted > first.accepted
    assert last.hw_errors > first.hw_errors
    assert 0 < last.rejected < last.accepted / 100


@pytest.mark.parametrize("model", ["s19jpro", "l3plus"])
def test_shares_are_worth_the_work(model: str) -> None:
    """Shares times their difficulty is the work behind the average rate."""
    machine, _ = _machine(model)
    reading, sheet = machine.read(), MODELS[model]
    hashes = reading.diff1_work * sheet.hashes_per_difficulty
    assert hashes == pytest.approx(reading.average_ghs * 1e9 * DAY, rel=0.01)


def test_a_seed_repeats_a_life_and_another_does_not() -> None:
    """The same seed gives the same readings to the last digit."""
    lives = []
    for seed in (5, 5, 6):
        machine, clock = _machine(seed=seed)
        machine.kill_chips(2, 9)
        lives.append(_over(machine, clock, 11, 50))
    assert lives[0] == lives[1]
    assert lives[0] != lives[2]


@given(
    polls=st.lists(st.floats(0.1, 300), max_size=30),
    fault_at=st.floats(0, 2000),
    uptime=st.floats(0, 5000),
)
@settings(max_examples=60, deadline=None)
def test_being_asked_changes_nothing(
    polls: list[float], fault_at: float, uptime: float
) -> None:
    """What is true at a moment does not depend on who asked before."""

    def life(*, asked: bool) -> Reading:
        clock = ManualClock()
        machine = Machine(MODELS["s9"], 3, clock, uptime)
        moments = sorted({fault_at, 12_000.0, *(sum(polls[:n]) for n in range(31))})
        for moment in moments:
            clock.advance(moment - (clock.now() - 1_900_000_000.0))
            if moment == fault_at:
                machine.kill_chips(7, 5)
            elif asked:
                machine.read()
        return machine.read()

    asked, unasked = life(asked=True), life(asked=False)
    assert asked.accepted == pytest.approx(unasked.accepted, abs=1)
    assert asked.hw_errors == pytest.approx(unasked.hw_errors, abs=3)
    assert asked.average_ghs == pytest.approx(unasked.average_ghs, abs=0.02)
    for one, other in zip(asked.boards, unasked.boards, strict=True):
        assert one.temp_chip == pytest.approx(other.temp_chip, abs=1)
        assert one.rate_ghs == other.rate_ghs


def test_dead_chips_cost_rate_and_warmth() -> None:
    """Half the chips make half the rate, and more errors."""
    machine, clock = _machine()
    machine.kill_chips(1, 63)
    clock.advance(1800)
    reading = machine.read()
    dead, whole = reading.boards[:2]
    assert dead.chips_ok == 63
    assert dead.rate_ghs == pytest.approx(whole.rate_ghs / 2, rel=0.05)
    assert dead.temp_chip < whole.temp_chip - 15
    assert dead.hw_errors > whole.hw_errors


def test_chips_die_one_after_the_other() -> None:
    """Each kill adds to the earlier ones; too many are all of them."""
    machine, _ = _machine()
    for expected in (123, 120):
        machine.kill_chips(1, 3)
        assert machine.read().boards[0].chips_ok == expected
    machine.kill_chips(1, 126)
    assert machine.read().boards[0].chips_ok == 0
    with pytest.raises(ValueError, match="count must be 1 to 126"):
        machine.kill_chips(1, 0)


def test_a_lost_board_is_gone_and_cools() -> None:
    """The firmware does not see it; the others go on; repaired, it comes back cold."""
    machine, clock = _machine()
    machine.lose_board(2)
    assert [board.slot for board in machine.read().boards] == [1, 3]
    clock.advance(900)
    machine.repair()
    assert machine.read().boards[1].temp_chip < 30
    clock.advance(900)
    assert machine.read().boards[1].temp_chip > 70


def test_heat_comes_and_goes_slowly_and_speeds_up_the_fans() -> None:
    """An overheating board warms by the given degrees, not at once."""
    machine, clock = _machine()
    before = machine.read()
    machine.overheat(25, slot=2)
    clock.advance(10)
    assert machine.read().boards[1].temp_chip < before.boards[1].temp_chip + 6
    clock.advance(900)
    hot = machine.read()
    assert hot.boards[1].temp_chip == pytest.approx(
        before.boards[1].temp_chip + 25, abs=3
    )
    assert hot.boards[0].temp_chip == pytest.approx(before.boards[0].temp_chip, abs=3)
    assert min(hot.fans.values()) > max(before.fans.values())
    machine.repair()
    clock.advance(900)
    assert machine.read().boards[1].temp_chip < 80


def test_failed_fans_heat_every_board() -> None:
    """Without fans it becomes hot; each fan counts its part."""
    machine, clock = _machine()
    before = machine.read().boards[0].temp_chip
    machine.fail_fan(2)
    clock.advance(900)
    one = machine.read()
    assert one.fans[2] == 0
    assert min(rpm for n, rpm in one.fans.items() if n != 2) > 3000
    machine.fail_fan()
    clock.advance(900)
    none = machine.read()
    assert set(none.fans.values()) == {0}
    assert before < one.boards[0].temp_chip < none.boards[0].temp_chip
    assert none.boards[0].temp_chip > 95


@pytest.mark.parametrize("state", [State.IDLE, State.SLEEPING])
def test_a_resting_machine_counts_no_more(state: State) -> None:
    """No rate, no shares, no heat, little power; the average only decays."""
    machine, clock = _machine()
    before = machine.read()
    machine.rest(state)
    clock.advance(3600)
    after = machine.read()
    assert (after.state, after.rate_ghs) == (state, 0)
    assert after.accepted == before.accepted
    assert after.last_share <= before.time
    assert 0 < after.average_ghs < before.average_ghs
    assert after.power_w < 100
    assert all(board.temp_chip < 30 for board in after.boards)
    machine.repair()
    clock.advance(300)
    assert machine.read().state is State.HASHING


def test_a_sleep_outlasts_a_restart_and_an_idle_spell_does_not() -> None:
    """The work mode is kept in the configuration."""
    for state, after in ((State.IDLE, State.HASHING), (State.SLEEPING, State.SLEEPING)):
        machine, clock = _machine()
        machine.rest(state)
        machine.rest(State.OFF)
        machine.start()
        clock.advance(600)
        assert machine.read().state is after


def test_a_repaired_sleeper_stays_awake() -> None:
    """The sleep is forgotten, also by the next start."""
    machine, clock = _machine()
    machine.rest(State.SLEEPING)
    machine.repair()
    machine.start()
    clock.advance(600)
    assert machine.read().state is State.HASHING


def test_a_start_begins_at_zero() -> None:
    """Elapsed, shares and errors start from zero; warmth does not."""
    machine, clock = _machine()
    machine.start()
    reading = machine.read()
    assert (reading.accepted, reading.hw_errors, reading.last_share) == (0, 0, 0)
    assert [pool.rejected for pool in reading.pools] == [0, 0]
    assert reading.elapsed == 1
    assert reading.state is State.WARMING_UP
    assert reading.boards[0].temp_chip > 60
    clock.advance(3600)
    assert machine.read().average_ghs == pytest.approx(104_000, rel=0.05)


def test_work_fails_over_to_the_backup_pool() -> None:
    """The main pool's count stops, the other's begins, and the rate stays."""
    machine, clock = _machine()
    machine.fail_pool()
    before = machine.read()
    clock.advance(3600)
    after = machine.read()
    assert [(pool.alive, pool.active) for pool in after.pools] == [
        (False, False),
        (True, True),
    ]
    assert after.pools[0].accepted == before.pools[0].accepted
    assert after.pools[1].accepted > 100
    assert after.rate_ghs > 100_000
    machine.repair()
    assert machine.read().pools[0].active


def test_water_warms_as_the_boards_do() -> None:
    """The outlet is the inlet when cold, and some degrees above at full load."""
    machine, clock = _machine("s19prohyd", uptime=0)
    cold = machine.read()
    assert cold.outlet == cold.inlet
    clock.advance(1800)
    warm = machine.read()
    assert warm.outlet - warm.inlet == pytest.approx(8, abs=2)
    assert warm.boards[0].pcb_temps == (
        warm.inlet,
        warm.inlet,
        warm.outlet,
        warm.outlet,
    )
    with pytest.raises(ValueError, match="has no fans"):
        machine.fail_fan()


def test_what_is_not_there_cannot_fail() -> None:
    """Wrong boards and fans are refused, and nothing has changed."""
    machine, _ = _machine("s9")
    with pytest.raises(ValueError, match="no board 1; boards: 6, 7, 8"):
        machine.kill_chips(1)
    with pytest.raises(ValueError, match="no board 9"):
        machine.lose_board(9)
    with pytest.raises(ValueError, match="no board 2"):
        machine.overheat(20, slot=2)
    with pytest.raises(ValueError, match="no fan 1; fans: 5, 6"):
        machine.fail_fan(1)
    reading = machine.read()
    assert [board.chips_ok for board in reading.boards] == [63, 63, 63]
    assert all(reading.fans.values())
