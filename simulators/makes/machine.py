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
    power_target: float | None = 3300.0
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
    def rate_now(self) -> float:
        """TH/s."""
        return self.rate_ths * self.percent / 100 if self.hashes else 0.0

    @property
    def watts_now(self) -> float:
        """W at the wall."""
        return self.watts * self.percent / 100 if self.hashes else 60.0

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
