"""An entity says how many W the machines may draw, all day long."""

from typing import Any

import pytest

from .site import Site
from .test_curtailment import STATE, add
from .test_signal import issue, restart

SURPLUS = "sensor.surplus"


def surplus(site: Site, value: object, unit: str | None = "W") -> None:
    """Let the entity say so."""
    site.hass.states.async_set(
        SURPLUS, str(value), {} if unit is None else {"unit_of_measurement": unit}
    )


async def minutes(site: Site, count: float) -> None:
    """Let time pass, looked at as often as in a house."""
    for _ in range(int(count * 6)):
        await site.later(10)


async def followed(site: Site, value: object, **options: Any) -> None:
    """Add a farm that follows the entity, and let the quiet start pass."""
    surplus(site, value)
    await site.add_farm(signal_entity_id=SURPLUS, **options)
    await minutes(site, 5.4)


async def test_a_day_of_sun(site: Site) -> None:
    """Less after two minutes, more after fifteen, and a twentieth is left free."""
    axe = add(site, "axe", target=3000.0)
    await followed(site, 4000)
    await minutes(site, 30)
    assert axe.log == []
    surplus(site, 2000)
    await minutes(site, 1.5)
    assert axe.log == []
    await minutes(site, 1)
    assert axe.log == ["set 1900.0"]
    (told,) = site.get(STATE).attributes["curtailments"]
    assert (told["name"], told["lowered"]) == ("signal", 1)
    assert site.get(STATE).attributes["signal"] == {
        "entity_id": SURPLUS,
        "watts_allowed": 2000,
        "unknown_since": None,
    }
    surplus(site, 2050)
    await minutes(site, 30)
    assert axe.log == ["set 1900.0"]
    surplus(site, 2500)
    await minutes(site, 14)
    assert axe.log == ["set 1900.0"]
    await minutes(site, 2)
    assert axe.log == ["set 1900.0", "set 2300.0"]
    surplus(site, 5)
    await minutes(site, 3)
    assert axe.log[2:] == ["sleep down"]
    surplus(site, 3500)
    await minutes(site, 16)
    assert axe.log[3:] == ["sleep up", "set 3000.0"]
    assert site.state(STATE) == "off"
    assert not any(site.holds)


async def test_whoever_stopped_last_starts_first(site: Site) -> None:
    """The worst stops first and starts last; each change moves as few as can be."""
    bad, good = add(site, "bad", rate=1e14), add(site, "good", rate=2e14)
    await followed(site, 9000)
    surplus(site, 4)
    await minutes(site, 3)
    assert (bad.log, good.log) == (["sleep down"], ["sleep down"])
    surplus(site, 3.4, "kW")
    await minutes(site, 17)
    assert (bad.log, good.log) == (["sleep down"], ["sleep down", "sleep up"])
    surplus(site, 0.1, "MW")
    await minutes(site, 17)
    assert bad.log == ["sleep down", "sleep up"]
    assert good.log == ["sleep down", "sleep up"]


async def test_what_is_let_go_counts_before_it_runs(site: Site) -> None:
    """Less is allowed again before it hashes: it is stopped, and no other in its place."""
    axe = add(site, "axe", asleep=False)
    other = add(site, "other", rate=2e14)
    await followed(site, 4000, signal_less_after=0, signal_more_after=0)
    assert axe.log == ["sleep down"]
    axe.obeys = False
    surplus(site, 7000)
    await minutes(site, 1)
    assert axe.log == ["sleep down", "sleep up"]
    surplus(site, 4000)
    await minutes(site, 1)
    assert other.log == []


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        ("unknown", "W"),
        ("unavailable", "W"),
        ("nan", "W"),
        ("inf", "W"),
        ("much", "W"),
        (0, "°C"),
        (0, None),
    ],
)
async def test_silence_changes_nothing(
    site: Site, value: object, unit: str | None
) -> None:
    """What is in force stands, for as long as it lasts; an issue says so."""
    axe = add(site, "axe", target=3000.0)
    surplus(site, value, unit)
    await site.add_farm(signal_entity_id=SURPLUS)
    await minutes(site, 10)
    assert axe.log == []
    surplus(site, 2000)
    await minutes(site, 3)
    surplus(site, value, unit)
    await minutes(site, 14)
    assert issue(site, "farm_signal_silent") is None
    assert site.get(STATE).attributes["signal"]["unknown_since"] is not None
    await minutes(site, 2)
    found = issue(site, "farm_signal_silent")
    assert found is not None
    assert found.translation_key == "farm_signal_watts_silent"
    assert found.translation_placeholders == {"name": "Site", "entity_id": SURPLUS}
    for _ in range(24):
        await site.later(3600)
    assert axe.log == ["set 1900.0"]
    surplus(site, 4000)
    await minutes(site, 1)
    assert issue(site, "farm_signal_silent") is None
    await minutes(site, 15)
    assert axe.log == ["set 1900.0", "set 3000.0"]


