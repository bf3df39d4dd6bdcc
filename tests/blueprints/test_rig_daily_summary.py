"""Once a day, how the rigs did."""

from homeassistant.helpers import device_registry as dr

from ..kinds.rig.watching import Farm
from .conftest import Automate


async def test_summary(farm: Farm, automate: Automate) -> None:
    """Counts of all rigs, and the names of those in trouble; at its time, once."""
    for number in range(1, 6):
        await farm.add(f"rig{number}")
    messages = await automate("rig_daily_summary", at="08:00:00")
    await farm.after(5)
    farm.dies("rig2")
    await farm.hass.services.async_call(
        "switch", "turn_off", {"entity_id": "switch.rig5_power"}, blocking=True
    )
    await farm.after(280)
    assert messages == []
    await farm.after(60)
    (message,) = messages
    assert message.data["message"] == (
        "Restarts in total: 1 (rig1 0, rig2 1, rig3 0, rig4 0, rig5 0)."
        " Given up: rig2. Off by hand: rig5."
    )


async def test_chosen_rigs_that_are_well(farm: Farm, automate: Automate) -> None:
    """What is not chosen is left out, and good news are news."""
    await farm.add("rig1")
    await farm.add("rig2")
    (device,) = dr.async_entries_for_config_entry(dr.async_get(farm.hass), "rig1")
    messages = await automate("rig_daily_summary", at="03:20:00", rigs=[device.id])
    farm.dies("rig2")
    await farm.after(30)
    assert [call.data["message"] for call in messages] == [
        "Restarts in total: 0 (rig1 0). Nothing needs you."
    ]


async def test_no_rigs(farm: Farm, automate: Automate) -> None:
    """A summary of nothing says so."""
    messages = await automate("rig_daily_summary", at="03:05:00")
    await farm.after(10)
    assert [call.data["message"] for call in messages] == [
        "Restarts in total: 0. No rig was found."
    ]
