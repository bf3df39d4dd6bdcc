"""Writes with their proof: sent once, then read back until the plant shows the effect."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import time

from .bounds import check_set_point
from .driver import Driver
from .errors import (
    AnswerLostError,
    ContainerError,
    ControllerFaultError,
    MinersHashingError,
    UnconfirmedError,
    UnknownDeviceError,
    UnsupportedError,
)
from .models import PlantReading
from .rows import PlantTable, SetPointBounds, Write

_SAME = 0.05
"""Set points in °C that differ by less are one: controllers may keep one decimal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBack:
    """How long an effect is waited for, and by whose clock; all in seconds."""

    within: float = 10.0
    interval: float = 1.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    monotonic: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A write that was done, and the plant as it was read afterwards."""

    reading: PlantReading

    @property
    def still_running(self) -> bool | None:
        """Return whether coolant moves: some pumps may run on after a stop."""
        return self.reading.running

    @property
    def alarms(self) -> frozenset[str]:
        """Return the alarms that are on, such as those that a reset did not clear."""
        return self.reading.alarms


type _Check = Callable[[PlantReading], bool]

_READ_BACK = ReadBack()
_MAY_BE_DONE = (AnswerLostError, ControllerFaultError, UnknownDeviceError)
"""After these a write may have been carried out all the same."""


async def set_supply_temperature(
    table: PlantTable,
    driver: Driver,
    celsius: float,
    bounds: SetPointBounds,
    read_back: ReadBack = _READ_BACK,
) -> Confirmed:
    """Hold a supply temperature in °C, which ends PID mode.

    Raises UnsupportedError and OutOfBoundsError before anything is sent,
    UnconfirmedError where the plant does not show it, and what the driver raises.
    """
    _require(table, Write.SET_TEMPERATURE)
    target = check_set_point(celsius, bounds)

    def holds(reading: PlantReading) -> bool:
        shown = reading.set_point
        return reading.pid_mode is False and (
            shown is not None and abs(shown - target) < _SAME
        )

    return await _prove(driver, driver.set_temperature(target), holds, read_back)


async def set_pid(
    table: PlantTable, driver: Driver, read_back: ReadBack = _READ_BACK
) -> Confirmed:
    """Let the controller pick its target; raises like set_supply_temperature."""
    _require(table, Write.PID)
    return await _prove(driver, driver.set_pid(), _is_in_pid_mode, read_back)


async def start_cooling(
    table: PlantTable, driver: Driver, read_back: ReadBack = _READ_BACK
) -> Confirmed:
    """Start the plant; raises UnconfirmedError where no pump is seen to run."""
    _require(table, Write.START)
    return await _prove(driver, driver.start_cooling(), _is_running, read_back)


async def stop_cooling(
    table: PlantTable,
    driver: Driver,
    *,
    force: bool = False,
    read_back: ReadBack = _READ_BACK,
) -> Confirmed:
    """Stop the plant, which can destroy miners that hash.

    Raises MinersHashingError unless forced where they hash or that is unknown, and
    UnconfirmedError where the plant shows its stop and is not seen to stop.
    """
    _require(table, Write.STOP)
    if not force:
        await _refuse_while_hashing(driver)
    shows = _is_stopped if table.stop_is_shown else None
    return await _prove(driver, driver.stop_cooling(), shows, read_back)


async def reset_cooling(
    table: PlantTable, driver: Driver, read_back: ReadBack = _READ_BACK
) -> Confirmed:
    """Clear latched faults.

    Proved by an accepted request and a fresh reading, which has the alarms that remain.
    """
    _require(table, Write.RESET)
    return await _prove(driver, driver.reset_faults(), None, read_back)


def _require(table: PlantTable, write: Write) -> None:
    if write not in table.writes:
        raise UnsupportedError(f"{table.name} has no such command")


def _is_running(reading: PlantReading) -> bool:
    return reading.running is True


def _is_in_pid_mode(reading: PlantReading) -> bool:
    return reading.pid_mode is True


def _is_stopped(reading: PlantReading) -> bool:
    return reading.running is False


async def _refuse_while_hashing(driver: Driver) -> None:
    try:
        # Read at the moment of the stop: miners may have started since the last poll.
        miners = await driver.read_miners()
    except ContainerError as err:
        message = f"{driver.address}: whether miners hash is unknown"
        raise MinersHashingError(message, None) from err
    if miners.hashing is not False:
        message = f"{driver.address}: miners hash, or may hash"
        raise MinersHashingError(message, miners.total_hashrate)


async def _prove(
    driver: Driver,
    write: Awaitable[None],
    shows: _Check | None,
    read_back: ReadBack,
) -> Confirmed:
    """Send a write once and read back until `shows`; None asks for a fresh reading only.

    Where the answer to the write is lost or bad, only the plant shows whether it was done.
    """
    reason: ContainerError | None = None
    try:
        await write
    except _MAY_BE_DONE as err:
        if shows is None:
            raise UnconfirmedError(f"{err}: whether it was done is unknown") from err
        reason = err
    end = read_back.monotonic() + read_back.within
    while (left := end - read_back.monotonic()) > 0:
        try:
            reading = await driver.read_plant(within=left)
        except ContainerError as err:
            reason = err
        else:
            # Without its PLC a controller passes no write on, whatever it then repeats.
            if reading.connected is not False and (shows is None or shows(reading)):
                return Confirmed(reading=reading)
        await read_back.sleep(read_back.interval)
    raise UnconfirmedError(
        f"{driver.address}: sent, but not seen to work within {read_back.within:g} s"
    ) from reason
