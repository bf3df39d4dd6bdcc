"""A whole container at once; what fails is missing, and nothing old takes its place."""

from datetime import UTC, datetime

import pytest

from custom_components.mining_farm.engines.containers import (
    ContainerError,
    Status,
    UnknownDeviceError,
    UnreachableError,
    take_snapshot,
)
from custom_components.mining_farm.engines.containers.antspace import (
    TABLES,
    Model,
    parse_miners,
    parse_plant,
)

from .conftest import Build
from .fake_container import Time, always, not_ok
from .states import MINERS, fresh

HK3 = TABLES[Model.HK3]
NOW = datetime(2031, 5, 4, 9, tzinfo=UTC)


@pytest.mark.parametrize("model", Model)
async def test_whole_snapshot(model: Model, build: Build) -> None:
    """Plant, miners and status, from two requests."""
    container, client = await build(model)
    snapshot = await take_snapshot(TABLES[model], client, NOW)
    assert snapshot.at == NOW
    assert snapshot.plant == parse_plant(fresh(model))
    assert snapshot.miners == parse_miners(MINERS)
    assert snapshot.status is Status.STOPPED
    assert snapshot.failure is None
    assert [query["operation"] for query in container.requests] == [
        "coolerState",
        "minerInfo",
    ]


FAULTS = {
    "not ok": not_ok,
    "500": always(500),
    "html": always(200, "<p>"),
    "": always(),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_failed_plant(fault: object, build: Build, time: Time) -> None:
    """A plant that is not read is error, then offline; it comes back by itself."""
    container, client = await build(Model.HK3)
    assert (await take_snapshot(HK3, client, NOW)).status is Status.STOPPED
    container.faults["*"] = fault  # type: ignore[assignment]
    time.now += 30
    failed = await take_snapshot(HK3, client, NOW)
    assert (failed.plant, failed.miners) == (None, None)
    assert failed.status is Status.ERROR
    assert isinstance(failed.failure, ContainerError)
    time.now += 1
    assert (await take_snapshot(HK3, client, NOW)).status is Status.OFFLINE
    container.faults.clear()
    assert (await take_snapshot(HK3, client, NOW)).status is Status.STOPPED


async def test_controller_off_and_on(build: Build) -> None:
    """A controller that is away is offline, and normal once it is back."""
    container, client = await build(Model.HK3)
    await container.stop()
    snapshot = await take_snapshot(HK3, client, NOW)
    assert snapshot.status is Status.OFFLINE
    assert isinstance(snapshot.failure, UnreachableError)
    await container.start()
    assert (await take_snapshot(HK3, client, NOW)).status is Status.STOPPED


async def test_miners_come_and_go(build: Build) -> None:
    """Where `minerInfo` fails after it worked, no old numbers stay."""
    container, client = await build(Model.HK3)
    assert (await take_snapshot(HK3, client, NOW)).miners is not None
    container.miners = None
    snapshot = await take_snapshot(HK3, client, NOW)
    assert snapshot.miners is None
    assert isinstance(snapshot.failure, UnknownDeviceError)
    assert snapshot.plant is not None
    assert snapshot.status is Status.STOPPED
