"""The engine against the simulated plants, which were written from the same facts."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import aiohttp
import pytest

from custom_components.mining_farm.engines.containers import (
    MinersHashingError,
    Status,
    UnconfirmedError,
    reset_cooling,
    set_pid,
    set_supply_temperature,
    start_cooling,
    stop_cooling,
    take_snapshot,
)
from custom_components.mining_farm.engines.containers.antspace import (
    TABLES,
    AntspaceClient,
    Model,
)
from simulators.antspace import AntspaceSimulator
from simulators.clock import ManualClock

from .fake_container import Time

NOW = datetime(2031, 5, 4, 9, tzinfo=UTC)


class Running:
    """A simulated container and a client of it."""

    def __init__(
        self, simulator: AntspaceSimulator, session: aiohttp.ClientSession
    ) -> None:
        """Ask where it listens."""
        self.simulator = simulator
        self.client = AntspaceClient(session, simulator.host, simulator.port)


@pytest.fixture(params=[True, False], ids=["mock", "living"])
async def containers(
    request: pytest.FixtureRequest, loopback: None
) -> AsyncIterator[dict[Model, Running]]:
    """One of each model, as the documented mock and as plants that live."""
    async with AsyncExitStack() as running:
        session = await running.enter_async_context(aiohttp.ClientSession())
        found: dict[Model, Running] = {}
        for model in Model:
            simulator = AntspaceSimulator(
                model.name, clock=ManualClock(), faithful=request.param
            )
            await running.enter_async_context(simulator)
            found[model] = Running(simulator, session)
        yield found


@pytest.mark.parametrize("model", Model)
async def test_nothing_of_a_plant_is_missed(
    model: Model, containers: dict[Model, Running]
) -> None:
    """Every number, flag and alarm that either plant sends is known, or cannot be true."""
    snapshot = await take_snapshot(TABLES[model], containers[model].client, NOW)
    plant = snapshot.plant
    assert plant is not None
    assert plant.model is model
    unknown = {key for key, value in plant.values.items() if value is None}
    assert unknown == set(plant.implausible)
    assert None not in plant.flags.values()
    assert None not in plant.alarm_states.values()
    assert plant.alarms == frozenset()
    assert snapshot.miners is not None
    assert snapshot.miners.hashing is True


@pytest.mark.parametrize("model", Model)
async def test_a_day_of_commands(
    model: Model, containers: dict[Model, Running], time: Time
) -> None:
    """Start, hold, PID, stop and reset are all shown by the plant, each sent once."""
    client, read_back = containers[model].client, time.read_back()
    table = TABLES[model]
    assert (await start_cooling(table, client, read_back)).still_running is True
    held = await set_supply_temperature(table, client, 36.5, table.bounds, read_back)
    assert held.reading.set_point == 36.5
    assert (await set_pid(table, client, read_back)).reading.pid_mode is True
    with pytest.raises(MinersHashingError):
        await stop_cooling(table, client, read_back=read_back)
    await stop_cooling(table, client, force=True, read_back=read_back)
    await reset_cooling(table, client, read_back)
    sent = [request.operation for request in containers[model].simulator.writes]
    assert sent == ["open", "setTemp", "setTemp", "close", "reset"]


@pytest.mark.parametrize("model", Model)
async def test_troubles(
    model: Model, containers: dict[Model, Running], time: Time
) -> None:
    """A leak, a lost PLC and an empty promise are all noticed."""
    simulator, client = containers[model].simulator, containers[model].client
    simulator.set_fields({"leakage_fault": True})
    snapshot = await take_snapshot(TABLES[model], client, NOW)
    assert snapshot.status is Status.ERROR
    assert snapshot.plant is not None
    assert "leakage_fault" in snapshot.plant.alarms
    simulator.set_fields({"leakage_fault": False, "disconnect": True})
    lost = await take_snapshot(TABLES[model], client, NOW)
    assert lost.plant is not None
    assert "disconnect" in lost.plant.alarms
    assert lost.plant.running is None
    simulator.set_fields({"disconnect": False})
    simulator.ack_without_effect()
    with pytest.raises(UnconfirmedError):
        await set_pid(TABLES[model], client, time.read_back())
    assert len(simulator.writes) == 1
