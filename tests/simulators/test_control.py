"""The control port: state and faults over HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from simulators.antminer import AntminerSimulator
from simulators.commands import command, commands_of, perform
from simulators.control import ControlServer

from .asking import ask
from .conftest import Start


@pytest.fixture
async def http(socket_enabled: None) -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def miners(start: Start) -> dict[str, AntminerSimulator]:
    """Two miners with different boards."""
    return {"one": await start("s9"), "two": await start("s19jpro")}


@pytest.fixture
async def url(miners: dict[str, AntminerSimulator]) -> AsyncIterator[str]:
    """Where the two miners are controlled."""
    async with ControlServer({"miners": miners}) as control:
        yield control.url


async def _get(http: aiohttp.ClientSession, url: str) -> tuple[int, Any]:
    async with http.get(url) as response:
        return response.status, await response.json()


async def _post(http: aiohttp.ClientSession, url: str) -> tuple[int, Any]:
    async with http.post(url) as response:
        return response.status, await response.json()


async def test_the_index_tells_devices_and_commands(
    http: aiohttp.ClientSession, url: str
) -> None:
    """Whoever knows the port finds the rest there."""
    status, index = await _get(http, f"{url}/")
    assert status == 200
    assert index["miners"]["devices"] == ["one", "two"]
    commands = index["miners"]["commands"]
    usage = "POST /miners/<name or all>/kill_chips?board=<int>&count=1"
    assert commands[usage] == "Let some more chips of a board die."


async def test_state_of_one_and_of_all(
    http: aiohttp.ClientSession, url: str, miners: dict[str, AntminerSimulator]
) -> None:
    """Each device shows where it is and how it does."""
    status, one = await _get(http, f"{url}/miners/one")
    assert status == 200
    assert list(one) == ["one"]
    assert one["one"]["port"] == miners["one"].port
    assert one["one"]["state"] == "hashing"
    assert list(one["one"]["boards"]) == ["6", "7", "8"]
    assert one["one"]["mac"] == miners["one"].identity.mac
    status, both = await _get(http, f"{url}/miners")
    assert list(both) == ["one", "two"]
    assert both["one"] == one["one"]


async def test_a_fault_is_caused_and_undone(
    http: aiohttp.ClientSession, url: str, miners: dict[str, AntminerSimulator]
) -> None:
    """What is posted happens on the wire; the answer shows the new state."""
    status, answer = await _post(http, f"{url}/miners/one/kill_chips?board=7&count=3")
    assert status == 200
    assert answer["one"]["faults"] == ["kill_chips"]
    assert answer["one"]["boards"]["7"]["chips"] == "60/63"
    status, answer = await _post(http, f"{url}/miners/one/restore")
    assert answer["one"]["faults"] == []
    assert answer["one"]["boards"]["7"]["chips"] == "63/63"


async def test_a_fault_of_the_wire(
    http: aiohttp.ClientSession, url: str, miners: dict[str, AntminerSimulator]
) -> None:
    """Flags may be given as 1 and 0."""
    await _post(http, f"{url}/miners/one/deny?reset=0")
    assert await ask(miners["one"], "version") == b""
    await _post(http, f"{url}/miners/one/deny?reset=1")
    with pytest.raises(ConnectionResetError):
        await ask(miners["one"], "version")


async def test_all_at_once(
    http: aiohttp.ClientSession, url: str, miners: dict[str, AntminerSimulator]
) -> None:
    """A command to all reaches all; who cannot obey says so."""
    status, answer = await _post(http, f"{url}/miners/all/power_off")
    assert status == 200
    assert {name: about["state"] for name, about in answer.items()} == {
        "one": "off",
        "two": "off",
    }
    for miner in miners.values():
        with pytest.raises(ConnectionRefusedError):
            await ask(miner, "version")
    status, answer = await _post(http, f"{url}/miners/all/kill_board?board=7")
    assert status == 200
    assert answer["one"]["boards"]["7"]["chips"] == "0/63"
    assert answer["two"] == {"error": "no board 7; boards: 1, 2, 3"}


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("plugs/one/power_off", 404, "no 'plugs'; there are: miners"),
        ("miners/three/power_off", 404, "no 'three'; there are: one, two"),
        ("miners/one/explode", 404, "no command 'explode'"),
        ("miners/one/stop", 404, "no command 'stop'"),
        ("miners/one/kill_board", 400, "kill_board needs board"),
        ("miners/one/kill_board?board=x", 400, "board must be a whole number, not 'x'"),
        ("miners/one/kill_board?board=7&at=8", 400, "kill_board takes no at"),
        ("miners/one/drip?interval=soon", 400, "interval must be a number, not 'soon'"),
        ("miners/one/hang?lasting=maybe", 400, "lasting must be 1 or 0, not 'maybe'"),
        ("miners/one/kill_board?board=1", 400, "no board 1; boards: 6, 7, 8"),
    ],
)
async def test_wrong_requests_are_explained_and_change_nothing(
    http: aiohttp.ClientSession,
    url: str,
    miners: dict[str, AntminerSimulator],
    *,
    path: str,
    status: int,
    error: str,
) -> None:
    """The error names what was wrong."""
    before = miners["one"].describe()
    assert await _post(http, f"{url}/{path}") == (status, {"error": error})
    assert miners["one"].describe() == before


async def test_reading_causes_nothing(http: aiohttp.ClientSession, url: str) -> None:
    """A fault needs a POST."""
    async with http.get(f"{url}/miners/one/power_off") as response:
        assert response.status == 405


def test_every_fault_is_a_documented_command() -> None:
    """The list of commands is complete, each with a sentence."""
    commands = commands_of(AntminerSimulator)
    names = {usage.partition("?")[0] for usage in commands}
    assert names == {
        *("power_off", "power_on", "reboot", "update_firmware", "restore"),
        *("kill_board", "lose_board", "kill_chips", "overheat", "fail_fan"),
        *("fail_pool", "stop_hashing", "sleep", "refuse", "hang", "deny", "drip"),
        *("truncate", "drop", "garble", "freeze", "zero", "slow"),
        *("flood", "nest", "widen", "crowd"),
        *("break_down", "change_password", "drop_writes", "error_in_ok"),
        *("ignore_writes", "lock_writes", "lose_pools", "speak_html"),
        *("web_delay", "web_hang", "web_refuse"),
    }
    assert all(meaning.endswith(".") for meaning in commands.values())


def test_arguments_in_text_become_values() -> None:
    """By the type of each parameter; what is left out has its default."""
    seen: list[tuple[object, ...]] = []

    class Lamp:
        """Something with commands."""

        async def start(self) -> None:
            """Nothing to do."""

        async def stop(self) -> None:
            """Nothing to do."""

        def describe(self) -> dict[str, Any]:
            """Nothing to do."""
            return {}

        @command
        def shine(
            self, watts: int, colour: str = "red", *, dim: float | None = None, on: bool
        ) -> None:
            """Shine."""
            seen.append((watts, colour, dim, on))

    perform(Lamp(), "shine", {"watts": "60", "on": "no", "dim": "0.5"})
    perform(Lamp(), "shine", {"watts": "7", "on": "1", "colour": "blue"})
    assert seen == [(60, "red", 0.5, False), (7, "blue", None, True)]
    assert commands_of(Lamp) == {
        "shine?watts=<int>&colour=red&dim=<float>&on=<bool>": "Shine."
    }
