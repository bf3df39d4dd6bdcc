"""A Kasa outlet as a rig uses it: readings, and failures before and after a command."""

from unittest.mock import AsyncMock

import pytest

from custom_components.mining_farm.engines.power import (
    KasaOutlet,
    OutletAuthError,
    OutletError,
    OutletGoneError,
    OutletNotConfirmedError,
    OutletReading,
    OutletUnreachableError,
    OutletUnsupportedError,
)
from custom_components.mining_farm.engines.restart import OutletFailure, OutletKind
from custom_components.mining_farm.kinds.rig.outlets import KasaRigOutlet

NOT_SENT: tuple[OutletError, ...] = (
    OutletAuthError("rejects the credentials"),
    OutletGoneError("is another device"),
    OutletUnreachableError("does not answer"),
    OutletUnsupportedError("is a strip"),
)
NOT_CONFIRMED = OutletNotConfirmedError("is still on", seen_on=True)


def engine_outlet() -> AsyncMock:
    """Return the engine's outlet under the test's control."""
    return AsyncMock(spec=KasaOutlet)


@pytest.mark.parametrize(("on", "kind"), [(True, "on"), (False, "off")])
async def test_a_reading(on: bool, kind: str) -> None:
    """State, draw in W and energy in kWh are passed on; None stays None."""
    outlet = engine_outlet()
    outlet.async_read.return_value = OutletReading(on=on, watts=12.5, energy_kwh=None)
    reading = await KasaRigOutlet(outlet).async_read()
    assert reading.kind == kind
    assert (reading.watts, reading.energy_kwh) == (12.5, None)
    assert not reading.refused
    assert await KasaRigOutlet(outlet).async_is_on() is on


@pytest.mark.parametrize("error", NOT_SENT, ids=lambda error: type(error).__name__)
async def test_an_outlet_that_cannot_be_read(error: OutletError) -> None:
    """It is unreachable; only rejected credentials can be corrected by the user."""
    outlet = engine_outlet()
    outlet.async_read.side_effect = error
    reading = await KasaRigOutlet(outlet).async_read()
    assert reading.kind is OutletKind.UNREACHABLE
    assert reading.refused is isinstance(error, OutletAuthError)
    assert reading.watts is None
    with pytest.raises(OutletFailure, match=str(error)) as caught:
        await KasaRigOutlet(outlet).async_is_on()
    assert not caught.value.sent


@pytest.mark.parametrize("command", ["async_turn_on", "async_turn_off"])
@pytest.mark.parametrize(
    "error", [*NOT_SENT, NOT_CONFIRMED], ids=lambda error: type(error).__name__
)
async def test_a_command_that_fails(command: str, error: OutletError) -> None:
    """Only one that was not confirmed may have reached the outlet."""
    outlet = engine_outlet()
    getattr(outlet, command).side_effect = error
    with pytest.raises(OutletFailure, match=str(error)) as caught:
        await getattr(KasaRigOutlet(outlet), command)()
    assert caught.value.sent is (error is NOT_CONFIRMED)


async def test_commands_are_sent_once() -> None:
    """What the engine confirms is not repeated; closing lets go of the connection."""
    engine = engine_outlet()
    outlet = KasaRigOutlet(engine)
    await outlet.async_turn_off()
    await outlet.async_turn_on()
    await outlet.async_close()
    assert [call[0] for call in engine.method_calls] == [
        "async_turn_off",
        "async_turn_on",
        "async_close",
    ]
