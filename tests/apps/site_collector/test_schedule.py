"""Who is polled when, in virtual time."""

import asyncio
from collections import Counter
from collections.abc import Sequence
import itertools
import logging

import pytest

from apps.site_collector.config import Polling
from apps.site_collector.engine import Failure, MinerSnapshot
from apps.site_collector.machine import Condition, Machine
from apps.site_collector.schedule import LONGEST_GAP_S, Schedule

from .stand_ins import Miner, machine
from .virtual_time import run


class Sweep:
    """Some miners and their schedule."""

    def __init__(self, miners: Sequence[Miner], polling: Polling | None = None) -> None:
        self.miners = miners
        self.polling = polling or Polling()
        self.machines = [
            machine(number, miner, self.polling.timeout_s)
            for number, miner in enumerate(miners)
        ]
        self.polled: list[tuple[Machine, MinerSnapshot | None]] = []
        self.most = 0
        self.schedule = Schedule(self.polling, self._on_poll)
        for each in self.machines:
            self.schedule.add(each)

    def _on_poll(
        self, machine: Machine, snapshot: MinerSnapshot | None, _: float
    ) -> None:
        self.polled.append((machine, snapshot))
        self.most = max(self.most, sum(miner.at_a_time for miner in self.miners) + 1)

    async def for_s(self, seconds: float) -> None:
        """Let time go by."""
        await asyncio.sleep(seconds)


def test_every_miner_is_polled_once_a_period() -> None:
    """At its own moment, which is spread over the period."""

    async def live() -> None:
        sweep = Sweep([Miner() for _ in range(300)])
        await sweep.for_s(300)
        assert {len(miner.asked) for miner in sweep.miners} == {10}
        assert {gap for miner in sweep.miners for gap in miner.gaps()} == {30.0}
        seconds = Counter(int(miner.asked[0] % 30) for miner in sweep.miners)
        assert len(seconds) == 30
        assert max(seconds.values()) <= 25
        assert sweep.schedule.missed == 0
        await sweep.schedule.async_stop()

    run(live())


def test_polls_begin_together() -> None:
    """Some at each of few moments: one by one each would cost more."""

    async def live() -> None:
        sweep = Sweep([Miner() for _ in range(1000)], Polling(period_s=10))
        await sweep.for_s(100)
        moments = Counter(
            round(moment % 10, 6) for miner in sweep.miners for moment in miner.asked
        )
        assert len(moments) <= 200
        assert max(moments.values()) <= 20 * 10
        assert {gap for miner in sweep.miners for gap in miner.gaps()} == {10.0}
        await sweep.schedule.async_stop()

    run(live())


def test_no_more_than_allowed_are_polled_at_a_time() -> None:
    """The others wait for their turn, and none is polled twice at a time."""

    async def live() -> None:
        miners = [Miner(takes_s=1.0) for _ in range(400)]
        sweep = Sweep(miners, Polling(in_flight=10))
        await sweep.for_s(400)
        assert sweep.most <= 10
        assert max(miner.most for miner in miners) == 1
        # Ten a second are 300 in a period: 100 of them have to wait for longer.
        assert sweep.schedule.missed > 0
        assert min(len(miner.asked) for miner in miners) >= 8
        await sweep.schedule.async_stop()

    run(live())


def test_silent_miners_are_asked_less_and_less_often() -> None:
    """Up to every five minutes, and at once as often as others when they are back."""

    async def live() -> None:
        miner = Miner(takes_s=3)
        miner.failure = Failure.TIMEOUT
        sweep = Sweep([miner])
        await sweep.for_s(2000)
        assert miner.gaps()[:6] == [30, 30, 60, 120, 240, 300]
        assert max(miner.gaps()) == LONGEST_GAP_S
        miner.failure, miner.takes_s = None, 0.01
        await sweep.for_s(2 * LONGEST_GAP_S)
        asked = len(miner.asked)
        await sweep.for_s(300)
        assert len(miner.asked) == asked + 10
        await sweep.schedule.async_stop()

    run(live())


def test_a_refusal_is_no_silence() -> None:
    """It costs no time, and a miner that starts again refuses for a while."""

    async def live() -> None:
        miner = Miner()
        miner.failure = Failure.REFUSED
        sweep = Sweep([miner])
        await sweep.for_s(300)
        assert set(miner.gaps()) == {30}
        await sweep.schedule.async_stop()

    run(live())


@pytest.mark.parametrize("takes_s", [3.0, 15.0, 1000.0])
def test_half_that_hold_on_do_not_hold_up_the_others(takes_s: float) -> None:
    """Once it is known who they are, no poll of the others is missed."""

    async def live() -> None:
        polling = Polling(in_flight=64, silent_in_flight=32)
        good = [Miner(takes_s=0.02) for _ in range(1000)]
        bad = [Miner(takes_s=takes_s) for _ in range(1000)]
        for miner in bad:
            miner.failure = Failure.TIMEOUT
        mixed = [each for pair in zip(good, bad, strict=True) for each in pair]
        sweep = Sweep(mixed, polling)
        await sweep.for_s(120)
        missed = sweep.schedule.missed
        asked = [len(miner.asked) for miner in good]
        await sweep.for_s(600)
        assert sweep.schedule.missed == missed
        assert {
            len(miner.asked) - before for miner, before in zip(good, asked, strict=True)
        } == {20}
        assert all(len(miner.asked) > 1 for miner in bad)
        await sweep.schedule.async_stop()

    run(live())


