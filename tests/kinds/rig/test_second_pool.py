"""A rig with two pool accounts: what either of them sees of it counts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.pools import (
    AccountReport,
    Outcome,
    WorkerReport,
)
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .watching import SECOND, FakeOutlet, Farm


def answered(outcome: Outcome, share_ago: float | None = None) -> AccountReport:
    """Return an answer of the second pool, with the rig's last share so many min ago."""
    now = dt_util.utcnow()
    workers: tuple[WorkerReport, ...] = ()
    if share_ago is not None:
        share = now - timedelta(minutes=share_ago)
        workers = (WorkerReport(name="rig1", last_share=share),)
    return AccountReport(outcome=outcome, at=now, workers=workers)


async def add(farm: Farm, second: AccountReport) -> FakeOutlet:
    """Add an armed rig that works at its first account."""
    farm.second = second
    outlet = await farm.add("rig1", second_pool=SECOND)
    await farm.after(6)
    return outlet


async def test_a_rig_that_mines_at_its_second_account_is_online(farm: Farm) -> None:
    """It has changed to its backup pool: no cut, and the share seen there is its last."""
    outlet = await add(farm, answered(Outcome.EMPTY))
    farm.dies("rig1")
    for _ in range(8):
        farm.second = answered(Outcome.WORKER, 1)
        await farm.after(5)
    assert outlet.log == []
    assert farm.state("binary_sensor.rig1_online") == "on"
    assert farm.state("sensor.rig1_reason") == "pool_sees_shares"
    seen = dt_util.parse_datetime(
        farm.entries["rig1"].runtime_data.describe()["last_share"]
    )
    assert seen is not None
    assert dt_util.utcnow() - seen < timedelta(minutes=10)


async def test_silence_at_both_accounts_is_a_hang(farm: Farm) -> None:
    """Neither sees a share for the set time."""
    outlet = await add(farm, answered(Outcome.WORKER, 1))
    farm.dies("rig1")
    await farm.after(30)
    assert outlet.log[:2] == ["off", "on"]


@pytest.mark.parametrize("outcome", [Outcome.EMPTY, Outcome.ACCOUNT_UNKNOWN])
async def test_a_backup_that_was_never_used_protects_nothing(
    farm: Farm, outcome: Outcome
) -> None:
    """Its pool has no workers, or does not know the account: the first one counts."""
    outlet = await add(farm, answered(outcome))
    farm.dies("rig1")
    await farm.after(16)
    assert outlet.log == ["off", "on"]


@pytest.mark.parametrize(
    "outcome", [Outcome.UNREACHABLE, Outcome.RATE_LIMITED, Outcome.AUTH]
)
async def test_a_second_pool_that_does_not_answer_holds(
    farm: Farm, outcome: Outcome
) -> None:
    """The rig may be mining there."""
    outlet = await add(farm, answered(outcome))
    farm.dies("rig1")
    await farm.after(40)
    assert outlet.log == []
    assert farm.state("sensor.rig1_reason") == "no_pool_verdict"


async def test_an_empty_list_where_it_worked_lately_holds(farm: Farm) -> None:
    """Also after a reload: a list that was lost is no reason for a cut; a day later it is."""
    outlet = await add(farm, answered(Outcome.WORKER, 1))
    farm.dies("rig1")
    farm.second = answered(Outcome.EMPTY)
    await farm.hass.config_entries.async_reload("rig1")
    await farm.after(40)
    assert outlet.log == []
    farm.freezer.tick(timedelta(hours=24))
    await farm.after(30)
    assert outlet.log[:2] == ["off", "on"]


async def test_a_second_pool_that_comes_back_brings_a_pause(farm: Farm) -> None:
    """The rig has ten minutes to find it again."""
    outlet = await add(farm, answered(Outcome.EMPTY))
    farm.dies("rig1")
    farm.second = answered(Outcome.WORKER, 1)
    await farm.after(6)
    farm.second = answered(Outcome.UNREACHABLE)
    await farm.after(30)
    farm.second = answered(Outcome.WORKER, 35)
    await farm.after(8)
    assert outlet.log == []
    await farm.after(20)
    assert outlet.log[:2] == ["off", "on"]


async def test_both_pools_are_asked_before_a_cut(farm: Farm) -> None:
    """What the second one says at that moment prevents it."""
    outlet = await add(farm, answered(Outcome.WORKER, 1))
    rig = farm.entries["rig1"].runtime_data
    first, second = rig.witnesses.first, rig.witnesses.second
    # The answers of the two are not of the same moment.
    assert farm.second_last is not None
    older = farm.second_last.at - timedelta(seconds=150)
    farm.second_last = replace(farm.second_last, at=older)
    asked: list[timedelta] = []
    ask = second.async_ask

    async def async_ask(max_age: timedelta, **known: object) -> None:
        asked.append(max_age)
        if not max_age:
            farm.second = answered(Outcome.WORKER, 0)
        await ask(max_age, **known)

    second.async_ask = async_ask
    farm.dies("rig1")
    await farm.after(18)
    assert timedelta(0) in asked
    assert outlet.log == []
    assert not first.says_online


async def test_a_second_pool_that_is_gone_for_a_day_is_reported(farm: Farm) -> None:
    """And withdrawn when it answers again."""
    await add(farm, answered(Outcome.UNREACHABLE))
    issues = ir.async_get(farm.hass)
    issue = (DOMAIN, "rig_second_pool_gone_rig1")
    farm.freezer.tick(timedelta(hours=24))
    await farm.after(6)
    assert [each for each in issues.issues if "second_pool" in each[1]] == [issue]
    farm.second = answered(Outcome.WORKER, 1)
    await farm.after(6)
    assert not [each for each in issues.issues if "second_pool" in each[1]]


async def test_a_refused_token_of_the_second_account(farm: Farm) -> None:
    """It is asked for, for that account."""
    await add(farm, answered(Outcome.AUTH))
    flow = farm.hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert [each["step_id"] for each in flow] == ["rig_reauth_pool"]
    form = await farm.hass.config_entries.flow.async_configure(flow[0]["flow_id"])
    assert form["description_placeholders"]["pool"] == "F2Pool"
