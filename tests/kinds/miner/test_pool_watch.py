"""A miner that begins to mine for somebody who was not seen before."""

from http import HTTPStatus
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import MinerSnapshot, Pool
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from .conftest import HOST, FakeMiners, set_up, snapshot, tick

EVENT = "event.antminer_s19j_pro_rig01_last_pool_change"
ISSUE = "miner_new_pool_entry1"
OWN, SPARE, THIEF = "pool.example:3333", "spare.example:3333", "thief.example:443"


def mining(address: str, worker: str = "wallet.rig01") -> MinerSnapshot:
    """Return a reading of a miner with two pools that works for one of them."""
    hosts = dict.fromkeys((address, OWN, SPARE))
    pools = tuple(
        Pool(
            id=number,
            url=f"stratum+tcp://user:secret@{host}/path",
            worker=worker if host == address else "wallet.rig01",
            alive=True,
            active=host == address,
        )
        for number, host in enumerate(hosts)
    )
    return snapshot(pools=pools)


def event(hass: HomeAssistant) -> tuple[Any, ...]:
    """Return type and attributes of the last event."""
    state = hass.states.get(EVENT)
    assert state is not None
    return tuple(state.attributes.get(key) for key in ("event_type", "pool", "worker"))


async def polled(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    reading: MinerSnapshot,
) -> None:
    """Let the miner report a reading."""
    miners.answers[HOST] = reading
    await tick(hass, freezer, 31)


async def test_a_pool_that_was_not_seen_before(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    entry: MockConfigEntry,
    issue_registry: ir.IssueRegistry,
) -> None:
    """An event with host and port alone; what was configured at first is no news."""
    miners.answers[HOST] = mining(OWN)
    await set_up(hass, entry)
    await polled(hass, freezer, miners, mining(SPARE))
    await polled(hass, freezer, miners, mining(OWN))
    assert event(hass) == (None, None, None)
    await polled(hass, freezer, miners, mining(THIEF, "thief.1"))
    assert event(hass) == ("pool_changed", THIEF, "thief.1")
    await polled(hass, freezer, miners, mining(OWN, "thief.1"))
    assert event(hass) == ("worker_changed", OWN, "thief.1")
    before = hass.states.get(EVENT)
    await polled(hass, freezer, miners, mining(OWN))
    await polled(hass, freezer, miners, mining(THIEF, "thief.1"))
    assert hass.states.get(EVENT) == before
    assert issue_registry.async_get_issue(DOMAIN, ISSUE) is None


async def test_what_is_known_outlives_a_restart_and_is_bounded(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """It is part of the entry, without the credentials of the URL."""
    miners.answers[HOST] = mining(OWN)
    await set_up(hass, entry)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await polled(hass, freezer, miners, mining(THIEF))
    assert event(hass)[0] == "pool_changed"
    for number in range(100):
        await polled(hass, freezer, miners, mining(OWN, f"w{number}"))
    assert len(entry.data["pools"]) == 32
    assert "secret" not in str(entry.data)


async def test_the_watch_asks_until_the_user_has_answered(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_client: ClientSessionGenerator,
    issue_registry: ir.IssueRegistry,
    miners: FakeMiners,
) -> None:
    """Also after a restart; a miner that goes back answers the question as well."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Antminer S19j Pro rig01",
        data={"kind": "miner", "host": HOST, "port": 4028},
        options={"detail": "standard", "pool_watch": True},
        entry_id="entry1",
    )
    entry.add_to_hass(hass)
    miners.answers[HOST] = mining(OWN)
    await set_up(hass, entry)
    await polled(hass, freezer, miners, mining(THIEF))
    assert issue_registry.async_get_issue(DOMAIN, ISSUE) is not None
    await polled(hass, freezer, miners, mining(OWN))
    assert issue_registry.async_get_issue(DOMAIN, ISSUE) is None
    await polled(hass, freezer, miners, mining("other.example:1", "thief.2"))
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    issue = issue_registry.async_get_issue(DOMAIN, ISSUE)
    assert issue is not None
    assert issue.is_fixable
    assert await async_setup_component(hass, "repairs", {})
    client, url = await hass_client(), "/api/repairs/issues/fix"
    form: dict[str, Any] = await (
        await client.post(url, json={"handler": DOMAIN, "issue_id": ISSUE})
    ).json()
    assert form["description_placeholders"]["pool"] == "other.example:1"
    assert form["description_placeholders"]["worker"] == "thief.2"
    answer = await client.post(f"{url}/{form['flow_id']}", json={})
    assert answer.status == HTTPStatus.OK
    assert (await answer.json())["type"] == "create_entry"
    await polled(hass, freezer, miners, mining("other.example:1", "thief.2"))
    assert issue_registry.async_get_issue(DOMAIN, ISSUE) is None


async def test_diagnostics_name_no_pool(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    miners: FakeMiners,
    entry: MockConfigEntry,
) -> None:
    """They are posted in public."""
    miners.answers[HOST] = mining(OWN)
    await set_up(hass, entry)
    posted = str(await get_diagnostics_for_config_entry(hass, hass_client, entry))
    assert "example" not in posted
    assert "wallet" not in posted
