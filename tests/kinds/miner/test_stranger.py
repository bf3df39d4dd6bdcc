"""A miner's password is sent to that miner alone, whoever answers at its address."""

from dataclasses import replace
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.edge_collector import MinerSnapshot, registry
from custom_components.mining_farm.kinds.miner.stored import entry_data
from custom_components.mining_farm.kinds.miner.whereabouts import recognises
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowContext,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from simulators.antminer import AntminerSimulator
from simulators.makes.machine import Machine
from simulators.makes.vnish import Vnish
from tests.engines.edge_collector.makes import MAKES, Makes

from .axes import Axes
from .conftest import DRIVERS
from .pages import Pages
from .test_passwords import MINING, add, allow, enter

STATUS = "sensor.antminer_s19j_pro_miner_status"


@pytest.fixture
def pages(axes: Axes, monkeypatch: pytest.MonkeyPatch) -> Pages:
    """Return a place for Antminers."""
    return Pages(axes, monkeypatch)


async def controlled(pages: Pages) -> tuple[AntminerSimulator, ConfigEntry]:
    """Add a miner, and give its password."""
    miner = await pages.start()
    entry = await add(pages, miner)
    await enter(pages, await allow(pages, entry), "root")
    return miner, entry


async def replaced(
    pages: Pages, miner: AntminerSimulator, model: str, seed: int
) -> AntminerSimulator:
    """Let another machine answer at the address of a miner."""
    await miner.stop()
    return await pages.axes.stack.enter_async_context(
        AntminerSimulator(
            model,
            miner.host,
            miner.port,
            clock=pages.axes.clock,
            web_port=pages.port,
            uptime=86_400.0,
            seed=seed,
        )
    )


async def nameless(pages: Pages, entry: ConfigEntry) -> None:
    """Let the miner be one that was never seen to report a MAC or serial number."""
    profile = {**entry.data["profile"], "mac": None, "hardware_id": None}
    data = {**entry.data, "profile": profile, "mac": None}
    entries = pages.axes.hass.config_entries
    assert await entries.async_unload(entry.entry_id)
    entries.async_update_entry(entry, data=data, unique_id=None)


def issue(pages: Pages, entry: ConfigEntry) -> ir.IssueEntry | None:
    """Return the repair that names what answers in the miner's place."""
    registry = ir.async_get(pages.axes.hass)
    return registry.async_get_issue(DOMAIN, f"another_miner_{entry.entry_id}")


async def test_a_poll_sends_no_password_to_a_machine_with_another_serial_number(
    pages: Pages,
) -> None:
    """It is named in a repair; its readings are none of the miner's."""
    miner, entry = await controlled(pages)
    stranger = await replaced(pages, miner, "s19jpro", seed=77)
    for _ in range(3):
        await pages.axes.after(31)
    assert stranger.web.proofs == 0
    assert pages.axes.state(STATUS) == "offline"
    assert issue(pages, entry) is not None
    flows = pages.axes.hass.config_entries.flow
    assert not flows.async_progress()


async def test_an_order_sends_no_password_to_a_machine_that_came_since_the_last_poll(
    pages: Pages,
) -> None:
    """What answers is read before each order."""
    miner, _ = await controlled(pages)
    stranger = await replaced(pages, miner, "s19jpro", seed=77)
    with pytest.raises(HomeAssistantError) as caught:
        await pages.axes.call("switch", "turn_off", MINING)
    assert caught.value.translation_key == "miner_command_no_answer"
    assert caught.value.translation_placeholders is not None
    assert "another miner" in caught.value.translation_placeholders["detail"]
    assert stranger.web.proofs == 0


async def test_a_machine_that_does_not_tell_who_it_is_has_to_be_of_the_same_model(
    pages: Pages,
) -> None:
    """Else it is another one; the model that is stored stays that of the miner."""
    miner, entry = await controlled(pages)
    await nameless(pages, entry)
    stranger = await replaced(pages, miner, "s21", seed=77)
    await pages.axes.hass.config_entries.async_setup(entry.entry_id)
    for _ in range(3):
        await pages.axes.after(31)
    assert stranger.web.proofs == 0
    assert entry.data["profile"]["model"] == "Antminer S19j Pro"
    found = issue(pages, entry)
    assert found is not None
    assert found.translation_placeholders is not None
    assert "Antminer S21" in found.translation_placeholders["another"]


async def test_a_machine_of_the_same_model_gets_its_proof(pages: Pages) -> None:
    """Two of one model that report no number cannot be told apart without a password."""
    miner, entry = await controlled(pages)
    await nameless(pages, entry)
    await pages.axes.hass.config_entries.async_setup(entry.entry_id)
    before = miner.web.proofs
    await pages.axes.after(31)
    assert entry.state is ConfigEntryState.LOADED
    assert miner.web.proofs > before
    assert pages.axes.state(STATUS) == "hashing"


