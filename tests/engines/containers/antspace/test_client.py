"""The client, on real sockets: asks once, in turn, bounded, and believes little."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import json
from typing import Any, override

import aiohttp
from aiohttp import web
import pytest

from custom_components.mining_farm.engines.containers import (
    AnswerLostError,
    ContainerError,
    ControllerFaultError,
    DeadlineError,
    OutOfBoundsError,
    PressureUnit,
    RefusedError,
    UnknownDeviceError,
    UnreachableError,
)
from custom_components.mining_farm.engines.containers.antspace import (
    AntspaceClient,
    Model,
)
from custom_components.mining_farm.engines.containers.antspace.exchange import (
    BODY_LIMIT,
)

from .conftest import Build
from .fake_container import Time, always, not_ok, reply
from .states import MINERS, fresh

type Act = Callable[[AntspaceClient], Awaitable[object]]

WRITES: dict[str, Act] = {
    "open": AntspaceClient.start_cooling,
    "close": AntspaceClient.stop_cooling,
    "reset": AntspaceClient.reset_faults,
    "setTemp": lambda client: client.set_temperature(36.5),
    "pid": AntspaceClient.set_pid,
}
READS: dict[str, Act] = {
    "coolerState": AntspaceClient.read_plant,
    "minerInfo": AntspaceClient.read_miners,
}
ALL = WRITES | READS


class Deaf:
    """Takes whole requests on a real socket and answers each with the same bytes."""

    def __init__(self, answer: bytes = b"", *, linger: bool = False) -> None:
        """Close after the answer unless it lingers."""
        self.answer = answer
        self.linger = linger
        self.requests: list[bytes] = []
        self.port = 0

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer every request of a connection."""
        try:
            while True:
                self.requests.append(await reader.readuntil(b"\r\n\r\n"))
                writer.write(self.answer)
                await writer.drain()
                if not self.linger:
                    break
        except asyncio.IncompleteReadError, ConnectionError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def deaf(loopback: None) -> AsyncIterator[Deaf]:
    """A controller that hangs up after each request."""
    deaf = Deaf()
    server = await asyncio.start_server(deaf.serve, "127.0.0.1", 0)
    deaf.port = server.sockets[0].getsockname()[1]
    async with server:
        yield deaf


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A session as Home Assistant has one."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.mark.parametrize("act", ALL.values(), ids=ALL)
async def test_a_broken_request_is_not_repeated(
    act: Act, deaf: Deaf, session: aiohttp.ClientSession
) -> None:
    """The line breaks after the request: it was sent once, and its fate is unknown."""
    with pytest.raises(AnswerLostError):
        await act(AntspaceClient(session, "127.0.0.1", deaf.port))
    assert len(deaf.requests) == 1


async def test_aiohttp_by_itself_would_repeat_it(
    deaf: Deaf, session: aiohttp.ClientSession
) -> None:
    """What the tests above guard against is real: a plain GET is sent twice."""
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await session.get(f"http://127.0.0.1:{deaf.port}/cooler?operation=close")
    assert len(deaf.requests) == 2


async def test_every_request_has_a_connection_of_its_own(build: Build) -> None:
    """No write can meet a pooled connection that breaks as it is used again."""
    container, client = await build(Model.HK3)
    for act in ALL.values():
        await act(client)
    assert len(set(container.peers)) == len(ALL) == len(container.requests)


@pytest.mark.parametrize("host", ["fe80::1", "[fe80::1]"])
def test_an_address_of_ipv6_has_brackets(
    host: str, session: aiohttp.ClientSession
) -> None:
    """However it is given, in texts and in the URL of the controller's page."""
    client = AntspaceClient(session, host, 8000)
    assert client.address == "[fe80::1]:8000"
    assert client.page == "http://[fe80::1]:8000"


