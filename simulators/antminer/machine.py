"""The physics of one miner: what it hashes, how warm it is, what it has counted.

Between two events everything has a closed form, so the state at a moment does not
depend on how often it was asked for before, and asking costs the same after an hour as
after a second.
"""

import math

from simulators.clock import Clock

from .board import Board
from .models import Model
from .noise import noise
from .reading import PoolReading, Reading, State

WARM_UP = 90.0
"""Seconds from the start of the mining process to the first hash."""
WAKE_UP = 20.0
"""Seconds from the end of a pause to the first hash."""
RAMP = 30.0
"""Time constant with which the rate rises to nominal."""
MEMORY = 600.0
"""Time constant of the half-hour mean."""
STANDBY = 0.02
"""Part of the power that is drawn while nothing is hashed."""

_AIR = 25.0
_AIR_RISE = 14.0
_DRIFT = 1.5
_FAILED_FANS_RISE = 30.0
_REJECTED = 0.0012
_POOLS = ("stratum+tcp://pool.example:3333", "stratum+tcp://backup.example:3333")


class Machine:
    """One miner, from its first second on."""

    def __init__(self, model: Model, seed: int, clock: Clock, uptime: float) -> None:
        """Be a machine that has run undisturbed for `uptime` seconds."""
        self.model = model
        self._seed = seed
        self._clock = clock
        self._inlet = model.water[0] if model.water else _AIR
        self._boards = [Board(model, n, seed, self._inlet) for n in model.slots]
        self._failed_fans: set[int] = set()
        self._pool = 0
        self._pool_work = [0.0, 0.0]
        self._resting: State | None = None
        self._asleep = False
        self._mean = 0.0
        self._last_share = 0.0
        self._at = clock.now() - uptime
        self._started = self._at
        self._hash_start = self._at + WARM_UP

    @property
    def state(self) -> State:
        """What it does now."""
        if self._resting is not None:
            return self._resting
        hashing = self._clock.now() >= self._hash_start
        return State.HASHING if hashing else State.WARMING_UP

    def start(self) -> None:
        """Restart the mining process: counters at zero; a sleep is remembered."""
        self._settle()
        for board in self._boards:
            board.work = board.hw_errors = 0.0
        self._pool_work = [0.0, 0.0]
        self._started = self._at
        self._mean = self._last_share = 0.0
        self._resting = State.SLEEPING if self._asleep else None
        self._hash_start = math.inf if self._asleep else self._at + WARM_UP

    def rest(self, state: State) -> None:
        """Stop hashing: by itself (IDLE), on command (SLEEPING), without power (OFF)."""
        self._settle()
        self._resting = state
        self._asleep |= state is State.SLEEPING
        self._hash_start = math.inf

    def wake(self) -> None:
        """End a sleep: the mining process starts anew."""
        self._asleep = False
        self.start()

    def kill_chips(self, slot: int, count: int | None = None) -> None:
        """Let `count` more chips of a board die, or all of them."""
        board = self._board(slot)
        if count is not None and not 0 < count <= self.model.chips:
            raise ValueError(f"count must be 1 to {self.model.chips}, not {count}")
        self._settle()
        board.kill_chips(count)

    def lose_board(self, slot: int) -> None:
        """Let a board vanish from what the firmware sees."""
        board = self._board(slot)
        self._settle()
        board.present = False

    def overheat(self, degrees: float, slot: int | None = None) -> None:
        """Let one board, or all of them, run that much hotter at full load."""
        boards = self._boards if slot is None else [self._board(slot)]
        self._settle()
        for board in boards:
            board.extra_heat = degrees

    def fail_fan(self, position: int | None = None) -> None:
        """Let one fan, or all of them, stand still."""
        fans = self.model.fans
        if not fans:
            raise ValueError(f"{self.model.type} has no fans")
        if position is not None and position not in fans:
            raise ValueError(f"no fan {position}; fans: {', '.join(map(str, fans))}")
        self._settle()
        self._failed_fans.update(fans if position is None else (position,))

    def fail_pool(self) -> None:
        """Let the main pool die; work goes on at the backup pool."""
        self._settle()
        self._pool = 1

    def repair(self) -> None:
        """Undo every fault; one that rested hashes again after a while."""
        self._settle()
        for board in self._boards:
            board.mend()
        self._failed_fans.clear()
        self._pool = 0
        self._asleep = False
        if self._resting in (State.IDLE, State.SLEEPING):
            self._resting = None
            self._hash_start = self._at + WAKE_UP

    def read(self) -> Reading:
        """Return everything that is true at this moment."""
        self._settle()
        model, now = self.model, self._at
        elapsed = max(now - self._started, 1.0)
        ramp = self._ramp(now)
        inlet = self._inlet + _DRIFT * math.sin(now / 86_400 * math.tau + self._seed)
        outlet = inlet + self._warmth() * (
            model.water[1] - model.water[0] if model.water else _AIR_RISE
        )
        boards = tuple(
            board.read(now, elapsed, ramp, inlet, outlet)
            for board in self._boards
            if board.present
        )
        hottest = max((board.temp_chip for board in boards), default=_AIR)
        duty = min(1.0, max(0.2, 0.75 + (hottest - model.chip_temp) / 60))
        load = STANDBY + (1 - STANDBY) * self._capacity() / model.ideal_ghs * ramp
        return Reading(
            time=int(now),
            state=self.state,
            elapsed=int(elapsed),
            boards=boards,
            fans={n: self._rpm(n, duty) for n in model.fans},
            fan_duty=round(duty * 100),
            rate_ghs=model.as_printed(sum(board.rate_ghs for board in boards)),
            average_ghs=model.as_printed(sum(self._pool_work) / elapsed),
            rate_30m_ghs=model.as_printed(self._mean),
            ideal_ghs=model.as_printed(model.ideal_ghs),
            hw_errors=sum(int(board.hw_errors) for board in self._boards),
            pools=tuple(self._read_pool(n) for n in range(len(_POOLS))),
            share_difficulty=model.share_difficulty,
            last_share=int(self._last_share),
            inlet=model.as_measured(inlet),
            outlet=model.as_measured(outlet),
            power_w=0 if self._resting is State.OFF else round(model.power_w * load),
        )

    def _read_pool(self, number: int) -> PoolReading:
        shares = math.floor(self._pool_work[number] / self.model.gh_per_share)
        rejected = math.floor(shares * _REJECTED)
        return PoolReading(
            url=_POOLS[number],
            alive=number >= self._pool,
            active=number == self._pool,
            accepted=shares - rejected,
            rejected=rejected,
        )

    def _settle(self) -> None:
        """Bring everything up to the present moment."""
        now = self._clock.now()
        if self._at < self._hash_start < now:
            self._integrate(self._hash_start)
        if now > self._at:
            self._integrate(now)

    def _integrate(self, end: float) -> None:
        """Go on to `end`, over a span in which nothing begins or ceases."""
        span, worked, rate, rise = end - self._at, 0.0, 0.0, 0.0
        if self._at >= self._hash_start:
            worked = span - RAMP * (self._ramp(end) - self._ramp(self._at))
            rate = self._capacity()
            rise = self.model.chip_temp - self._inlet
            if self._failed_fans:
                share = len(self._failed_fans) / len(self.model.fans)
                rise += _FAILED_FANS_RISE * share
        for board in self._boards:
            board.advance(span, worked, rise, self._inlet)
        self._pool_work[self._pool] += self._capacity() * worked
        self._mean += (rate - self._mean) * (1 - math.exp(-span / MEMORY))
        self._at = end
        work, per_share = self._pool_work[self._pool], self.model.gh_per_share
        if rate and work >= per_share:
            self._last_share = max(self._last_share, end - work % per_share / rate)

    def _ramp(self, moment: float) -> float:
        """Return the part of the full rate that is reached at a moment."""
        if moment < self._hash_start:
            return 0.0
        return 1.0 - math.exp(-(moment - self._hash_start) / RAMP)

    def _warmth(self) -> float:
        """Return how warm the boards are, 0 cold and 1 at full load."""
        rise = sum(board.temp - self._inlet for board in self._boards)
        return rise / len(self._boards) / (self.model.chip_temp - self._inlet)

    def _rpm(self, position: int, duty: float) -> int:
        if position in self._failed_fans:
            return 0
        wobble = 1 + 0.01 * noise(self._seed, 1000 + position, int(self._at) // 10)
        return round(self.model.fan_max_rpm * duty * wobble / 30) * 30

    def _capacity(self) -> float:
        return sum(board.capacity_ghs for board in self._boards)

    def _board(self, slot: int) -> Board:
        for board in self._boards:
            if board.slot == slot:
                return board
        raise ValueError(
            f"no board {slot}; boards: {', '.join(map(str, self.model.slots))}"
        )
