"""Rigs, their plugs and pools, the internet and the mains, as they truly are."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Literal

START = datetime(2026, 11, 21, tzinfo=UTC)
STANDBY_W = 0.6
IDLE_W = 120.0
WORK_W = 1000.0
type PoolMode = Literal["up", "down", "errors", "empty", "frozen", "zeros", "ahead"]
type PlugMode = Literal["good", "stuck", "late", "no on", "lies"]
type Hang = Literal["idle", "api silent", "frozen card", "dark"]


@dataclass(kw_only=True)
class World:
    """What is true everywhere at once; seconds since START, and Home Assistant's clock."""

    random: Random
    now: float = 0.0
    clock_error: float = 0.0
    outages: int = 0
    """How many reasons there are for the internet to be away."""
    mains: bool = True
    _wall: tuple[float, datetime] | None = None

    @property
    def internet(self) -> bool:
        """Whether it is there."""
        return not self.outages

    @property
    def wall(self) -> datetime:
        """The time as Home Assistant believes it to be."""
        seconds = self.now + self.clock_error
        if self._wall is None or self._wall[0] != seconds:
            self._wall = (seconds, START + timedelta(seconds=seconds))
        return self._wall[1]


@dataclass(kw_only=True)
class Pool:
    """What counts shares, and what it says about them."""

    mode: PoolMode = "up"
    frozen_at: float = 0.0
    lag: float = 30.0
    """Seconds until a share is shown."""
    dated: bool = True
    """Whether it tells when a share came."""
    tells_clock: bool = True
    strangers: list[float] = field(default_factory=list)
    """Of other people's workers of the account: when each had its last share."""


@dataclass(kw_only=True)
class Rig:
    """A rig, its own switch, its outlet and its linked miner."""

    world: World
    pool: Pool
    name: str
    account: str
    worker: str = ""
    hung: Hang | None = None
    ready_at: float = 0.0
    """When it has booted and found its pool."""
    booted_at: float = 0.0
    switched_off: bool = False
    sleeps: bool = False
    on_backup: bool = False
    """Whether it mines at its second account."""
    second: Pool | None = None
    """Of its second account, where its user has named one."""
    shares: dict[str, list[float]] = field(default_factory=dict)
    """When each of its names had shares."""
    second_shares: list[float] = field(default_factory=list)
    returned_at: float = -1e6
    returned_from: str = ""
    """What it came back from last, and when."""
    relay: bool = True
    relay_since: float = -1e6
    went_off_by: Literal["us", "user", "hand", "mains"] = "hand"
    plug: PlugMode = "good"
    plug_lost: bool = False
    """Whether the network reaches it."""
    stays_off: bool = False
    """Whether it is off after its own power loss."""
    meter: bool = False
    tells_on_time: bool = False
    linked: bool = False
    tells_lost_pools: bool = False
    miner_mute: float = -1.0
    """Until when the linked miner's entry knows nothing."""
    late: tuple[float, bool, Literal["us", "user"]] | None = None
    """When a command has its effect after all, which, and whose."""

    @property
    def powered(self) -> bool:
        """Whether power reaches the rig's inside."""
        return self.relay and self.world.mains and not self.switched_off

    @property
    def works(self) -> bool:
        """Whether it mines, wherever."""
        return (
            self.powered
            and not self.sleeps
            and self.hung is None
            and self.world.now >= self.ready_at
            and self.fed
        )

    @property
    def fed(self) -> bool:
        """Whether the pool gives it work."""
        pool = self.second if self.on_backup else self.pool
        return self.world.internet and (pool is None or pool.mode != "down")

    @property
    def excuse(self) -> str:
        """Why it is silent although it does not hang."""
        pool = self.second if self.on_backup else self.pool
        if self.switched_off:
            return "switched off at its own switch"
        if pool is None:
            return "mines at an account that was not named"
        if self.worker != self.name:
            return "mines under another name"
        if pool.mode in ("frozen", "zeros", "empty", "errors", "ahead"):
            return "the data of its pool are broken"
        if not self.fed or not self.world.mains:
            return "during an outage"
        back_at = max(self.returned_at, self.ready_at)
        if self.world.now - back_at < pool.lag + 6 * 60:
            return f"back only now: {self.returned_from}"
        return "unexplained"

    def returns(self, what: str) -> None:
        """Note what it comes back from."""
        self.returned_at, self.returned_from = self.world.now, what

    @property
    def watts(self) -> float | None:
        """What flows through the outlet."""
        if not self.meter or not self.world.mains:
            return None
        if not self.relay:
            return 0.0
        if self.switched_off or self.hung == "dark":
            return STANDBY_W
        if self.works or self.hung == "frozen card":
            return WORK_W * (1 + 0.02 * self.world.random.uniform(-1, 1))
        return IDLE_W

    def tick(self, until: float) -> None:
        """Note the shares since the last tick."""
        if self.late is not None and until >= self.late[0]:
            _, on, by = self.late
            self.late = None
            self.switch(on, by)
        if not self.works:
            return
        share = until - self.world.random.uniform(1, 60)
        names = self.shares.setdefault(self.worker, [])
        shares = self.second_shares if self.on_backup else names
        shares.append(max(share, self.ready_at))
        del shares[:-60]

    def boot(self) -> None:
        """Come up with power: minutes until it works."""
        random = self.world.random
        if self.hung is not None and random.random() < 0.9:
            self.hung = None
        self.booted_at = self.world.now + random.uniform(30, 240)
        self.ready_at = self.booted_at + random.uniform(5, 60)

    def reconnect(self) -> None:
        """Look for the pool again."""
        found = self.world.now + self.world.random.uniform(10, 240)
        self.ready_at = max(self.ready_at, found)

    def switch(self, on: bool, by: Literal["us", "user", "hand", "mains"]) -> None:
        """Close or open the relay."""
        if on == self.relay:
            return
        self.relay = on
        if on:
            self.relay_since = self.world.now
            self.returns("its own restart" if by == "us" else "its outlet")
            self.boot()
        else:
            self.went_off_by = by