class Frugal(Deaf):
    """Answers `Connection: keep-alive`, and breaks a connection that is used again."""

    def __init__(self) -> None:
        """Begin with no connection."""
        super().__init__()
        self.connections = 0
        self.used_again = 0

    @override
    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer the first request of a connection and break off at the second."""
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            operation = head.split("operation=")[1].split(" ")[0].split("&")[0]
            params = {"coolerState": fresh(Model.HK3), "minerInfo": MINERS}
            body = json.dumps(
                {"ok": True, "method": operation, "params": params.get(operation)}
            ).encode()
            writer.write(
                b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
            )
            await writer.drain()
            if await reader.read(1):
                self.used_again += 1
        except asyncio.IncompleteReadError, ConnectionError:
            pass
        finally:
            writer.close()


async def test_a_connection_is_not_used_again_whatever_the_controller_answers(
    loopback: None, session: aiohttp.ClientSession
) -> None:
    """A controller that promises to keep a connection, and breaks it, loses no request."""
    frugal = Frugal()
    server = await asyncio.start_server(frugal.serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        client = AntspaceClient(session, "127.0.0.1", port)
        for act in (*ALL.values(), *ALL.values()):
            await act(client)
    assert (frugal.connections, frugal.used_again) == (2 * len(ALL), 0)


@pytest.mark.parametrize(
    ("act", "query"),
    [
        (WRITES["open"], {"operation": "open"}),
        (WRITES["close"], {"operation": "close"}),
        (WRITES["reset"], {"operation": "reset"}),
        (WRITES["setTemp"], {"operation": "setTemp", "temp": "36.5"}),
        (WRITES["pid"], {"operation": "setTemp", "temp": "pid"}),
        (READS["coolerState"], {"operation": "coolerState"}),
        (READS["minerInfo"], {"operation": "minerInfo"}),
    ],
    ids=ALL,
)
async def test_requests_are_as_documented(
    act: Act, query: dict[str, str], build: Build
) -> None:
    """One GET with the documented parameters, and nothing else."""
    container, client = await build(Model.IMMERSION)
    await act(client)
    assert container.requests == [query]
    assert container.methods == ["GET"]


@pytest.mark.parametrize(
    ("celsius", "text"),
    [
        (35, "35"),
        (35.0, "35"),
        (36.5, "36.5"),
        (40, "40"),
        (100.0, "100"),
        (0, "0"),
        (-5.0, "-5"),
        (1e-5, "0.00001"),
        (1e5, "100000"),
    ],
)
async def test_set_points_are_plain_decimals(
    celsius: float, text: str, build: Build
) -> None:
    """A point, no exponent, no trailing zeros, no spaces."""
    container, client = await build(Model.HK3)
    await client.set_temperature(celsius)
    assert container.writes == [{"operation": "setTemp", "temp": text}]


@pytest.mark.parametrize(
    "celsius",
    [float("nan"), float("inf"), -float("inf"), 10**400, True, "35", None],
    ids=repr,
)
async def test_what_is_no_temperature_is_not_sent(celsius: Any, build: Build) -> None:
    """NaN, infinity, text and truths are refused before anything is sent."""
    container, client = await build(Model.HK3)
    with pytest.raises(OutOfBoundsError):
        await client.set_temperature(celsius)
    assert container.requests == []


@pytest.mark.parametrize("act", ALL.values(), ids=ALL)
async def test_not_ok_is_refused(act: Act, build: Build) -> None:
    """`ok: false` to anything is an error, and is asked once."""
    container, client = await build(Model.HK3)
    container.faults["*"] = not_ok
    with pytest.raises(RefusedError):
        await act(client)
    assert len(container.requests) == 1


@pytest.mark.parametrize("act", ALL.values(), ids=ALL)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(act: Act, status: int, build: Build) -> None:
    """A redirect, to a write even, is no answer of a controller."""
    container, client = await build(Model.HK3)

    async def away(_request: web.BaseRequest) -> web.StreamResponse:
        target = {
            "Location": f"http://127.0.0.1:{container.port}/cooler?operation=close"
        }
        return web.Response(status=status, headers=target)

    container.faults["*"] = away
    with pytest.raises(UnknownDeviceError):
        await act(client)
    assert len(container.requests) == 1


UNSUPPORTED = json.dumps({"status": "error", "error": "ERR_UNSUPPORTED"})
OK = {"ok": True, "method": "coolerState"}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, UNSUPPORTED, RefusedError),
        (200, UNSUPPORTED, RefusedError),
        (500, "<html>oops", ControllerFaultError),
        (503, "", ControllerFaultError),
        (404, "<html>not here", UnknownDeviceError),
        (401, '{"message": "log in"}', UnknownDeviceError),
        (204, "", UnknownDeviceError),
        (200, "", UnknownDeviceError),
        (200, "<html><title>AntBox</title>", UnknownDeviceError),
        (200, "[1, 2]", UnknownDeviceError),
        (200, "[" * 100_000, UnknownDeviceError),
        (200, "9" * 10_000, UnknownDeviceError),
        (200, '{"ok": true}', UnknownDeviceError),
        (200, '{"method": "coolerState", "params": {}}', UnknownDeviceError),
        (200, json.dumps(OK), UnknownDeviceError),
        (200, json.dumps(OK | {"params": None}), UnknownDeviceError),
        (200, json.dumps(OK | {"params": []}), UnknownDeviceError),
        (200, json.dumps(OK | {"params": {}}), UnknownDeviceError),
        (200, json.dumps(OK | {"params": {"foo": 1}}), UnknownDeviceError),
        (
            200,
            json.dumps(OK | {"method": "minerInfo", "params": fresh(Model.HK3)}),
            UnknownDeviceError,
        ),
        (
            200,
            json.dumps(OK | {"ok": None, "params": fresh(Model.HK3)}),
            UnknownDeviceError,
        ),
    ],
)
async def test_what_is_no_good_answer(
    status: int, body: str, error: type[ContainerError], build: Build
) -> None:
    """HTTP errors and refusals are told apart from services that are no controller."""
    container, client = await build(Model.HK3)
    container.faults["*"] = always(status, body)
    with pytest.raises(error) as caught:
        await client.read_plant()
    assert type(caught.value) is error
    assert client.model is None
    assert client.silent_for is None or status == 200


async def test_content_type_does_not_matter(build: Build) -> None:
    """Right JSON is read whatever it is called."""
    container, client = await build(Model.HK3)
    body = json.dumps(OK | {"params": container.state})
    container.faults["*"] = always(200, body, "text/plain")
    assert (await client.read_plant()).running is False


@pytest.mark.parametrize(
    "junk",
    ["[" + "0," * 40_000 + "0]", "[" * 20 + "]" * 20, "{" + '"a":{' * 50_000],
    ids=["wide", "deep", "endless"],
)
async def test_wide_and_deep_answers_are_refused(build: Build, junk: str) -> None:
    """They cost next to nothing, and are the answers of no controller."""
    container, client = await build(Model.HK3)
    body = json.dumps(OK | {"params": container.state})[:-1] + f',"junk":{junk}}}'
    container.faults["*"] = always(200, body)
    with pytest.raises(UnknownDeviceError):
        await client.read_plant()


async def test_bodies_are_bounded(build: Build) -> None:
    """A body without end is given up, not gathered."""
    container, client = await build(Model.HK3)
    sent = 0

    async def flood(request: web.BaseRequest) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(64):
            await response.write(b" " * BODY_LIMIT)
            sent += 1
        return response

    container.faults["*"] = flood
    with pytest.raises(UnknownDeviceError, match=str(BODY_LIMIT)):
        await client.read_plant()
    assert sent < 64


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"SSH-2.0-dropbear\r\n\r\n", UnknownDeviceError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", AnswerLostError),
    ],
)
async def test_answers_that_are_none(
    answer: bytes,
    error: type[ContainerError],
    deaf: Deaf,
    session: aiohttp.ClientSession,
) -> None:
    """What is no HTTP is no controller; half an answer is lost."""
    deaf.answer = answer
    with pytest.raises(error):
        await AntspaceClient(session, "127.0.0.1", deaf.port).read_plant()
    assert len(deaf.requests) == 1


async def test_nothing_listens(build: Build) -> None:
    """A refused connection is unreachable, and not the loss of an answer."""
    container, client = await build(Model.HK3)
    await container.stop()
    with pytest.raises(UnreachableError) as caught:
        await client.stop_cooling()
    assert type(caught.value) is UnreachableError


@pytest.mark.parametrize("host", ["a host", "host/path", "x:y@z"])
async def test_no_address(host: str, session: aiohttp.ClientSession) -> None:
    """A host that is none is unreachable."""
    with pytest.raises(UnreachableError):
        await AntspaceClient(session, host, 80).read_plant()


@pytest.mark.parametrize("act", ALL.values(), ids=ALL)
async def test_hanging_ends_at_the_deadline(act: Act, build: Build) -> None:
    """A request that is never answered ends, and was sent once."""
    container, client = await build(Model.HK3, deadline=0.1)
    container.faults["*"] = container.hang
    with pytest.raises(DeadlineError):
        await act(client)
    assert len(container.requests) == 1


async def test_a_dripping_body_ends_at_the_deadline(build: Build) -> None:
    """The deadline is for the whole answer, not for each of its parts."""
    container, client = await build(Model.HK3, deadline=0.15)

    async def drip(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b" ")
            await asyncio.sleep(0.01)
        return response

    container.faults["*"] = drip
    with pytest.raises(DeadlineError):
        await client.read_plant()


async def test_one_request_at_a_time(build: Build) -> None:
    """Reads and writes that are wanted at once are asked in turn."""
    container, client = await build(Model.IMMERSION)

    async def slow(_request: web.BaseRequest) -> None:
        await asyncio.sleep(0.01)

    container.faults["*"] = slow
    await asyncio.gather(*(act(client) for act in ALL.values()))
    assert len(container.requests) == len(ALL)
    assert container.most_under_way == 1


async def test_the_first_state_decides_the_model(build: Build) -> None:
    """The first state decides the model; keys of the other that come later change nothing."""
    container, client = await build(Model.IMMERSION)
    assert (await client.read_plant()).model is Model.IMMERSION
    container.state |= fresh(Model.HK3)
    assert (await client.read_plant()).model is Model.IMMERSION
    assert client.model is Model.IMMERSION


@pytest.mark.parametrize("model", Model)
async def test_another_model_at_the_address(model: Model, build: Build) -> None:
    """A container of the other kind is no state of the one that was pinned."""
    other = Model.HK3 if model is Model.IMMERSION else Model.IMMERSION
    _, client = await build(other, model=model)
    with pytest.raises(UnknownDeviceError):
        await client.read_plant()


async def test_pressure_unit_is_applied(build: Build) -> None:
    """A unit that the user chose makes sense of pressures that are not in MPa."""
    _, client = await build(Model.HK3, pressure_unit=PressureUnit.MPA_HUNDREDTHS)
    values = (await client.read_plant()).values
    assert values["supply_liquid_pressure"] == 3.5
    assert values["return_liquid_pressure"] == 2.8


async def test_silence_is_measured(build: Build, time: Time) -> None:
    """Seconds count from the last good answer, and bad ones do not start it again."""
    container, client = await build(Model.HK3)
    before = client.silent_for
    assert before is None
    await client.read_plant()
    time.now += 12
    container.faults["*"] = not_ok
    with pytest.raises(RefusedError):
        await client.read_plant()
    assert client.silent_for == 12
    container.faults.clear()
    await client.read_miners()
    assert client.silent_for == 0


FAULTS = {"not ok": not_ok, "html": always(404, "<p>"), "error": always(500, "x")}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_errors_name_host_and_port_only(fault: Any, build: Build) -> None:
    """Texts can be shown: no path, no query, nothing of the answer."""
    container, client = await build(Model.HK3)
    container.faults["*"] = fault
    for act in ALL.values():
        with pytest.raises(ContainerError) as caught:
            await act(client)
        text = str(caught.value)
        assert text.startswith(f"127.0.0.1:{container.port}: ")
        assert "cooler" not in text
        assert "operation" not in text
    container.faults["*"] = always(200, reply("coolerState", {"foo": 1}).text or "")
    with pytest.raises(UnknownDeviceError, match=f"^127.0.0.1:{container.port}: "):
        await client.read_plant()
