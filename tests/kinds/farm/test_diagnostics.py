"""Diagnostics of a farm tell nothing that a user would not post."""

from datetime import UTC, datetime
from typing import Any

from custom_components.mining_farm.common.members import AlarmFact
from custom_components.mining_farm.kinds.farm.const import CONF_SIGNAL
from custom_components.mining_farm.kinds.farm.diagnostics import (
    async_get_config_entry_diagnostics,
)
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers.json import json_bytes
from tests.kinds.callers import Callers
from tests.kinds.conftest import callers as callers  # noqa: PLC0414

from .site import Site, plant

SECRET = "planted"


async def test_diagnostics_name_nobody(site: Site) -> None:
    """Sums, holds and phases, without the names of machines and users."""
    site.add_machine("secret-axe")
    entry = await site.add_farm()
    await site.call("emergency_stop", confirm=True)
    known = await async_get_config_entry_diagnostics(site.hass, entry)
    assert b"secret-axe" not in json_bytes(known)
    assert known["machines"][0]["phase"] == "down"
    assert known["data"]["totals"]["machines"] == 1


async def test_diagnostics_of_a_farm_in_trouble_name_nobody(
    site: Site, callers: Callers
) -> None:
    """Whatever has a name of the user's: areas, entities, groups, curtailments, causes."""
    hass = site.hass
    area = ar.async_get(hass).async_create(f"{SECRET} hall")
    smoke, signal = f"binary_sensor.{SECRET}_smoke", f"sensor.{SECRET}_sun"
    hass.states.async_set(smoke, "off")
    hass.states.async_set(signal, "1000", {"unit_of_measurement": "W"})
    machines = [
        site.add_machine(f"axe{n}", area=area.id, host=f"10.0.0.{n}") for n in range(3)
    ]
    leak = AlarmFact(key="leakage_fault", name="leakage_fault", severity="critical")
    north = "4711"
    known = site.add_member(north, "container", plant(), title=f"{SECRET} north")
    entry = await site.add_farm(
        armed=True,
        areas=[area.id],
        labels=[f"{SECRET}_label"],
        members=[north],
        **{CONF_SIGNAL: signal},
        groups={
            SECRET: {
                "containers": [north],
                "sensors": [{"entity_id": smoke, "cause": "smoke"}],
                "pump": f"sensor.{SECRET}_pump",
            }
        },
    )
    stop = "binary_sensor.site_emergency_stop_in_force"
    assert (
        await callers.call(
            "administrator",
            "curtail",
            entity_id=stop,
            confirm=True,
            name=f"{SECRET}-peak",
            signal=signal,
        )
        == "done"
    )
    hosts = frozenset({"10.0.0.0"})
    for _ in range(6):
        bits = {"leakage_fault": True}
        await site.read(known, north, miner_hosts=hosts, bits=bits, alarms=(leak,))
    hass.states.async_set(smoke, "on")
    machines[2].obeys = False
    await site.call("emergency_stop", confirm=True)
    await site.later(61)
    await site.later(2)
    found: Any = await async_get_config_entry_diagnostics(hass, entry)
    assert SECRET.encode() not in json_bytes(found)
    assert b"Mock User" not in json_bytes(found)
    # What a maintainer needs is there all the same.
    assert found["data"]["stop"]["machines"] == 3
    assert found["data"]["groups"][0]["cause"] == "leak"
    assert len(found["data"]["held_machines"]) == 3
    owners = {each["owner"] for each in found["data"]["held_machines"]}
    assert owners <= {"emergency_stop", "interlock"}
    assert datetime.fromisoformat(found["data"]["stop"]["since"]).tzinfo is UTC
    assert "allowance" in found["data"]
    assert found["options"]["armed"] is True
