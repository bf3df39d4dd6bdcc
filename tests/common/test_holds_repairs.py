"""What a human says about holds that cannot be read, or are of long ago."""

from pathlib import Path
from typing import Any

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.repairs import async_create_fix_flow
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir

from .machinery import FakeMachine, House


async def choose(house: House, issue_id: str, step: str) -> None:
    """Go through the fix flow of an issue, as its user does."""
    assert ir.async_get(house.hass).async_get_issue(DOMAIN, issue_id) is not None
    flow: Any = await async_create_fix_flow(house.hass, issue_id, None)
    flow.hass = house.hass
    menu = await flow.async_step_init()
    assert menu["type"] is FlowResultType.MENU
    assert step in menu["menu_options"]
    done = await getattr(flow, f"async_step_{step}")()
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await house.settle()
    assert ir.async_get(house.hass).async_get_issue(DOMAIN, issue_id) is None


async def with_old_holds(house: House) -> FakeMachine:
    """Return a machine that is awake under a hold of yesterday's."""
    axe = house.add()
    await house.place("axe")
    axe.leave()
    axe.asleep = False
    axe.log.clear()
    await house.end()
    house.freezer.tick(25 * 3600)
    await house.start()
    axe.join()
    await house.settle()
    return axe


async def test_holds_that_cannot_be_read(house: House, tmp_path: Path) -> None:
    """Until somebody has looked nothing is started; then it goes on without them."""
    axe = house.add()
    await house.place("axe")
    axe.leave()
    for name in ("holds", "holds.2"):
        (tmp_path / f".storage/mining_farm.{name}").write_text("{")
    await house.start()
    axe.join()
    await choose(house, "holds_lost", "go_on")
    assert not house.holds.lost
    await house.start()
    assert not house.holds.lost


async def test_old_holds_that_are_true(house: House) -> None:
    """The machine is put down again."""
    axe = await with_old_holds(house)
    assert axe.log == []
    await choose(house, "holds_old", "put_down")
    assert axe.log == ["sleep down"]


async def test_old_holds_that_are_not(house: House) -> None:
    """They are forgotten, and the machine is left as it is."""
    axe = await with_old_holds(house)
    await choose(house, "holds_old", "let_go")
    assert axe.log == []
    assert not list(house.holds)


async def test_a_machine_that_is_down_after_all(house: House) -> None:
    """What is as its hold says needs no human."""
    axe = await with_old_holds(house)
    axe.asleep = True
    axe.polled()
    await house.settle()
    assert house.holds.doubted == set()
    assert ir.async_get(house.hass).async_get_issue(DOMAIN, "holds_old") is None