async def test_less_than_nothing_is_nothing(site: Site) -> None:
    """A meter that shows what is drawn from the grid as below 0."""
    axe = add(site, "axe")
    await followed(site, -500)
    assert axe.log == ["sleep down"]


async def test_a_restart_in_the_middle(site: Site) -> None:
    """It goes on as it was; its number is believed after three minutes."""
    axe = add(site, "axe", target=3000.0)
    await followed(site, 2000, signal_more_after=1)
    assert axe.log == ["set 1900.0"]
    surplus(site, 4000)
    await restart(site, axe)
    await minutes(site, 2.5)
    assert axe.log == ["set 1900.0"]
    await minutes(site, 3)
    assert axe.log == ["set 1900.0", "set 3000.0"]


async def test_what_a_human_released(site: Site) -> None:
    """It is not begun again before all was allowed once."""
    axe = add(site, "axe")
    await followed(site, 1000)
    await site.call("release_curtailment", name="signal")
    await minutes(site, 60)
    surplus(site, 500)
    await minutes(site, 10)
    assert axe.log == ["sleep down", "sleep up"]
    surplus(site, 4000)
    await minutes(site, 1)
    surplus(site, 500)
    await minutes(site, 3)
    assert axe.log == ["sleep down", "sleep up", "sleep down"]


async def test_what_a_human_released_a_day_ago(site: Site) -> None:
    """In winter all may never be allowed."""
    axe = add(site, "axe")
    await followed(site, 1000)
    await site.call("release_curtailment", name="signal")
    for _ in range(24):
        await site.later(3600)
    assert axe.log == ["sleep down", "sleep up"]
    await site.later(3600)
    await minutes(site, 4)
    assert axe.log == ["sleep down", "sleep up", "sleep down"]


async def test_one_of_that_name_of_somebody_else(site: Site) -> None:
    """It is theirs: it is neither changed nor ended."""
    axe = add(site, "axe")
    await followed(site, 5000)
    await site.call("curtail", name="signal", confirm=True)
    await minutes(site, 1)
    assert axe.log == ["sleep down"]
    surplus(site, 1000)
    await minutes(site, 5)
    surplus(site, 9000)
    await minutes(site, 20)
    assert axe.log == ["sleep down"]


async def test_a_machine_that_has_to_rest_sleeps_only_where_nothing_else_helps(
    site: Site,
) -> None:
    """It stays as it is while others free enough."""
    axe, other = add(site, "axe", target=3000.0), add(site, "other", rate=2e14)
    await followed(site, 5000, signal_less_after=0, signal_more_after=0)
    assert axe.log == ["set 1700.0"]
    axe.rested = False
    surplus(site, 4000)
    await minutes(site, 1)
    assert (axe.log, other.log) == (["set 1700.0"], ["sleep down"])
    axe.rested = True
    surplus(site, 5000)
    await minutes(site, 2)
    assert other.log == ["sleep down", "sleep up"]


async def test_a_machine_that_somebody_set_stays_theirs(site: Site) -> None:
    """Whatever is allowed, until the curtailment ends."""
    axe = add(site, "axe", target=3000.0)
    await followed(site, 2000)
    axe.polled()
    await minutes(site, 0.5)
    axe.target = 2500.0
    axe.polled()
    await minutes(site, 5)
    assert axe.log == ["set 1900.0"]
    assert axe.target == 2500


@pytest.mark.parametrize("chosen", [{}, {"signal_entity_id": "binary_sensor.grid"}])
async def test_a_number_that_is_given_up_keeps_nothing_down(
    site: Site, chosen: dict[str, Any]
) -> None:
    """Nobody would ever end it."""
    axe = add(site, "axe")
    await followed(site, 1000)
    assert site.entry is not None
    kept = {
        key: each for key, each in site.entry.options.items() if "signal" not in key
    }
    site.hass.config_entries.async_update_entry(site.entry, options={**kept, **chosen})
    await site.hass.config_entries.async_reload("site")
    await minutes(site, 2.5)
    assert axe.log == ["sleep down"]
    await minutes(site, 1)
    assert axe.log == ["sleep down", "sleep up"]
