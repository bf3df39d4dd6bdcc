"""All drivers, the order in which an address is tried, and the only way to a writer."""

from typing import NamedTuple

from .controls import Turn, Writer
from .driver import TIMEOUT_S, Driver, Reader
from .drivers.cgminer.driver import CGMinerDriver
from .errors import Failure, MinerError
from .models import MinerSnapshot
from .prove import Waiting

try:
    from .drivers.axeos.driver import AxeOsDriver
    from .drivers.axeos.writer import AxeOsWriter
except ModuleNotFoundError as err:
    # Installed by itself, the edge collector needs the standard library only.
    if err.name != "aiohttp":
        raise
    DRIVERS: tuple[Driver, ...] = (CGMinerDriver(),)
else:
    DRIVERS = (CGMinerDriver(), AxeOsDriver())
"""The order of asking: the most common protocol first, and one at a time."""

CGMINER = "cgminer"
"""The driver of entries that name none."""
DEFAULT_PORT = DRIVERS[0].ports[0]
"""The port of entries that name none."""


class Identified(NamedTuple):
    """A miner at an address, and by which way it is read."""

    driver: str
    port: int
    snapshot: MinerSnapshot


async def async_identify(
    host: str,
    port: int | None = None,
    *,
    timeout_s: float = TIMEOUT_S,
    silence_ends: bool = False,
) -> Identified:
    """Return a first reading by the first driver that a miner answers.

    Without a port each driver tries its usual one; a port that is the usual one of a
    driver is tried by that alone. With `silence_ends`, where one port is silent no other
    is asked. Sends no secret. Raises the MinerError of the first driver where none
    reads it.
    """
    failures: list[MinerError] = []
    for driver, asked in ways(port):
        try:
            snapshot = await driver.async_identify(host, asked, timeout_s)
        except MinerError as err:
            failures.append(err)
            if silence_ends and err.failure in (Failure.TIMEOUT, Failure.UNREACHABLE):
                break
        else:
            return Identified(driver.name, asked, snapshot)
    raise failures[0]


def ways(port: int | None) -> list[tuple[Driver, int]]:
    """Return the drivers to try, in order, and the port that each tries."""
    if port is None:
        return [(driver, driver.ports[0]) for driver in DRIVERS]
    own = [driver for driver in DRIVERS if port in driver.ports]
    return [(driver, port) for driver in own or DRIVERS]


def create_reader(
    host: str,
    port: int = DEFAULT_PORT,
    *,
    driver: str = CGMINER,
    timeout_s: float = TIMEOUT_S,
) -> Reader:
    """Return what reads the miner at an address by a driver."""
    return next(d for d in DRIVERS if d.name == driver).reader(host, port, timeout_s)


def create_writer(
    driver: str,
    host: str,
    port: int,
    turn: Turn,
    waiting: Waiting,
) -> Writer | None:
    """Return what changes the miner at an address; None where nothing can.

    `turn` is held for each exchange.
    """
    match driver:
        case "axeos":
            return AxeOsWriter(host, port, turn, waiting)
    return None
