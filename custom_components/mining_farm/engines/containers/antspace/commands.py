"""Writes that are proved: sent once, then read back until the plant shows the effect."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import time

from .bounds import check_set_point
from .client import AntspaceClient
from .errors import AnswerLostError, AntspaceError, MinersHashingError, UnconfirmedError
from .models import Model, PlantReading
from .rows import SetPointBounds

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
        """Return whether coolant moves: HK3's pump may run on after a stop."""
        return self.reading.running

    @property
    def alarms(self) -> frozenset[str]:
        """Return the alarms that are on, such as those that a reset did not clear."""
        return self.reading.alarms


type _Check = Callable[[PlantReading], bool]

_READ_BACK = ReadBack()


async def set_supply_temperature(
    client: AntspaceClient,
    celsius: float,
    bounds: SetPointBounds,
    read_back: ReadBack = _READ_BACK,
) -> Confirmed:
    """Hold a supply temperature in °C, which ends PID mode.

    Raises OutOfBoundsError before anything is sent, UnconfirmedError where the plant
    does not show it, and other AntspaceErrors as the client does.
    """
    target = check_set_point(celsius, bounds)

    def holds(reading: PlantReading) -> bool:
        told = reading.set_point
        return reading.pid_mode is False and (
            told is not None and abs(told - target) < _SAME
        )

    return await _prove(client, client.set_temperature(target), holds, read_back)


async def set_pid(
    client: AntspaceClient, read_back: ReadBack = _READ_BACK
) -> Confirmed:
    """Let the controller pick its target; raises like set_supply_temperature."""
    return await _prove(
        client, client.set_pid(), lambda reading: reading.pid_mode is True, read_back
    )


async def start_cooling(
    client: AntspaceClient, read_back: ReadBack = _READ_BACK
) -> Confirmed:
    """Start the plant; raises UnconfirmedError where no pump is seen to run."""
    return await _prove(
        client,
        client.open_cooling(),
        lambda reading: reading.running is True,
        read_back,
    )


async def stop_cooling(
    client: AntspaceClient, *, force: bool = False, read_back: ReadBack = _READ_BACK
) -> Confirmed:
    """Stop the plant, which can destroy miners that hash.

    Raises MinersHashingError unless forced where they hash or nobody knows, and
    UnconfirmedError where the pumps of an immersion plant are not seen to stop. HK3's
    pump may run on: its stop is proved by an ok and a fresh reading, no more.
    """
    if not force:
        await _refuse_while_hashing(client)
    model = client.model or (await client.cooler_state()).model
    if model is Model.HK3:
        return await _prove(client, client.close_cooling(), None, read_back)
    return await _prove(
        client,
        client.close_cooling(),
        lambda reading: reading.running is False,
        read_back,
    )


async def reset_cooling(
    client: AntspaceClient, read_back: ReadBack = _READ_BACK
) -> Confirmed:
    """Clear latched faults; proved by an ok and a fresh reading, which tells what stays."""
    return await _prove(client, client.reset(), None, read_back)


async def _refuse_while_hashing(client: AntspaceClient) -> None:
    try:
        miners = await client.miner_info()
    except AntspaceError as err:
        message = f"{client.address}: nobody knows whether miners hash"
        raise MinersHashingError(message, None) from err
    if miners.hashing is not False:
        message = f"{client.address}: miners hash, or nobody knows"
        raise MinersHashingError(message, miners.total_hashrate)


async def _prove(
    client: AntspaceClient,
    write: Awaitable[None],
    shows: _Check | None,
    read_back: ReadBack,
) -> Confirmed:
    """Send a write once and read back until `shows`; None asks for a fresh reading only.

    Where the answer to the write is lost, only the plant can tell whether it was done.
    """
    reason: AntspaceError | None = None
    try:
        await write
    except AnswerLostError as err:
        if shows is None:
            raise UnconfirmedError(f"{err}: nobody knows whether it was done") from err
        reason = err
    end = read_back.monotonic() + read_back.within
    while (left := end - read_back.monotonic()) > 0:
        try:
            reading = await client.cooler_state(within=left)
        except AntspaceError as err:
            reason = err
        else:
            if reading.connected is not False and (shows is None or shows(reading)):
                return Confirmed(reading=reading)
        await read_back.sleep(read_back.interval)
    raise UnconfirmedError(
        f"{client.address}: sent, but not seen to work within {read_back.within:g} s"
    ) from reason
