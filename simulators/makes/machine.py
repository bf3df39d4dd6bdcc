"""A miner that lives behind its API: it hashes, pauses, restarts and takes settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulators.clock import Clock

PAUSES_AFTER_S = 5.0
RESUMES_AFTER_S = 10.0
GONE_S = 90.0
"""For which it does not answer when it restarts as a whole."""
SETTLES_AFTER_S = 2.0
"""From a setting until the reading shows it."""


@dataclass(kw_only=True)
class Machine:
    """What is true of the miner; what is ordered becomes true a while later."""

    clock: Clock
    mac: str = "02:00:5E:00:53:21"
    serial: str = "SN0123456789AB"
    worker: str = "wallet.rig"
    password: str = "correct-horse"  # noqa: S105 (of nothing)
    rate_ths: float = 100.0
    watts: float = 3300.0
    paused: bool = False
    stopping: bool = False
    tuning: bool = False
    fault: str | None = None
    """Why it does not hash."""
    warning: str | None = None
    """What it lists while it hashes on."""
    locating: bool = False
    display: bool = True
    level: str = "normal"
    level_watts: Mapping[str, float] = field(default_factory=dict)
    """What it draws by level; as usual where that is not said."""
    power_target: float | None = 3300.0
    obeys_target: bool = True
    """Whether it draws what its target says; where levels draw watts, no more than that."""
    hashrate_target: float | None = None
    percent: float = 100.0
    fan_speed: float | None = None
    """%, None while it is automatic."""
    target_temperature: float = 65.0
    boards: dict[str, bool] = field(
        default_factory=lambda: {"1": True, "2": True, "3": True}
    )
    started: float = 0.0
    """When the device started."""
    process_started: float = 0.0

    def __post_init__(self) -> None:
        """Have been running for a day."""
        self.started = self.process_started = self.clock.now() - 86_400

    @property
    def answers(self) -> bool:
        """Whether it has started."""
        return self.clock.now() >= self.started

    @property
    def uptime(self) -> int:
        """Seconds since the device started."""
        return int(self.clock.now() - self.started)

    @property
    def process_uptime(self) -> int:
        """Seconds since mining started."""
        return max(0, int(self.clock.now() - self.process_started))

    @property
    def hashes(self) -> bool:
        """Whether it does any work."""
        starting = self.clock.now() < self.process_started
        return not (self.paused or self.fault or starting)

    @property
    def watts_set(self) -> float:
        """W at the wall while it hashes as it is set to."""
        watts = self.level_watts.get(self.level, self.watts)
        if self.hashrate_target is not None:
            watts = self.watts * self.hashrate_target / self.rate_ths
        elif self.power_target is not None and self.obeys_target:
            limit = self.power_target
            watts = min(watts, limit) if self.level_watts else limit
        return watts * self.percent / 100

    @property
    def rate_set(self) -> float:
        """TH/s while it hashes as it is set to: as many J/TH as usual."""
        return self.rate_ths * self.watts_set / self.watts

    @property
    def rate_now(self) -> float:
        """TH/s."""
        return self.rate_set if self.hashes else 0.0

    @property
    def watts_now(self) -> float:
        """W at the wall."""
        return self.watts_set if self.hashes else 60.0

    def shares_of_watts(self, shares: Mapping[str, float]) -> dict[str, float]:
        """Return W by level from shares of the usual power."""
        return {level: self.watts * share for level, share in shares.items()}

    def pause(self) -> None:
        """Stop hashing a moment from now."""
        self.stopping = True
        self._later(PAUSES_AFTER_S, paused=True, stopping=False)

    def resume(self) -> None:
        """Hash a moment from now."""
        self._later(RESUMES_AFTER_S, paused=False)

    def restart_mining(self) -> None:
        """Restart the process, which ends no pause."""
        self.process_started = self.clock.now() + SETTLES_AFTER_S

    def reboot(self) -> None:
        """Be gone for a while."""
        self.started = self.clock.now() + GONE_S
        self.process_started = self.started

    def set(self, **settings: object) -> None:
        """Take settings a moment from now."""
        self._later(SETTLES_AFTER_S, **settings)

    def switch_boards(self, boards: Mapping[str, bool]) -> None:
        """Switch hashboards a moment from now."""
        self.set(boards={**self.boards, **boards})

    def _later(self, seconds: float, **settings: object) -> None:
        started = self.started

        def change() -> None:
            # A restart meanwhile forgets what was under way.
            if self.started == started:
                for name, value in settings.items():
                    setattr(self, name, value)

        self.clock.call_later(seconds, change)
