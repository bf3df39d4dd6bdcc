"""One real Home Assistant for all of these tests, and simulated miners to add to it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import pytest_socket

from simulators.antminer import AntminerSimulator
from simulators.clock import ManualClock
from tests.harness import HomeAssistantClient, HomeAssistantProcess

from . import DOMAIN
from .log import problems


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark these tests, and give them all to one worker: one Home Assistant at a time."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.end_to_end)
            # Starts of Home Assistant count too, on a machine that may be slow and busy.
            item.add_marker(pytest.mark.timeout(1800))
            item.add_marker(pytest.mark.xdist_group("end_to_end"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running_home_assistant(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[HomeAssistantProcess]:
    """Return a Home Assistant with this integration and nothing added."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.0/8"], allow_unix_socket=True)
    folder = tmp_path_factory.mktemp("home_assistant")
    async with HomeAssistantProcess(
        folder, console=folder / "console.log"
    ) as home_assistant:
        yield home_assistant


@pytest_asyncio.fixture
async def home_assistant(
    loopback: None, running_home_assistant: HomeAssistantProcess
) -> AsyncIterator[HomeAssistantProcess]:
    """Return the Home Assistant; what a test has added is removed after it."""
    yield running_home_assistant
    if not running_home_assistant.running:
        await running_home_assistant.start()
    async with running_home_assistant.connect() as client:
        await client.remove_entries(DOMAIN)
    assert problems(running_home_assistant.output) == []


@pytest.fixture
async def client(
    home_assistant: HomeAssistantProcess,
) -> AsyncIterator[HomeAssistantClient]:
    """Return a connection that lasts until Home Assistant stops."""
    async with home_assistant.connect() as client:
        yield client


@pytest.fixture
def clock() -> ManualClock:
    """Return the time of the simulated miner."""
    return ManualClock()


@pytest.fixture
async def miner(loopback: None, clock: ManualClock) -> AsyncIterator[AntminerSimulator]:
    """Return a miner of three boards that hashes."""
    async with AntminerSimulator("s19jpro", clock=clock, worker="farm.rack-1") as miner:
        yield miner
