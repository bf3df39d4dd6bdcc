"""The user is asked once for what a pool or a plug rejects."""

from typing import Any
from unittest.mock import AsyncMock

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.pools import Outcome
from custom_components.mining_farm.engines.power import (
    KasaOutlet,
    OutletAuthError,
    OutletUnreachableError,
)
from custom_components.mining_farm.engines.restart import OutletKind
from custom_components.mining_farm.kinds.rig.outlets import KasaRigOutlet

from .watching import Farm

F2POOL: dict[str, Any] = {
    "status_api": "f2pool",
    "coin": "bitcoin",
    "token": "old-token",
}
PLUG: dict[str, Any] = {
    "kasa_device_ip": "192.168.1.32",
    "kasa_credentials_hash": "old-hash",
}


def asked(farm: Farm) -> list[str]:
    """Return the steps at which flows wait for the user."""
    flows = farm.hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    return [flow["step_id"] for flow in flows]


def dismiss(farm: Farm) -> None:
    """End all flows without an answer."""
    for flow in farm.hass.config_entries.flow.async_progress_by_handler(DOMAIN):
        farm.hass.config_entries.flow.async_abort(flow["flow_id"])


async def test_a_refused_token(farm: Farm) -> None:
    """Asked for once, and once more when it was good in between."""
    outlet = await farm.add("rig1", **F2POOL)
    await farm.after(6)
    assert asked(farm) == []
    farm.outcome = Outcome.AUTH
    await farm.after(60)
    assert asked(farm) == ["rig_reauth_pool"]
    assert outlet.log == []
    dismiss(farm)
    farm.outcome = Outcome.UNREACHABLE
    await farm.after(12)
    farm.outcome = Outcome.AUTH
    await farm.after(12)
    assert asked(farm) == []
    farm.outcome = Outcome.WORKER
    await farm.after(12)
    farm.outcome = Outcome.AUTH
    await farm.after(12)
    assert asked(farm) == ["rig_reauth_pool"]


async def test_a_pool_without_tokens_is_not_asked_for_one(farm: Farm) -> None:
    """A form for it would lead nowhere."""
    farm.outcome = Outcome.AUTH
    await farm.add("rig1")
    await farm.after(12)
    assert asked(farm) == []
    assert farm.state("sensor.rig1_state") == "held"


async def test_refused_credentials(farm: Farm) -> None:
    """A plug that is silent is no reason to ask; one that refuses is, once."""
    outlet = await farm.add("rig1", **PLUG)
    outlet.reachable = False
    await farm.after(12)
    assert asked(farm) == []
    outlet.refuses = True
    await farm.after(12)
    assert asked(farm) == ["rig_reauth_outlet"]
    dismiss(farm)
    await farm.after(12)
    assert asked(farm) == []
    outlet.reachable, outlet.refuses = True, False
    await farm.after(12)
    outlet.refuses = True
    await farm.after(12)
    assert asked(farm) == ["rig_reauth_outlet"]


async def test_one_thing_is_asked_at_a_time(farm: Farm) -> None:
    """What else was refused meanwhile comes next; nothing while the user reconfigures."""
    outlet = await farm.add("rig1", **F2POOL, **PLUG)
    flow = await farm.entries["rig1"].start_reconfigure_flow(farm.hass)
    farm.outcome = Outcome.AUTH
    outlet.refuses = True
    await farm.after(12)
    assert asked(farm) == [flow["step_id"]]
    dismiss(farm)
    await farm.after(1)
    assert asked(farm) == ["rig_reauth_pool"]
    dismiss(farm)
    await farm.after(12)
    assert asked(farm) == ["rig_reauth_outlet"]


async def test_rejected_credentials_and_an_unreachable_plug_differ() -> None:
    """Both cannot be switched; only one is mended by credentials."""
    outlet = AsyncMock(spec=KasaOutlet)
    outlet.async_read.side_effect = OutletAuthError("refuses the credentials")
    reading = await KasaRigOutlet(outlet).async_read()
    assert (reading.kind, reading.refused) == (OutletKind.UNREACHABLE, True)
    outlet.async_read.side_effect = OutletUnreachableError("does not answer")
    reading = await KasaRigOutlet(outlet).async_read()
    assert (reading.kind, reading.refused) == (OutletKind.UNREACHABLE, False)
