"""What is posted with an issue is all that helps, and no secret."""

from datetime import timedelta
import json
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.common.power_switch import CONF_SWITCH_ENTITY
from custom_components.mining_farm.const import CONF_MINER_ENTRY
from custom_components.mining_farm.diagnostics import async_get_config_entry_diagnostics
from custom_components.mining_farm.engines.pools import Outcome
from custom_components.mining_farm.kinds.rig import const
from homeassistant.components.diagnostics import REDACTED
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .watching import Farm

SECRET = "planted"
SECRETS: dict[str, Any] = {
    const.CONF_ACCOUNT: f"0x{SECRET}-wallet",
    const.CONF_TOKEN: f"{SECRET}-token",
    const.CONF_BASE_URL: f"https://{SECRET}-host/api",
    const.CONF_WORKER: f"{SECRET}-worker",
    const.CONF_KASA_HOST: f"{SECRET}-plug",
    const.CONF_KASA_DEVICE_ID: f"{SECRET}-device",
    const.CONF_KASA_OUTLET_ID: f"{SECRET}-outlet",
    const.CONF_KASA_CREDENTIALS_HASH: f"{SECRET}-hash",
    CONF_SWITCH_ENTITY: f"switch.{SECRET}",
    CONF_MINER_ENTRY: f"{SECRET}-miner",
    const.CONF_FIRST_STEP: f"button.{SECRET}",
    const.CONF_POWER_SENSOR: f"sensor.{SECRET}",
}
OPEN = {
    const.CONF_POOL,
    # Its own fields are the same as those of the first account.
    const.CONF_SECOND_POOL,
    const.CONF_COIN,
    const.CONF_OUTLET,
    const.CONF_KASA_MEASURES,
    const.CONF_KASA_CONNECTION,
    const.CONF_ON_DELAY,
    const.CONF_TIME_UNTIL_OFFLINE,
    const.CONF_TIME_UNTIL_OFFLINE_LOCAL,
    const.CONF_TIME_UNTIL_ELSEWHERE,
    const.CONF_CHECK_FREQUENCY,
    const.CONF_CHECK_COOLDOWN,
    const.CONF_MAX_RESTARTS,
    const.CONF_NO_DRAW_BELOW,
    const.CONF_MAX_PER_DAY,
    const.CONF_DRAW_IS_EVIDENCE,
    const.CONF_REPEAT_ON_SILENCE,
    const.CONF_FIRST_STEP_WAIT,
    const.CONF_MINER_STEPS,
    const.CONF_RESTART_MINING_WAIT,
    const.CONF_REBOOT_WAIT,
    const.CONF_ARMED,
}
"""Fields that help and identify no user."""


async def diagnose(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, Any]:
    """Return the diagnostics as they are saved, with no secret in them."""
    shown = await async_get_config_entry_diagnostics(hass, entry)
    assert SECRET not in json.dumps(shown)
    return shown


def test_every_field_is_either_open_or_planted() -> None:
    """A field that comes later is thought about."""
    fields = {value for name, value in vars(const).items() if name.startswith("CONF_")}
    shared = {CONF_SWITCH_ENTITY, CONF_MINER_ENTRY}
    assert fields | shared == OPEN | set(SECRETS)
    assert not OPEN & set(SECRETS)


async def test_a_rig_that_works(farm: Farm) -> None:
    """Everything stored is shown or redacted; evidence, decision and memory are included."""
    name = SECRETS[const.CONF_WORKER]
    await farm.add(name, **SECRETS, kasa_measures=True)
    farm.alive.add(f"{SECRETS[const.CONF_ACCOUNT]}.neighbour")
    await farm.after(6)
    entry = farm.entries[name]
    shown = await diagnose(farm.hass, entry)
    assert set(shown["data"]) == set(entry.data)
    for key in SECRETS:
        assert shown["data"][key] == REDACTED
    assert shown["data"]["status_api"] == "2miners"
    assert shown["data"]["kasa_measures"] is True
    assert shown["options"] == {"armed": True}
    assert shown["fresh"] is True
    assert (shown["state"], shown["reason"]) == ("online", "pool_sees_shares")
    assert shown["evidence"]["pool_verdict"] == "online"
    assert shown["evidence"]["outlet"] == "on"
    assert shown["memory"]["seen"] is True
    assert shown["memory"]["intent"] is None
    assert shown["pool"]["outcome"] == "worker"
    assert shown["pool"]["workers"] == 2
    assert shown["pool"]["worker"]["hashrate_hs"] == 62.5e6
    assert shown["pool"]["worker"]["resolution"] == 1
    assert shown["pool_health"]["out_since"] is None
    assert shown["blind"] is False
    assert shown["quiet_start"] is False


async def test_a_second_account(farm: Farm) -> None:
    """Its fields are redacted like those of the first; its last answer is included."""
    name = SECRETS[const.CONF_WORKER]
    second = {
        "status_api": "f2pool",
        "coin": "bitcoin",
        const.CONF_ACCOUNT: f"{SECRET}-user",
        const.CONF_TOKEN: f"{SECRET}-second-token",
        const.CONF_BASE_URL: f"https://{SECRET}-second/api",
        const.CONF_WORKER: name,
    }
    await farm.add(name, second_pool=second)
    await farm.after(6)
    shown = await diagnose(farm.hass, farm.entries[name])
    assert shown["data"]["second_pool"]["status_api"] == "f2pool"
    assert shown["data"]["second_pool"]["token"] == REDACTED
    assert shown["second_pool"]["outcome"] == "worker"
    assert shown["evidence"]["second_pool_verdict"] == "online"


async def test_a_pool_outage(farm: Farm) -> None:
    """The diagnostics of each of its rigs say since when the pool is out."""
    for number in (1, 2, 3):
        await farm.add(f"rig{number}")
    await farm.after(10)
    farm.alive.clear()
    await farm.after(30)
    shown = await diagnose(farm.hass, farm.entries["rig2"])
    assert shown["reason"] == "pool_outage"
    since = dt_util.parse_datetime(shown["pool_health"]["out_since"])
    assert since is not None
    assert timedelta(0) < dt_util.utcnow() - since < timedelta(minutes=30)


async def test_a_pool_that_does_not_answer(farm: Farm) -> None:
    """The first poll found no pool: there is no worker, and nothing fails."""
    farm.outcome = Outcome.UNREACHABLE
    await farm.add("rig1", outlet="none")
    shown = await diagnose(farm.hass, farm.entries["rig1"])
    assert shown["pool"]["outcome"] == "unreachable"
    assert shown["pool"]["worker"] is None
    assert shown["outlet"] is None