async def test_neither_dialog_sends_a_password_to_another_machine(
    pages: Pages,
) -> None:
    """Neither the one that is stored nor one that is entered."""
    miner, entry = await controlled(pages)
    stranger = await replaced(pages, miner, "s19jpro", seed=77)
    form = await allow(pages, entry)
    assert form["step_id"] == "miner_sign_in"
    form = await enter(pages, form, "entered")
    assert form["errors"] == {"base": "another_miner"}

    entry.async_start_reauth(pages.axes.hass)
    await pages.axes.settle()
    flows = pages.axes.hass.config_entries.flow
    (flow,) = flows.async_progress()
    form = await flows.async_configure(
        flow["flow_id"], {"username": "root", "password": "entered"}
    )
    assert form["errors"] == {"base": "another_miner"}
    assert stranger.web.proofs == 0


async def test_reconfiguring_leads_no_password_to_another_model_unasked(
    pages: Pages,
) -> None:
    """The user has to say that it is the same miner with another control board."""
    miner, entry = await controlled(pages)
    await nameless(pages, entry)
    stranger = await replaced(pages, miner, "s21", seed=77)
    await pages.axes.hass.config_entries.async_setup(entry.entry_id)
    await pages.axes.settle()
    flows = pages.axes.hass.config_entries.flow
    context = ConfigFlowContext(source=SOURCE_RECONFIGURE, entry_id=entry.entry_id)
    form = await flows.async_init(DOMAIN, context=context)
    form = await flows.async_configure(
        form["flow_id"], {"host": miner.host, "port": miner.port}
    )
    assert form["errors"] == {"base": "another_miner"}
    assert stranger.web.proofs == 0


async def test_pages_alone_are_recognised_before_they_get_a_password(
    axes: Axes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A VNish states its MAC to everyone: with another one there is no login."""
    monkeypatch.setattr(registry, "DRIVERS", DRIVERS)
    miner = await axes.stack.enter_async_context(Vnish(clock=axes.clock))
    found = await registry.async_identify(miner.host, miner.port)
    account = {"username": None, "password": miner.machine.password}
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Vnish",
        data=entry_data(miner.host, found) | account,
        options={"essentials_only": False, "controls": True},
    )
    entry.add_to_hass(axes.hass)
    await axes.hass.config_entries.async_setup(entry.entry_id)
    await axes.settle()
    assert miner.sessions
    await miner.stop()
    machine = Machine(clock=axes.clock, mac="02:00:5E:00:53:99")
    stranger = await axes.stack.enter_async_context(
        Vnish(host=miner.host, port=miner.port, clock=axes.clock, machine=machine)
    )
    with pytest.raises(HomeAssistantError):
        await axes.call("switch", "turn_off", "switch.vnish_mining")
    await axes.settle()
    await axes.after(31)
    assert stranger.requests
    assert not stranger.sessions
    assert axes.state("sensor.vnish_status") == "offline"
    assert not any("authorization" in each.headers for each in stranger.requests)


@pytest.mark.parametrize("name", MAKES)
async def test_every_make_is_recognised_by_each_of_its_ways(
    axes: Axes, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it reports without a password never speaks against itself."""
    monkeypatch.setattr(registry, "DRIVERS", DRIVERS)
    miner = await Makes(axes.stack).start(name)
    openly = (
        await registry.async_identify(miner.simulator.host, miner.simulator.port)
    ).snapshot
    for read in (openly, await miner.read()):
        entry = entry_of(miner.driver, miner.simulator.port, read)
        for other in (openly, await miner.read()):
            assert recognises(entry, other) is not False


@pytest.mark.parametrize(
    ("ours", "theirs", "agree"),
    [
        ("Antminer S19j Pro", "S19J PRO 104T", True),
        ("Antminer S19j Pro", "Antminer S21", False),
        ("Antminer S19", "Antminer S19j Pro", False),
        ("Goldshell-KD6", "KD6", True),
        ("HS Box", "Goldshell HS Box", True),
        ("Antminer S19", None, True),
        (None, "Antminer S19", True),
    ],
)
def test_models_agree_however_they_are_written(
    ours: str | None, theirs: str | None, agree: bool
) -> None:
    """They share a word with a digit, or any where there is none."""
    entry = entry_of("antminer", 80, MinerSnapshot(model=ours))
    assert recognises(entry, MinerSnapshot(model=theirs)) is (None if agree else False)


def entry_of(driver: str, port: int, read: MinerSnapshot) -> Any:
    """Return the entry of a miner that gave a reading."""
    found = registry.Identified(driver, port, replace(read))
    return MockConfigEntry(domain=DOMAIN, data=entry_data("127.0.0.1", found))