def test_one_that_takes_long_is_read_all_the_same() -> None:
    """Among the silent, where it holds up no other."""

    async def live() -> None:
        slow, swift = Miner(takes_s=10), Miner()
        sweep = Sweep([slow, swift], Polling(in_flight=1))
        await sweep.for_s(300)
        assert all(snapshot is not None for _, snapshot in sweep.polled)
        assert min(len(slow.asked), len(swift.asked)) >= 9
        await sweep.schedule.async_stop()

    run(live())


def test_what_a_machine_is_while_it_is_silent() -> None:
    """Not asked, answers, missed polls, lost; values hold as long as the grace."""

    async def live() -> None:
        loop = asyncio.get_running_loop()
        miner = Miner()
        sweep = Sweep([miner])
        (each,) = sweep.machines

        def condition() -> Condition:
            return each.condition(loop.time())

        assert condition() is Condition.WAITING
        await sweep.for_s(30)
        assert condition() is Condition.ANSWERS
        assert each.facts is not None
        assert each.facts.rate == 1e14
        miner.failure = Failure.TIMEOUT
        await sweep.for_s(31)
        assert condition() is Condition.MISSED
        assert each.facts is not None
        await sweep.for_s(60)
        assert condition() is Condition.LOST
        await sweep.for_s(600)
        assert not each.facts
        miner.failure = None
        await sweep.for_s(LONGEST_GAP_S)
        assert condition() is Condition.ANSWERS
        await sweep.schedule.async_stop()
        await sweep.for_s(1000)
        assert condition() is Condition.LOST

    run(live())


def test_a_fault_in_reading_one_is_written_down_and_ends_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The others go on, and so does the one."""

    async def live() -> None:
        miners = [Miner(), Miner()]
        miners[0].error = ZeroDivisionError("odd reply")
        sweep = Sweep(miners)
        await sweep.for_s(90)
        assert [len(miner.asked) for miner in miners] == [3, 3]
        assert sweep.machines[0].failure is Failure.INVALID_REPLY
        await sweep.schedule.async_stop()

    with caplog.at_level(logging.ERROR):
        run(live())
    assert "odd reply" in caplog.text


def test_out_of_turn_once() -> None:
    """After an order it is read soon, and its own moments stay."""

    async def live() -> None:
        miner = Miner()
        sweep = Sweep([miner])
        await sweep.for_s(45)
        count = len(miner.asked)
        sweep.schedule.ask_soon(sweep.machines[0])
        await sweep.for_s(1)
        assert len(miner.asked) == count + 1
        await sweep.for_s(120)
        moments = {round(moment % 30, 3) for moment in miner.asked}
        assert len(moments) == 2
        await sweep.schedule.async_stop()

    run(live())


def test_another_period_is_spread_again() -> None:
    """Also from a short one to a long one."""

    async def live() -> None:
        sweep = Sweep([Miner() for _ in range(100)], Polling(period_s=10))
        await sweep.for_s(20)
        sweep.schedule.set_polling(Polling(period_s=60))
        await sweep.for_s(60)
        for miner in sweep.miners:
            miner.asked.clear()
        await sweep.for_s(60)
        assert {len(miner.asked) for miner in sweep.miners} == {1}
        seconds = {int(miner.asked[0] % 60) // 10 for miner in sweep.miners}
        assert len(seconds) == 6
        await sweep.schedule.async_stop()

    run(live())


def test_a_clock_that_jumps_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Days forward and back: ages and turns are of a clock that does not."""
    wall = itertools.cycle((0.0, 2e9, 1e9, 5e9))
    monkeypatch.setattr("time.time", lambda: next(wall))

    async def live() -> None:
        sweep = Sweep([Miner() for _ in range(20)])
        await sweep.for_s(300)
        assert {gap for miner in sweep.miners for gap in miner.gaps()} == {30.0}
        now = asyncio.get_running_loop().time()
        conditions = {each.condition(now) for each in sweep.machines}
        assert conditions == {Condition.ANSWERS}
        await sweep.schedule.async_stop()

    run(live())


def test_what_is_gone_is_not_polled() -> None:
    """Nor told of, where its poll was under way."""

    async def live() -> None:
        sweep = Sweep([Miner(takes_s=1)])
        while not sweep.miners[0].asked:
            await asyncio.sleep(0.1)
        sweep.machines[0].is_gone = True
        await sweep.for_s(100)
        assert len(sweep.miners[0].asked) == 1
        assert sweep.polled == []
        await sweep.schedule.async_stop()

    run(live())


def test_the_end_waits_for_no_miner() -> None:
    """What is under way is given up."""

    async def live() -> None:
        sweep = Sweep([Miner(takes_s=1000) for _ in range(50)])
        await sweep.for_s(31)
        began = asyncio.get_running_loop().time()
        await sweep.schedule.async_stop()
        assert asyncio.get_running_loop().time() == began
        assert sweep.schedule.in_flight == 0

    run(live())
