"""Newer devices, which want the credentials of their owner's account."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
import json
import logging
from typing import Any

import aiohttp
from kasa.httpclient import get_cookie_jar
from kasa.transports import KlapTransport
import pytest

from custom_components.mining_farm.engines.power import (
    Credentials,
    KasaAddress,
    KasaConnection,
    KasaDevice,
    KasaOutlet,
    NeedsCredentials,
    OutletAuthError,
    OutletGoneError,
    OutletNotConfirmedError,
    OutletReading,
    OutletUnreachableError,
    OutletUnsupportedError,
)
from custom_components.mining_farm.engines.power.kasa_discovery import (
    async_discover,
    async_identify,
)
from simulators.clock import ManualClock

from .conftest import free_host
from .klap_device import KlapDevice

RIGHT = Credentials("me@example.com", "correct horse")
WRONG = Credentials("me@example.com", "wrong horse")

type StartKlap = Callable[..., Awaitable[KlapDevice]]
type OpenKlap = Callable[..., KasaOutlet]


@pytest.fixture
async def start_klap(loopback: None) -> AsyncGenerator[StartKlap]:
    """Start newer devices that live as long as the test."""
    async with AsyncExitStack() as running:

        async def _start(**options: Any) -> KlapDevice:
            device = KlapDevice(free_host(), **options)
            return await running.enter_async_context(device)

        yield _start


@pytest.fixture
async def open_klap(
    clock: ManualClock, sleep: Callable[[float], Awaitable[None]]
) -> AsyncGenerator[OpenKlap]:
    """Open outlets of newer devices, closed at the end."""
    async with AsyncExitStack() as stack:

        def _open(
            address: KasaAddress, child_id: str | None = None, **options: Any
        ) -> KasaOutlet:
            connection = KasaConnection(address, **options)
            outlet = KasaOutlet(connection, child_id, sleep=sleep, monotonic=clock.now)
            stack.push_async_callback(outlet.async_close)
            return outlet

        yield _open


async def test_a_plug_is_identified_read_and_switched(
    start_klap: StartKlap, open_klap: OpenKlap
) -> None:
    """What identification returns is enough to come back without the password."""
    plug = await start_klap()
    device = await async_identify(plug.host, RIGHT)
    assert (device.model, device.alias, device.is_strip) == ("P110", "Heater", False)
    assert device.device_id == plug.device_id
    assert device.mac == plug.mac.replace("-", ":")
    (info,) = device.outlets
    assert (info.id, info.on, info.measures) == (plug.device_id, True, True)
    stored = json.loads(json.dumps(device.connection_parameters))
    outlet = open_klap(
        KasaAddress(
            host=plug.host,
            device_id=device.device_id,
            connection_parameters=stored,
            credentials_hash=device.credentials_hash,
        )
    )
    # What such a device calls its total is that of the day.
    assert await outlet.async_read() == OutletReading(
        on=True, watts=987.6, energy_kwh=None
    )
    await outlet.async_turn_off()
    assert (await outlet.async_read()).watts == 0.0
    await outlet.async_turn_on()
    assert plug.commands == [(1, False), (1, True)]


async def test_only_the_chosen_outlet_of_a_strip_is_touched(
    start_klap: StartKlap, open_klap: OpenKlap
) -> None:
    """Outlets have ids of their own; the strip itself is no outlet."""
    strip = await start_klap(outlets=3)
    device = await async_identify(strip.host, RIGHT)
    assert device.is_strip
    assert [outlet.alias for outlet in device.outlets] == ["Rig 1", "Rig 2", "Rig 3"]
    outlet = open_klap(device.address, device.outlets[1].id)
    await outlet.async_turn_off()
    assert await outlet.async_read() == OutletReading(
        on=False, watts=None, energy_kwh=None
    )
    assert strip.on == [True, False, True]
    assert strip.commands == [(2, False)]
    assert outlet.name == "Rig 2"
    with pytest.raises(OutletUnsupportedError):
        await open_klap(device.address).async_turn_off()
    with pytest.raises(OutletGoneError):
        await open_klap(device.address, f"{strip.device_id}09").async_turn_off()
    assert strip.commands == [(2, False)]


async def test_an_expired_session_is_renewed_before_the_command(
    start_klap: StartKlap, open_klap: OpenKlap
) -> None:
    """The command goes out once, in the new session."""
    plug = await start_klap()
    outlet = open_klap((await async_identify(plug.host, RIGHT)).address)
    await outlet.async_read()
    plug.forget_sessions()
    await outlet.async_turn_off()
    assert plug.commands == [(1, False)]


async def test_a_lost_answer_is_not_a_lost_command(
    start_klap: StartKlap, open_klap: OpenKlap
) -> None:
    """The library's own retries do not repeat it either."""
    plug = await start_klap()
    outlet = open_klap((await async_identify(plug.host, RIGHT)).address)
    plug.lose_answers_to_commands = True
    await outlet.async_turn_off()
    assert plug.commands == [(1, False)]


