"""A plant and its machines as an interlock sees them, and the time between looks."""

from dataclasses import dataclass, field

from custom_components.mining_farm.engines.farm import (
    Cause,
    Group,
    HoldKind,
    Phase,
    Pump,
    Scene,
    Seen,
    Settings,
    Step,
    look,
    release,
)

WALL = 1_796_000_000.0


@dataclass
class Plant:
    """One container with ten machines that follow at once, unless a test says otherwise."""

    settings: Settings = field(default_factory=Settings)
    model: str = "hk3"
    now: float = 1000.0
    group: Group = field(default_factory=Group)
    bits: set[str] = field(default_factory=set)
    numbers: dict[str, float | None] = field(default_factory=dict)
    sensors: dict[str, tuple[Cause, bool | None]] = field(default_factory=dict)
    running: bool | None = True
    running_for: float | None = 3600.0
    rise: float | None = None
    pump: Pump | None = None
    connected: bool | None = True
    read_at: float | None = 1000.0
    answers: bool = True
    hashing: int = 10
    follow: bool = True
    silent: int = 0
    calm: bool | None = None
    hottest: float | None = 70.0
    armed: bool = True
    bypassed: bool = False
    events: list[str] = field(default_factory=list)
    last: Step | None = None

    @property
    def scene(self) -> Scene:
        """Return what is seen now."""
        age = None if self.read_at is None else self.now - self.read_at
        seen = Seen(
            model=self.model,
            age=age,
            reading=self.read_at or 0.0,
            connected=self.connected,
            running=self.running,
            running_for=self.running_for if self.running else None,
            rise=self.rise,
            bits=dict.fromkeys(self.bits, True),
            numbers=self.numbers,
        )
        down = 10 - self.hashing
        return Scene(
            now=self.now,
            containers={"north": seen},
            sensors=self.sensors,
            machines=10,
            hashing=self.hashing,
            down=down,
            silent=self.silent,
            calm=self.calm,
            hottest_chip=self.hottest,
            pump=self.pump,
            bypassed=self.bypassed,
            armed=self.armed,
        )

    def kind(self) -> HoldKind | None:
        """Return how its machines are held."""
        return self.group.kind

    def phase(self) -> Phase:
        """Return how far it has come."""
        return self.group.phase

    def look(self) -> Step:
        """Look once, and let the machines follow."""
        step = look(self.settings, self.group, self.scene, WALL + self.now)
        self.group, self.last = step.group, step
        self.events += [event.name for event in step.events]
        if self.follow:
            self.hashing = 0 if self.group.kind is not None else 10
        return step

    def after(self, seconds: float, step: float = 10.0) -> Step:
        """Let time pass, reading the plant every ten seconds."""
        end = self.now + seconds
        result = self.last
        while self.now < end or result is None:
            self.now = min(end, self.now + step)
            if self.answers:
                self.read_at = self.now
            result = self.look()
        return result

    def let_go(self) -> str:
        """Release it by hand; return why that was refused."""
        due = () if self.last is None else self.last.hazards
        self.group, refused = release(self.settings, self.group, self.scene, due)
        return refused

    def restarted(self) -> None:
        """Start anew with what was on disk."""
        self.group = Group.from_dict(self.group.as_dict())
