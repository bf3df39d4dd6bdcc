"""Each farm starts its machines at the pace of its own feed."""

import asyncio
import time
from unittest.mock import patch

from custom_components.mining_farm.common.power_ups import async_power_ups
from custom_components.mining_farm.engines.farm import Owner
from tests.common.machinery import FakeMachine

from .site import Site


async def test_a_slow_farm_does_not_hold_up_another(site: Site) -> None:
    """Whichever loads last."""
    fast = [site.add_machine(f"fast{n}") for n in range(4)]
    slow = [site.add_machine(f"slow{n}") for n in range(4)]
    await site.add_farm("hall", members=[each.name for each in fast], starts=4)
    await site.add_farm(
        members=[each.name for each in slow], starts=1, start_seconds=600
    )
    gates = async_power_ups(site.hass)
    assert gates.gate_of("fast0").pace.starts == 4
    assert gates.gate_of("slow0").pace.starts == 1
    for each in (*fast, *slow):
        await site.place(each.name)
    await site.later(600)
    no_time_passes = asyncio.Event()

    async def sleep(_seconds: float) -> None:
        await no_time_passes.wait()

    gates.sleep = sleep
    await site.release()
    assert (_awake(fast), _awake(slow)) == (4, 1)


def _awake(machines: list[FakeMachine]) -> int:
    return sum(not each.asleep for each in machines)


async def test_a_machine_of_no_farm_starts_at_the_pace_of_the_house(site: Site) -> None:
    """Also once the farm that it was of is removed."""
    site.add_machine("axe")
    gates = async_power_ups(site.hass)
    assert gates.gate_of("axe") is gates.house
    await site.add_farm(starts=7)
    assert gates.gate_of("axe").pace.starts == 7
    await site.hass.config_entries.async_reload("site")
    assert gates.gate_of("axe").pace.starts == 7
    await site.hass.config_entries.async_remove("site")
    await site.settle()
    assert gates.gate_of("axe") is gates.house


async def test_what_the_first_poll_lets_go_starts_at_the_farms_pace(site: Site) -> None:
    """A crash came between the release of a stop and that of its holds."""
    machines = [site.add_machine(f"axe{n}") for n in range(3)]
    for each in machines:
        await site.place(each.name, owner=Owner.EMERGENCY_STOP, source="site")
    await site.later(600)
    gates = async_power_ups(site.hass)
    no_time_passes = asyncio.Event()

    async def sleep(_seconds: float) -> None:
        await no_time_passes.wait()

    gates.sleep = sleep
    monotonic = time.monotonic
    with patch("time.monotonic", lambda: monotonic() + 3600):
        await site.add_farm(starts=2, start_seconds=600)
        await site.settle()
    assert _awake(machines) == 2