async def test_a_strip_whose_relay_sticks(
    start_klap: StartKlap, open_klap: OpenKlap
) -> None:
    """States are those of now, not what the library remembers."""
    strip = await start_klap(outlets=3)
    device = await async_identify(strip.host, RIGHT)
    outlet = open_klap(device.address, device.outlets[0].id)
    strip.on = [False] * 3
    strip.sticks = True
    with pytest.raises(OutletNotConfirmedError) as caught:
        await outlet.async_turn_on()
    assert caught.value.seen_on is False
    assert strip.commands == [(1, True)]


@pytest.mark.parametrize("credentials", [None, WRONG])
async def test_credentials_missing_or_wrong(
    start_klap: StartKlap,
    credentials: Credentials | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is reported as such, and no secret is shown."""
    caplog.set_level(logging.DEBUG)
    plug = await start_klap()
    with pytest.raises(OutletAuthError, match=plug.host) as caught:
        await async_identify(plug.host, credentials)
    shown = f"{caught.value!r} {caught.value} {caplog.text}"
    assert "horse" not in shown
    assert "me@example.com" not in shown


async def test_no_secret_in_any_repr(start_klap: StartKlap) -> None:
    """Addresses, devices and connections can be logged."""
    plug = await start_klap()
    device = await async_identify(plug.host, RIGHT)
    assert device.credentials_hash
    address = KasaAddress(host="h", device_id="d", credentials=RIGHT)
    connection = KasaConnection(device.address)
    for shown in map(repr, (device, device.address, address, connection)):
        assert device.credentials_hash not in shown
        assert "horse" not in shown
        assert "me@example.com" not in shown


async def test_a_password_changed_meanwhile(
    start_klap: StartKlap, open_klap: OpenKlap
) -> None:
    """The stored hash no longer fits: neither read nor switched, and said why."""
    plug = await start_klap()
    old = await async_identify(plug.host, RIGHT)
    outlet = open_klap(old.address)
    await outlet.async_read()
    plug.change_password("new horse")
    with pytest.raises(OutletAuthError):
        await outlet.async_read()
    with pytest.raises(OutletAuthError):
        await outlet.async_turn_off()
    assert plug.commands == []


async def test_new_credentials_are_taken_up(start_klap: StartKlap) -> None:
    """A connection in use goes on with what a reauthentication brought."""
    plug = await start_klap()
    device = await async_identify(plug.host, RIGHT)
    connection = KasaConnection(
        KasaAddress(
            host=plug.host,
            device_id=device.device_id,
            connection_parameters=device.connection_parameters,
            credentials=WRONG,
        )
    )
    outlet = KasaOutlet(connection)
    with pytest.raises(OutletAuthError):
        await outlet.async_read()
    connection.address = device.address
    assert (await outlet.async_read()).on
    await outlet.async_close()


async def test_the_session_is_the_makers(
    start_klap: StartKlap, open_klap: OpenKlap
) -> None:
    """One session for each device, made when needed, used, and left open."""
    plug = await start_klap()
    made: list[aiohttp.ClientSession] = []

    def make() -> aiohttp.ClientSession:
        made.append(aiohttp.ClientSession(cookie_jar=get_cookie_jar()))
        return made[-1]

    device = await async_identify(plug.host, RIGHT, session_factory=make)
    assert len(made) == 1
    outlet = open_klap(device.address, session_factory=make)
    assert len(made) == 1
    await outlet.async_read()
    plug.forget_sessions()
    await outlet.async_turn_off()
    await outlet.async_close()
    assert len(made) == 2
    for session in made:
        assert not session.closed
        await session.close()


@pytest.mark.parametrize("credentials", [RIGHT, WRONG, None])
async def test_where_a_search_does_not_reach(
    start_klap: StartKlap,
    credentials: Credentials | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Behind a router every way of speaking is tried; wrong credentials still show."""
    plug = await start_klap()
    plug.answers_searches = False
    monkeypatch.setattr(KlapTransport, "DEFAULT_PORT", plug.port)
    identifying = async_identify(plug.host, credentials, search_time=0)
    if credentials is RIGHT:
        assert (await identifying).device_id == plug.device_id
    else:
        with pytest.raises(OutletAuthError):
            await identifying


async def test_a_search_tells_who_needs_credentials(start_klap: StartKlap) -> None:
    """With the right ones it reports everything."""
    plug = await start_klap()
    needs = NeedsCredentials(
        host=plug.host, mac=plug.mac.replace("-", ":"), model="P110"
    )
    assert await async_discover([plug.host]) == [needs]
    assert await async_discover([plug.host], WRONG) == [needs]
    (device,) = await async_discover([plug.host], RIGHT)
    assert isinstance(device, KasaDevice)
    assert device.alias == "Heater"


async def test_a_device_that_is_no_plug(start_klap: StartKlap) -> None:
    """A bulb is refused by name, and a search passes over it."""
    bulb = await start_klap()
    bulb.device_type = "SMART.TAPOBULB"
    with pytest.raises(OutletUnsupportedError, match=bulb.host):
        await async_identify(bulb.host, RIGHT)
    assert await async_discover([bulb.host], RIGHT) == []


async def test_a_device_that_talks_nonsense(
    start_klap: StartKlap, open_klap: OpenKlap
) -> None:
    """An answer in the right envelope without its content is no answer."""
    plug = await start_klap()
    outlet = open_klap((await async_identify(plug.host, RIGHT)).address)
    await outlet.async_read()
    plug.info_lacks = "device_on"
    with pytest.raises(OutletUnreachableError, match="no usable answer"):
        await outlet.async_read()
    with pytest.raises(OutletUnreachableError):
        await outlet.async_turn_off()
    assert plug.commands == []


async def test_one_that_hangs_is_unreachable_in_time(
    start_klap: StartKlap, open_klap: OpenKlap
) -> None:
    """Whether the connection is open already or not, and no command is sent."""
    plug = await start_klap()
    device = await async_identify(plug.host, RIGHT)
    known = open_klap(device.address, exchange_timeout=0.5)
    await known.async_read()
    plug.hang()
    unknown = open_klap(device.address, exchange_timeout=0.3)
    for outlet, limit in ((known, 3.0), (unknown, 1.6)):
        async with asyncio.timeout(limit):
            with pytest.raises(OutletUnreachableError, match="does not answer"):
                await outlet.async_turn_off()
    plug.recover()
    assert (await known.async_read()).on
    assert plug.commands == []


async def test_a_session_closed_by_its_maker_is_replaced(
    start_klap: StartKlap, open_klap: OpenKlap
) -> None:
    """The next reading asks for another, and succeeds."""
    plug = await start_klap()
    made: list[aiohttp.ClientSession] = []

    def make() -> aiohttp.ClientSession:
        made.append(aiohttp.ClientSession(cookie_jar=get_cookie_jar()))
        return made[-1]

    device = await async_identify(plug.host, RIGHT)
    outlet = open_klap(device.address, session_factory=make)
    await outlet.async_read()
    await made[0].close()
    assert (await outlet.async_read()).on
    assert len(made) == 2
    await made[1].close()


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"device_family": 7},
        {"device_family": "SMART.OF_TOMORROW", "encryption_type": "KLAP"},
        {"device_family": "SMART.TAPOPLUG", "encryption_type": None},
        {
            "device_family": "SMART.TAPOPLUG",
            "encryption_type": "KLAP",
            "login_version": "x",
        },
    ],
)
async def test_stored_parameters_that_are_not_understood(
    open_klap: OpenKlap, parameters: dict[str, Any]
) -> None:
    """They are an outlet that cannot be used, before anything is sent."""
    address = KasaAddress(
        host=free_host(), device_id="8006", connection_parameters=parameters
    )
    outlet = open_klap(address)
    for use in (outlet.async_read, outlet.async_turn_off):
        with pytest.raises(OutletUnsupportedError, match="is not known here"):
            await use()
