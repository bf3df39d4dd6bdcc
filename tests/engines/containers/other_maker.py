"""A second maker that we made up: a cooling unit that has no PID mode and no reset."""

import aiohttp

from custom_components.mining_farm.engines.containers import (
    AlarmKind,
    Confidence,
    ContainerError,
    Driver,
    Field,
    Flag,
    Maker,
    MinerSummary,
    Nature,
    PlantReading,
    PlantTable,
    PressureUnit,
    Quantity,
    SetPointBounds,
    Severity,
    Shape,
    UnsupportedError,
    Write,
)

COOLING_UNIT = PlantTable(
    model="borealis_cdu",
    name="Borealis CDU",
    manufacturer="Borealis",
    fields=(
        Field(
            key="supply_liquid_temp",
            wire="202",
            factor=0.01,
            unit="°C",
            quantity=Quantity.TEMPERATURE,
            confidence=Confidence.MEDIUM,
        ),
        Field(
            key="supply_liquid_set_temp",
            wire="614",
            factor=0.01,
            unit="°C",
            quantity=Quantity.TEMPERATURE,
            confidence=Confidence.MEDIUM,
        ),
    ),
    flags=(
        Flag(key="circulating_pump", wire="208", confidence=Confidence.MEDIUM),
        Flag(
            key="connected",
            wire="link",
            shape=Shape.CONNECTED,
            confidence=Confidence.MEDIUM,
        ),
    ),
    alarms=(
        AlarmKind(
            key="leakage_fault",
            wire="100",
            name="water_ingress",
            severity=Severity.CRITICAL,
            nature=Nature.MOISTURE,
        ),
    ),
    running_flags=("circulating_pump",),
    supply_temperatures=("supply_liquid_temp",),
    bounds=SetPointBounds(low=22, high=40, step=1),
    writes=frozenset({Write.START, Write.STOP, Write.SET_TEMPERATURE}),
    stop_is_shown=True,
)


class OtherDriver:
    """One such unit in memory; it obeys, or fails as a test says."""

    address = "unit:502"
    page = None
    silent_for = 0.0

    def __init__(self, error: ContainerError | None = None) -> None:
        """Start stopped, with an error for every read where one is given."""
        self.error = error
        self.asked: list[tuple[str, int]] = []
        self.writes: list[str] = []
        self.running = False
        self.target = 30.0
        self.leaks = False

    def connect(
        self,
        session: aiohttp.ClientSession,
        host: str,
        port: int,
        *,
        model: str | None = None,
        pressure_unit: PressureUnit = PressureUnit.MPA,
    ) -> Driver:
        """Be the client of an address."""
        assert model in (None, COOLING_UNIT.model)
        self.asked.append((host, port))
        return self

    async def read_plant(self, within: float | None = None) -> PlantReading:
        """Return the unit's state."""
        if self.error is not None:
            raise self.error
        return PlantReading(
            model=COOLING_UNIT.model,
            values={"supply_liquid_temp": 27.5, "supply_liquid_set_temp": self.target},
            flags={"circulating_pump": self.running, "connected": True},
            alarm_states={"leakage_fault": self.leaks},
            running=self.running,
        )

    async def read_miners(self) -> MinerSummary:
        """Return what such a unit knows: nothing of its miners."""
        raise UnsupportedError("it knows of no miners")

    async def start_cooling(self) -> None:
        """Start."""
        self.writes.append("start")
        self.running = True

    async def stop_cooling(self) -> None:
        """Stop."""
        self.writes.append("stop")
        self.running = False

    async def set_temperature(self, celsius: float) -> None:
        """Hold a temperature."""
        self.writes.append(f"hold {celsius:g}")
        self.target = celsius

    async def reset_faults(self) -> None:
        """It has no such command."""
        raise AssertionError("sent a command that the unit lacks")

    async def set_pid(self) -> None:
        """It has no such command."""
        raise AssertionError("sent a command that the unit lacks")


OTHER = Maker(plants=(COOLING_UNIT,), ports=(502,), connect=OtherDriver().connect)
