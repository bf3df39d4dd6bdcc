"""All drivers, the order in which an address is tried, and the only way to a writer."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, cast

from .controls import Turn, Writer
from .credentials import Credentials, SignIn
from .driver import TIMEOUT_S, Driver, Reader, SigningDriver
from .drivers.avalon.driver import AvalonDriver
from .drivers.avalon.writer import AvalonWriter
from .drivers.cgminer.driver import CGMinerDriver
from .drivers.luxos.driver import LuxOsDriver
from .drivers.luxos.writer import LuxOsWriter
from .drivers.whatsminer.driver import WhatsminerDriver
from .drivers.whatsminer.writer import WhatsminerWriter
from .errors import Failure, MinerError
from .models import MinerSnapshot
from .prove import Waiting
from .recognition import Recognise, RecognisingReader, RecognisingWriter, Recognition
from .ways import TwoWays, joined

type MakeWriter = Callable[[str, int, Turn, Waiting, Credentials | None], Writer]
"""From the address of a miner."""

DRIVERS: tuple[Driver, ...] = (
    CGMinerDriver(),
    AvalonDriver(),
    LuxOsDriver(),
    WhatsminerDriver(),
)
"""The order of asking: the most common protocol first, and one at a time."""
_ONCE: dict[str, Driver] = {DRIVERS[0].name: CGMinerDriver(retries=0)}
"""Drivers that ask once where the usual ones repeat; all others always do."""
_WRITERS: dict[str, MakeWriter] = {
    "avalon": AvalonWriter,
    "luxos": LuxOsWriter,
    "whatsminer": WhatsminerWriter,
}

try:
    from .drivers.antminer.driver import AntminerDriver
    from .drivers.antminer.writer import AntminerWriter
    from .drivers.auradine.driver import AuradineDriver
    from .drivers.auradine.writer import AuradineWriter
    from .drivers.axeos.driver import AxeOsDriver
    from .drivers.axeos.writer import AxeOsWriter
    from .drivers.braiins.driver import BraiinsDriver
    from .drivers.braiins.writer import BraiinsWriter
    from .drivers.braiins_graphql.driver import GraphQlDriver
    from .drivers.braiins_graphql.writer import GraphQlWriter
    from .drivers.epic.driver import EpicDriver
    from .drivers.epic.writer import EpicWriter
    from .drivers.goldshell.driver import GoldshellDriver
    from .drivers.goldshell.writer import GoldshellWriter
    from .drivers.iceriver.driver import IceRiverDriver
    from .drivers.innosilicon.driver import InnosiliconDriver
    from .drivers.mara.driver import MaraDriver
    from .drivers.proto.driver import ProtoDriver
    from .drivers.sealminer.driver import SealMinerDriver
    from .drivers.vnish.driver import VnishDriver
    from .drivers.vnish.writer import VnishWriter
    from .drivers.whatsminer_v2.driver import WhatsminerV2Driver
    from .drivers.whatsminer_v2.writer import WhatsminerV2Writer
except ModuleNotFoundError as err:
    # Installed by itself, the edge collector needs the standard library only.
    if err.name not in ("aiohttp", "cryptography"):
        raise
else:
    DRIVERS = (
        *DRIVERS,
        WhatsminerV2Driver(),
        AxeOsDriver(),
        VnishDriver(),
        AntminerDriver(),
        BraiinsDriver(),
        EpicDriver(),
        ProtoDriver(),
        GoldshellDriver(),
        MaraDriver(),
        AuradineDriver(),
        SealMinerDriver(),
        InnosiliconDriver(),
        # Both by a POST, which other devices are spared until nothing else fits.
        GraphQlDriver(),
        IceRiverDriver(),
    )
    _WRITERS |= {
        "antminer": AntminerWriter,
        "axeos": lambda host, port, turn, waiting, _: AxeOsWriter(
            host, port, turn, waiting
        ),
        "auradine": AuradineWriter,
        "braiins": BraiinsWriter,
        "braiins_graphql": GraphQlWriter,
        "epic": EpicWriter,
        "goldshell": GoldshellWriter,
        "vnish": VnishWriter,
        "whatsminer_v2": WhatsminerV2Writer,
    }

CGMINER = "cgminer"
"""The driver of entries that name none."""
DEFAULT_PORT = DRIVERS[0].ports[0]
"""The port of entries that name none."""
_PORTS_OF_MANY = frozenset(
    port
    for port, drivers in Counter(p for d in DRIVERS for p in d.ports).items()
    if drivers > 1
)
"""What answers at these is of one of the makes that use them."""

_NOBODY_THERE = (Failure.TIMEOUT, Failure.UNREACHABLE)
_CLOSED = (*_NOBODY_THERE, Failure.REFUSED)


class Way(NamedTuple):
    """A driver, and the port by which it reaches a miner."""

    driver: str
    port: int


class Identified(NamedTuple):
    """A miner at an address, and by which ways it is read."""

    driver: str
    port: int
    snapshot: MinerSnapshot
    second: Way | None = None
    """The way beside the CGMiner API by which orders go, where there is one."""


async def async_identify(
    host: str,
    port: int | None = None,
    *,
    timeout_s: float = TIMEOUT_S,
    silence_ends: bool = False,
) -> Identified:
    """Return a first reading by the first driver that a miner answers.

    Without a port each driver tries its usual one; a port is tried by the drivers whose
    usual one it is, and then, where few makes have it, by all others. With
    `silence_ends`, where one port is silent no other is asked. Sends no secret. Raises
    the MinerError of the first driver where none reads it.
    """
    failures: list[MinerError] = []
    closed: set[int] = set()
    for driver, asked in ways(port):
        if asked in closed:
            continue
        try:
            snapshot = await driver.async_identify(host, asked, timeout_s)
        except MinerError as err:
            failures.append(err)
            if silence_ends and err.failure in _NOBODY_THERE:
                break
            if err.failure in _CLOSED:
                closed.add(asked)
        else:
            return await _async_with_second(
                Identified(driver.name, asked, snapshot), host, timeout_s
            )
    raise failures[0]


def driver_names() -> tuple[str, ...]:
    """Return the names of the drivers that there are."""
    return tuple(driver.name for driver in DRIVERS)


def ways(port: int | None) -> list[tuple[Driver, int]]:
    """Return the drivers to try, in order, and the port that each tries.

    What only adds to the CGMiner API, on the same port, is none to begin with.
    """
    alone = [d for d in DRIVERS if not (d.accompanies and DEFAULT_PORT in d.ports)]
    if port is None:
        return [(driver, driver.ports[0]) for driver in alone]
    asked = [driver for driver in alone if port in driver.ports]
    if port not in _PORTS_OF_MANY:
        # What listens on another port may be of any make.
        asked += [driver for driver in alone if port not in driver.ports]
    return [(driver, port) for driver in asked]


async def _async_with_second(
    found: Identified, host: str, timeout_s: float
) -> Identified:
    """Look for the second way where the CGMiner API was the first."""
    if found.driver != CGMINER:
        return found
    second = await async_find_second(
        host, found.port, found.snapshot, timeout_s=timeout_s
    )
    if second is None:
        return found
    way, snapshot = second
    return found._replace(second=way, snapshot=joined(found.snapshot, snapshot))


async def async_find_second(
    host: str, port: int, snapshot: MinerSnapshot, *, timeout_s: float = TIMEOUT_S
) -> tuple[Way, MinerSnapshot] | None:
    """Return the second way to a miner, and what it reads; sends no secret.

    `port` is that of its CGMiner API, by which `snapshot` was read.
    """
    closed: set[int] = set()
    for driver in DRIVERS:
        asked = driver.ports[0]
        if asked == DEFAULT_PORT:
            asked = port
        if snapshot.family not in driver.accompanies or asked in closed:
            continue
        try:
            reading = await driver.async_identify(host, asked, timeout_s)
        except MinerError as err:
            if err.failure in _CLOSED:
                closed.add(asked)
        else:
            return Way(driver.name, asked), reading
    return None


def sign_in_of(name: str) -> SignIn | None:
    """Return what a driver has to be given before it can order, or read."""
    return _driver(name).sign_in


async def async_sign_in(
    host: str, way: Way, credentials: Credentials, *, timeout_s: float = TIMEOUT_S
) -> None:
    """Prove credentials by a read that needs them; MinerError where that fails."""
    driver = cast("SigningDriver", _driver(way.driver))
    await driver.async_sign_in(host, way.port, timeout_s, credentials)


def recognition_of(
    host: str,
    first: Way,
    second: Way | None,
    recognise: Recognise,
    *,
    timeout_s: float = TIMEOUT_S,
) -> Recognition:
    """Return what reads a miner without an account, and judges it.

    The way that takes the account has to answer as its protocol does. Unless that shows
    which miner it is, the other one is asked, too: some number themselves differently in
    each, and are known by the number of the first.
    """

    async def look() -> MinerSnapshot:
        way = second or first
        found = await _driver(way.driver).async_identify(host, way.port, timeout_s)
        if second is None or recognise(found):
            return found
        try:
            other = await _driver(first.driver).async_identify(
                host, first.port, timeout_s
            )
        except MinerError:
            return found
        return joined(other, found)

    return Recognition(look=look, recognise=recognise)


def create_reader(
    host: str,
    port: int = DEFAULT_PORT,
    *,
    driver: str = CGMINER,
    second: Way | None = None,
    credentials: Credentials | None = None,
    recognise: Recognise | None = None,
    timeout_s: float = TIMEOUT_S,
    once: bool = False,
) -> Reader:
    """Return what reads the miner at an address by a driver, or by two.

    A second way that reads nothing without an account is not asked without one. With
    `recognise` no account is sent to another miner; with `once` a poll repeats no request,
    for whoever asks so many that it has to go on.
    """
    chosen = _ONCE.get(driver) if once else None
    reader = (chosen or _driver(driver)).reader(host, port, timeout_s, credentials)
    if second is None:
        if credentials is None or recognise is None:
            return reader
        known = recognition_of(
            host, Way(driver, port), None, recognise, timeout_s=timeout_s
        )
        return RecognisingReader(reader, known)
    beside = _driver(second.driver)
    if credentials is None and beside.sign_in is not None and beside.sign_in.to_read:
        return reader
    guard = None
    if credentials is not None and recognise is not None:
        guard = recognition_of(host, second, None, recognise, timeout_s=timeout_s)
    return TwoWays(
        (driver, reader),
        (second.driver, beside.reader(host, second.port, timeout_s, credentials)),
        guard,
    )


def create_writer(
    way: Way,
    host: str,
    turn: Turn,
    waiting: Waiting,
    credentials: Credentials | None = None,
    *,
    known: Recognition | None = None,
) -> Writer | None:
    """Return what changes a miner by a way to it; None where that can only read.

    `turn` is held for each exchange. With `known` no account is sent to another miner.
    """
    make = _WRITERS.get(way.driver)
    if make is None:
        return None
    writer = make(host, way.port, turn, waiting, credentials)
    if credentials is None or known is None:
        return writer
    return RecognisingWriter(writer, known, turn, waiting)


def _driver(name: str) -> Driver:
    return next(driver for driver in DRIVERS if driver.name == name)
