"""What every test shares."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
import logging
from pathlib import Path
import resource
import threading
from unittest.mock import PropertyMock, patch

from hypothesis import HealthCheck, settings
import pytest
import pytest_socket

from .idle_time import only_waiting_takes_time

TESTS = Path(__file__).parent
OF_DEVICES = (
    *("engines/containers", "engines/edge_collector", "engines/pools", "engines/power"),
    *("simulators/antminer", "simulators/antspace", "simulators/axeos"),
    *("simulators/kasa", "simulators/pool"),
)

# pytest-homeassistant-custom-component sends every record to the terminal besides
# pytest's own report of them, and has SQLAlchemy echo each statement.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
for handler in tuple(logging.getLogger().handlers):
    if type(handler) is logging.StreamHandler:
        logging.getLogger().removeHandler(handler)

# No test depends on the speed of the machine.
settings.register_profile(
    "any_machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any_machine")


@pytest.fixture(autouse=True)
def _custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let tests that start Home Assistant find this integration."""
    if "hass" in request.fixturenames:
        # First: in Home Assistant's own folder of them, which is loaded next, it is not.
        import_module("custom_components.mining_farm")
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture(autouse=True)
def _polls_an_interval_apart(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the next poll be due an interval after one that was asked for, not at random.

    One due in a moment would come by the clock of the machine, which no test drives.
    """
    if "hass" in request.fixturenames:
        name = "custom_components.mining_farm.common.coordinator.random"
        monkeypatch.setattr(name, lambda: 1.0)


@pytest.fixture
async def _only_waiting_takes_time() -> AsyncIterator[None]:
    with only_waiting_takes_time(asyncio.get_running_loop()):
        yield


@pytest.fixture(autouse=True)
def _no_deadline_by_a_busy_machine(request: pytest.FixtureRequest) -> None:
    """Let deadlines come by waiting alone where devices live on the test's own loop."""
    folders = (TESTS / name for name in OF_DEVICES)
    if request.node.get_closest_marker("asyncio") and any(
        request.path.is_relative_to(folder) for folder in folders
    ):
        request.getfixturevalue("_only_waiting_takes_time")


@pytest.fixture(autouse=True)
def _same_limits() -> Iterator[None]:
    """Let no test put a limit on the process in which all others run."""
    kinds = (resource.RLIMIT_DATA, resource.RLIMIT_CPU, resource.RLIMIT_NOFILE)
    before = [resource.getrlimit(kind) for kind in kinds]
    yield
    assert [resource.getrlimit(kind) for kind in kinds] == before


@pytest.fixture(autouse=True)
def _files_are_done(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let threads that read files end, which on a busy machine may be after the test."""
    if request.config.pluginmanager.hasplugin("homeassistant"):
        request.getfixturevalue(
            "verify_cleanup"
        )  # Which would find them, so it is last.
    yield
    for thread in threading.enumerate():
        if thread.name == "mining_farm file":
            thread.join()


@pytest.fixture
def entity_registry_enabled_by_default() -> Iterator[None]:
    """Enable every entity, also those that wait for a click."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default",
        new_callable=PropertyMock,
        return_value=True,
    ):
        yield


@pytest.fixture
def loopback(socket_enabled: None) -> None:
    """Let real sockets reach every loopback address: each simulated device has its own."""
    pytest_socket.socket_allow_hosts(["127.0.0.0/8"], allow_unix_socket=True)
