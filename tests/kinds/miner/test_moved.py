"""A miner that is reported at another address, on real sockets: it moves by proof alone."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.mining_farm.common.members import MinerFacts, async_facts
from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import async_identify
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer import client
from custom_components.mining_farm.kinds.miner.stored import entry_data
from homeassistant.config_entries import SOURCE_DHCP
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.setup import async_setup_component
from simulators.antminer import AntminerSimulator

HERE, THERE = "127.77.0.1", "127.77.0.2"
PACKET_MAC = "02aabbccddee"
STORED_MAC = "02:aa:bb:cc:dd:ee"
WITH_SERIAL, WITHOUT = "s19jpro", "s9"
"""Models: one reports its serial number, one neither that nor its MAC."""


@dataclass
class Net:
    """Miners at addresses of one network, and the entry of the first."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    stack: AsyncExitStack
    port: int = 0
    running: dict[str, AntminerSimulator] = field(default_factory=dict)

    async def start(self, host: str, model: str, seed: int = 1) -> None:
        """Let a miner answer at an address; the same seed is the same machine."""
        miner = AntminerSimulator(model, host, self.port, seed=seed)
        self.running[host] = await self.stack.enter_async_context(miner)
        self.port = miner.port

    async def stop(self, host: str) -> None:
        """Let nothing answer at an address."""
        await self.running.pop(host).stop()

    async def add(self) -> MockConfigEntry:
        """Add and load the entry of the miner at the first address."""
        found = await async_identify(HERE, self.port)
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="Rig 1",
            data={**entry_data(HERE, found), "mac": STORED_MAC},
            unique_id=STORED_MAC,
            options={"detail": "standard"},
            entry_id="miner1",
        )
        entry.add_to_hass(self.hass)
        await self.hass.config_entries.async_setup(entry.entry_id)
        await self.hass.async_block_till_done(wait_background_tasks=True)
        return entry

    async def packet(self, host: str) -> None:
        """Receive a DHCP request that reports the miner's MAC at an address."""
        await self.hass.config_entries.flow.async_init(
            DOMAIN,
            context={"source": SOURCE_DHCP},
            data=DhcpServiceInfo(ip=host, hostname="antminer", macaddress=PACKET_MAC),
        )
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def polls(self, count: int = 1) -> None:
        """Let that many polls pass."""
        for _ in range(count):
            self.freezer.tick(timedelta(seconds=31))
            async_fire_time_changed(self.hass)
            await self.hass.async_block_till_done(wait_background_tasks=True)

    def facts(self) -> MinerFacts:
        """Return what other entries know of the miner."""
        facts = async_facts(self.hass, "miner1")
        assert isinstance(facts, MinerFacts)
        return facts

    def issue(self, key: str) -> ir.IssueEntry | None:
        """Return an issue about the miner."""
        return ir.async_get(self.hass).async_get_issue(DOMAIN, f"{key}_miner1")


class Dialog:
    """The fix flow of a miner that may have moved, as a browser goes through it."""

    URL = "/api/repairs/issues/fix"

    def __init__(self, hass: HomeAssistant, client: ClientSessionGenerator) -> None:
        """Take what makes a client."""
        self._hass = hass
        self._client = client
        self._flow_id = ""

    async def open(self) -> dict[str, Any]:
        """Choose the issue."""
        assert await async_setup_component(self._hass, "repairs", {})
        issue = {"handler": DOMAIN, "issue_id": "miner_moved_miner1"}
        form = await self._post(self.URL, issue)
        self._flow_id = form["flow_id"]
        return form

    async def submit(self) -> dict[str, Any]:
        """Say that it is the miner."""
        return await self._post(f"{self.URL}/{self._flow_id}", {})

    async def _post(self, url: str, json: dict[str, str]) -> dict[str, Any]:
        response = await (await self._client()).post(url, json=json)
        assert response.status == HTTPStatus.OK
        answer: dict[str, Any] = await response.json()
        await self._hass.async_block_till_done(wait_background_tasks=True)
        return answer


@pytest.fixture
async def net(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loopback: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Net]:
    """Return a network; what is in it is unloaded and stopped at the end."""
    monkeypatch.setattr(client, "_FIRST_BACK_OFF_S", 0)
    async with AsyncExitStack() as stack:
        yield Net(hass, freezer, stack)
        for entry in hass.config_entries.async_loaded_entries(DOMAIN):
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parametrize("there", ["nothing", "a stranger", "one that proves nothing"])
@pytest.mark.parametrize("model", [WITH_SERIAL, WITHOUT])
async def test_one_packet_moves_no_miner_that_answers(
    net: Net, model: str, there: str
) -> None:
    """Whatever is at the address of the packet: the live miner is polled as before."""
    await net.start(HERE, model)
    entry = await net.add()
    if there == "a stranger":
        await net.start(THERE, WITH_SERIAL, seed=2)
    elif there == "one that proves nothing":
        await net.start(THERE, WITHOUT, seed=2)
    await net.packet(THERE)
    asked = net.running[HERE].traffic.connections
    await net.polls(5)
    assert entry.data["host"] == HERE
    assert net.running[HERE].traffic.connections > asked
    assert net.facts().fresh
    assert not net.facts().identity_in_doubt
    assert net.issue("miner_moved") is None


