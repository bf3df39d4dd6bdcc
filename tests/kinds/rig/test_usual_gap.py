"""A rig that finds shares rarely: the limit that suits it is proposed, never imposed."""

import json

from custom_components.mining_farm.const import DOMAIN
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .flowing import answer, check, choose, go
from .watching import Farm


async def work(farm: Farm, minutes: int, times: int) -> None:
    """Let the rig find one share in so many minutes."""
    for _ in range(times):
        farm.alive.add("rig1")
        await farm.after(5)
        farm.dies("rig1")
        await farm.after(minutes - 5)


async def options_text(farm: Farm) -> str:
    """Return what the form of the options says."""
    entry = farm.entries["rig1"]
    form = await farm.hass.config_entries.options.async_init(entry.entry_id)
    check(form, "options")
    shown: str = form["description_placeholders"]["usual"]
    return shown


async def test_a_longer_limit_is_proposed(
    farm: Farm, issue_registry: ir.IssueRegistry
) -> None:
    """Four times the longest usual gap; the option stays as it is until the user acts."""
    await farm.add("rig1", armed=False)
    assert await options_text(farm) == ""
    await work(farm, 20, 7)
    issue = issue_registry.async_get_issue(DOMAIN, "rig_short_limit_rig1")
    assert issue is not None
    assert issue.translation_placeholders is not None
    proposed = issue.translation_placeholders["proposed"]
    assert 80 <= int(proposed) <= 100
    assert issue.translation_placeholders["limit"] == "10"
    assert f"{proposed} min" in await options_text(farm)
    assert "time_until_offline" not in farm.entries["rig1"].options
    # What was learned outlives a restart, and a limit that suits ends the proposal.
    farm.hass.config_entries.async_update_entry(
        farm.entries["rig1"], options={"time_until_offline": int(proposed)}
    )
    await farm.hass.config_entries.async_reload("rig1")
    await farm.after(1)
    assert issue_registry.async_get_issue(DOMAIN, "rig_short_limit_rig1") is None
    assert proposed in await options_text(farm)


async def test_a_rig_with_many_shares_learns_nothing(
    farm: Farm, issue_registry: ir.IssueRegistry
) -> None:
    """And nothing is written to the disk for it."""
    await farm.add("rig1", armed=False)
    await farm.after(60)
    assert json.dumps(farm.entries["rig1"].runtime_data.power.memory.gaps) == "[]"
    assert issue_registry.async_get_issue(DOMAIN, "rig_short_limit_rig1") is None


async def policy_text(farm: Farm, pool: str, **account: object) -> str:
    """Return what the policy step of a new rig says."""
    form = await choose(farm.hass, "rig")
    form = await answer(farm.hass, form, status_api=pool)
    form = await answer(farm.hass, form, wallet="0xwallet", **account)
    form = await answer(farm.hass, form, worker_name="rig2")
    form = await go(farm.hass, form, "rig_no_outlet")
    assert form["step_id"] == "rig_policy"
    assert form["description_placeholders"] is not None
    return form["description_placeholders"]["usual"]


async def test_what_a_rig_of_the_same_pool_has_learned_is_shown_for_a_new_one(
    farm: Farm,
) -> None:
    """As a text: the values proposed stay those of the pool."""
    await farm.add("rig1", armed=False)
    account = {"coin": "rvn", "advanced": {}}
    farm.shares["rig2"] = dt_util.utcnow()
    assert await policy_text(farm, "2miners", **account) == ""
    await work(farm, 20, 7)
    shown = await policy_text(farm, "2miners", **account)
    assert "rig1, at the same pool" in shown
    assert "min suits it" in shown
    other = {"coin": "etc", "advanced": {}}
    assert await policy_text(farm, "2miners", **other) == ""


async def test_at_a_solo_pool_a_new_rig_is_said_to_need_more(farm: Farm) -> None:
    """What suits it is known only once gaps were seen."""
    farm.shares["rig2"] = dt_util.utcnow()
    assert "five gaps" in await policy_text(farm, "ckpool", advanced={})
