"""All drivers, and the order in which an address is tried."""

from .driver import TIMEOUT_S, Driver, Reader
from .drivers.cgminer.driver import CGMinerDriver
from .errors import MinerError
from .models import MinerSnapshot

DRIVERS: tuple[Driver, ...] = (CGMinerDriver(),)
"""The most common protocol first: each one that is tried in vain costs a connection."""

DEFAULT_PORT = DRIVERS[0].ports[0]
"""The port that a user is offered."""


async def async_identify(
    host: str, port: int = DEFAULT_PORT, *, timeout_s: float = TIMEOUT_S
) -> MinerSnapshot:
    """Return a first reading by the first driver that a miner answers.

    Sends no secret. Raises the MinerError of the first driver where none reads it.
    """
    failures: list[MinerError] = []
    for driver in DRIVERS:
        try:
            return await driver.async_identify(host, port, timeout_s)
        except MinerError as err:
            failures.append(err)
    raise failures[0]


def create_reader(
    host: str, port: int = DEFAULT_PORT, *, timeout_s: float = TIMEOUT_S
) -> Reader:
    """Return what reads the miner at an address."""
    return DRIVERS[0].reader(host, port, timeout_s)