async def test_a_miner_that_proves_who_it_is_is_followed(net: Net) -> None:
    """By the serial number that it reports itself."""
    await net.start(HERE, WITH_SERIAL)
    entry = await net.add()
    await net.stop(HERE)
    await net.start(THERE, WITH_SERIAL)
    await net.packet(THERE)
    assert entry.data["host"] == THERE
    await net.polls()
    assert net.facts().fresh


async def test_a_miner_that_still_boots_is_followed_once_it_answers(net: Net) -> None:
    """It asks for its address minutes before; its silence at the old one is no evidence."""
    await net.start(HERE, WITH_SERIAL)
    entry = await net.add()
    await net.stop(HERE)
    await net.packet(THERE)
    await net.polls(5)
    assert entry.data["host"] == HERE
    assert (net.facts().fresh, net.facts().identity_in_doubt) == (False, True)
    await net.start(THERE, WITH_SERIAL)
    await net.polls(2)
    assert entry.data["host"] == THERE
    assert (net.facts().fresh, net.facts().identity_in_doubt) == (True, False)


async def test_a_stranger_at_the_new_address_is_not_followed(net: Net) -> None:
    """Its serial number is another one: the miner is where it was, and is off."""
    await net.start(HERE, WITH_SERIAL)
    entry = await net.add()
    await net.stop(HERE)
    await net.packet(THERE)
    await net.start(THERE, WITH_SERIAL, seed=2)
    await net.polls(5)
    assert entry.data["host"] == HERE
    assert (net.facts().fresh, net.facts().identity_in_doubt) == (False, False)
    assert net.issue("miner_moved") is None


async def test_a_miner_that_proves_nothing_needs_a_human(
    net: Net, hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> None:
    """A repair asks; until then nothing that it shows or hides is evidence for a rig."""
    await net.start(HERE, WITHOUT)
    entry = await net.add()
    await net.stop(HERE)
    await net.start(THERE, WITHOUT)
    await net.packet(THERE)
    await net.polls(5)
    assert entry.data["host"] == HERE
    assert net.facts().identity_in_doubt
    issue = net.issue("miner_moved")
    assert issue is not None
    assert issue.is_fixable
    dialog = Dialog(hass, hass_client)
    form = await dialog.open()
    assert form["description_placeholders"] == {"name": "Rig 1", "host": THERE}
    await net.stop(THERE)
    form = await dialog.submit()
    assert form["errors"] == {"base": "silent"}
    await net.start(THERE, WITH_SERIAL, seed=2)
    form = await dialog.submit()
    assert form["type"] == "create_entry"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data["host"] == THERE
    assert net.issue("miner_moved") is None


async def test_the_question_ends_when_the_miner_answers_at_its_address(
    net: Net, hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> None:
    """It had only been off; a dialog that is open by then says so."""
    await net.start(HERE, WITHOUT)
    entry = await net.add()
    await net.stop(HERE)
    await net.start(THERE, WITHOUT, seed=2)
    await net.packet(THERE)
    await net.polls(4)
    dialog = Dialog(hass, hass_client)
    await dialog.open()
    await net.start(HERE, WITHOUT)
    await net.polls(2)
    assert net.issue("miner_moved") is None
    assert not net.facts().identity_in_doubt
    ended = await dialog.submit()
    assert (ended["type"], ended["reason"]) == ("abort", "settled")
    assert entry.data["host"] == HERE


async def test_the_fix_refuses_a_miner_that_reports_another_serial_number(
    net: Net, hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> None:
    """It took the place of the one that reported nothing, while the user was reading."""
    await net.start(HERE, WITH_SERIAL)
    entry = await net.add()
    await net.stop(HERE)
    await net.start(THERE, WITHOUT, seed=2)
    await net.packet(THERE)
    await net.polls(4)
    dialog = Dialog(hass, hass_client)
    await dialog.open()
    await net.stop(THERE)
    await net.start(THERE, WITH_SERIAL, seed=2)
    form = await dialog.submit()
    assert form["errors"] == {"base": "another_miner"}
    assert entry.data["host"] == HERE


async def test_a_stranger_at_the_stored_address(net: Net, hass: HomeAssistant) -> None:
    """At once nothing is shown, a rig has no witness, and an issue names what is there."""
    await net.start(HERE, WITH_SERIAL)
    await net.add()
    await net.stop(HERE)
    await net.start(HERE, WITH_SERIAL, seed=2)
    await net.polls(2)
    shown: Any = hass.states.get("sensor.rig_1_hashrate")
    assert shown.state == "unavailable"
    assert net.facts().identity_in_doubt
    issue = net.issue("another_miner")
    assert issue is not None
    assert issue.translation_placeholders is not None
    serial = net.running[HERE].identity.serial
    assert issue.translation_placeholders["host"] == HERE
    assert serial in issue.translation_placeholders["another"]
    await net.stop(HERE)
    await net.start(HERE, WITH_SERIAL)
    await net.polls(2)
    assert not net.facts().identity_in_doubt
    assert net.facts().hashing
    assert net.issue("another_miner") is None


async def test_two_miners_that_changed_addresses(net: Net) -> None:
    """A stranger answers at the stored address, the miner proves itself at the new one."""
    await net.start(HERE, WITH_SERIAL)
    entry = await net.add()
    await net.packet(THERE)
    await net.stop(HERE)
    await net.start(HERE, WITH_SERIAL, seed=2)
    await net.start(THERE, WITH_SERIAL)
    await net.polls(2)
    assert entry.data["host"] == THERE
    assert net.facts().fresh
