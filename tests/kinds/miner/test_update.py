"""Newer firmware, where the device itself says that there is some."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import (
    async_identify,
    registry,
)
from custom_components.mining_farm.engines.edge_collector.drivers.braiins_graphql.driver import (
    UPGRADE_POLLS,
    UPGRADE_RETRY_POLLS,
    GraphQlReader,
    latest_of,
)
from custom_components.mining_farm.kinds.miner.stored import entry_data
from homeassistant.components.update import UpdateEntityFeature
from homeassistant.helpers import entity_registry as er
from simulators.makes.braiins import BraiinsGraphQl

from .axes import Axes

FIRMWARE = "update.rack_firmware"
INSTALLED = "2025-04-07-0-424f9a7f-25.03-plus"


@pytest.fixture
async def miner(axes: Axes, monkeypatch: pytest.MonkeyPatch) -> BraiinsGraphQl:
    """Start a Braiins OS, and add its entry."""
    drivers = tuple(each for each in registry.DRIVERS if each.name == "braiins_graphql")
    monkeypatch.setattr(registry, "DRIVERS", drivers)
    return await axes.stack.enter_async_context(BraiinsGraphQl(clock=axes.clock))


async def add(axes: Axes, miner: BraiinsGraphQl) -> None:
    """Add the entry of a miner, and let it be polled a second time."""
    found = await async_identify(miner.host, miner.port)
    assert not any("checkForUpgrade" in query for query in queries(miner))
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Rack",
        data=entry_data(miner.host, found),
        options={"detail": "standard"},
        entry_id="rack",
    )
    entry.add_to_hass(axes.hass)
    await axes.hass.config_entries.async_setup(entry.entry_id)
    await axes.settle()
    assert axes.hass.states.get(FIRMWARE) is None
    await axes.after(31)


def queries(miner: BraiinsGraphQl) -> list[str]:
    """Return what was asked."""
    return [asked.json["query"] for asked in miner.requests if asked.json]


async def test_newer_firmware_is_shown_and_cannot_be_installed_from_here(
    axes: Axes, miner: BraiinsGraphQl
) -> None:
    """What may lock a machine for good is done at the machine."""
    miner.upgrade = "25.05.1"
    await add(axes, miner)
    state = axes.get(FIRMWARE)
    assert state.state == "on"
    assert state.attributes["installed_version"] == INSTALLED
    assert state.attributes["latest_version"] == "25.05.1"
    assert state.attributes["supported_features"] == UpdateEntityFeature(0)
    entry = er.async_get(axes.hass).async_get(FIRMWARE)
    assert entry is not None
    assert (entry.translation_key, entry.disabled_by) == ("miner_firmware", None)


async def test_without_newer_firmware_it_is_up_to_date(
    axes: Axes, miner: BraiinsGraphQl
) -> None:
    """The device has asked its maker; a silent miner says nothing of it any more."""
    await add(axes, miner)
    assert axes.state(FIRMWARE) == "off"
    miner.refuse()
    for _ in range(5):
        await axes.after(31)
    assert axes.state(FIRMWARE) == "unavailable"


async def test_a_device_that_cannot_ask_its_maker_has_no_update(
    axes: Axes, miner: BraiinsGraphQl
) -> None:
    """Not to know is not to be up to date."""
    miner.knows_maker = False
    await add(axes, miner)
    assert axes.hass.states.get(FIRMWARE) is None


async def test_the_device_is_asked_once_a_day_and_after_an_hour_where_it_failed(
    axes: Axes, miner: BraiinsGraphQl
) -> None:
    """Each time it asks its maker over the internet."""
    reader = registry.create_reader(miner.host, miner.port, driver="braiins_graphql")
    assert isinstance(reader, GraphQlReader)
    miner.knows_maker = False

    async def polls_until_asked() -> int:
        miner.requests.clear()
        for polls in range(1, UPGRADE_POLLS + 3):
            await reader.async_poll()
            if any("checkForUpgrade" in query for query in queries(miner)):
                return polls
            miner.requests.clear()
        raise AssertionError

    assert await polls_until_asked() == 2
    miner.knows_maker = True
    assert await polls_until_asked() == UPGRADE_RETRY_POLLS + 1
    assert (await reader.async_poll()).latest_firmware == INSTALLED


@pytest.mark.parametrize(
    ("data", "latest"),
    [
        ({"bos": {"checkForUpgrade": None}}, INSTALLED),
        ({"bos": {"checkForUpgrade": {"version": "25.05"}}}, "25.05"),
        ({"bos": {"checkForUpgrade": {"version": "25.03"}}}, INSTALLED),
        ({"bos": {"checkForUpgrade": {"version": INSTALLED}}}, INSTALLED),
        ({"bos": {"checkForUpgrade": {"message": "no feed"}}}, None),
        ({"bos": {"checkForUpgrade": {"version": 7}}}, None),
        ({"bos": {}}, None),
        ({"bos": None}, None),
    ],
)
def test_what_an_answer_means(data: Any, latest: str | None) -> None:
    """The version that runs is no update, by whichever of its names."""
    assert latest_of(data, INSTALLED) == latest
