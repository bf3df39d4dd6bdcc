"""The commitment as it stands, and as it is published: within leave, and once."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from custom_components.mining_farm.engines.auction import JournalError
from custom_components.mining_farm.kinds.wallet import const
from custom_components.mining_farm.kinds.wallet.journal import WalletJournal
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from simulators.subtensor import ALICE
from simulators.subtensor.storage import commitment_key
from simulators.subtensor.wallet import HOTKEY, NAME
from tests.kinds.rig.flowing import answer, go

from .conftest import ARMED, CEILINGS, HELD_BID, NETUID, Site, blocks

OTHER_BID: dict[str, Any] = {const.CONF_PRICE: "0.9", const.CONF_SIZES: {"0.1": 7}}
OTHER_TEXT = "2;b;BTC,0.9=0.1:7"


async def _press(site: Site) -> None:
    await site.hass.services.async_call(
        "button",
        "press",
        {"entity_id": "button.wallet_publish_commitment"},
        blocking=True,
    )


async def _arm(site: Site, *, on: bool = True) -> None:
    await site.hass.services.async_call(
        "switch",
        "turn_on" if on else "turn_off",
        {"entity_id": "switch.wallet_armed"},
        blocking=True,
    )


async def test_in_force(site: Site, entity_registry_enabled_by_default: None) -> None:
    """What the chain holds is what is wanted; its times stay as they were first."""
    entry = await site.add(**HELD_BID)
    assert site.state("sensor.wallet_commitment") == "in_force"
    assert site.state("sensor.wallet_workers_committed") == "5"
    made = site.state("sensor.wallet_commitment_made")
    renewal = site.state("sensor.wallet_commitment_renewal")
    site.freezer.tick(timedelta(seconds=7))
    await site.simulator.produce(1)
    await site.wallet(entry).miner.publish_now(force=False)
    await site.poll(entry)
    assert site.state("sensor.wallet_commitment_made") == made
    assert site.state("sensor.wallet_commitment_renewal") == renewal


async def test_changed(site: Site, impatient: None) -> None:
    """Another program has changed it: rehearsing, this is reported and left."""
    await site.add(**HELD_BID)
    site.simulator.control.commit(ALICE.address, "2;b;BTC,0.5=0.1:4")
    await site.simulator.produce()
    await site.until(lambda: site.state("sensor.wallet_commitment") == "changed")
    assert site.state("sensor.wallet_workers_committed") == "4"
    assert site.sent == 0


async def test_missing(site: Site, impatient: None) -> None:
    """The chain says that there is none: nothing is committed, since never."""
    await site.add(**HELD_BID)
    key = commitment_key(NETUID, ALICE.account)
    site.simulator.chain.change(lambda draft: draft.storage.pop(key))
    await site.simulator.produce()
    await site.until(lambda: site.state("sensor.wallet_commitment") == "missing")
    assert site.state("sensor.wallet_workers_committed") == "0"
    assert site.state("sensor.wallet_commitment_made") == "unknown"
    assert site.sent == 0


async def test_stale(site: Site, impatient: None) -> None:
    """The wanted one, but too old to count."""
    await site.add(**HELD_BID)
    await site.to_block(site.simulator.chain.head.number + 751)
    await site.until(lambda: site.state("sensor.wallet_commitment") == "stale")
    assert site.sent == 0


async def test_cut_off_after_sending(site: Site, impatient: None) -> None:
    """Unconfirmed at first: it is found in the chain, and is one event."""
    await site.add(**OTHER_BID, **CEILINGS)
    site.simulator.node.drop_after_submit()
    async with blocks(site):
        await _arm(site)
        await site.until(lambda: "commitment_published" in site.names, 60)
        await site.until(lambda: site.state("sensor.wallet_commitment") == "in_force")
    assert site.names.count("commitment_published") == 1
    assert site.sent == site.succeeded == 1


async def test_a_failed_read_is_not_missing(site: Site, impatient: None) -> None:
    """The standing is unknown; since when it stands is known from before."""
    await site.add(**HELD_BID, **ARMED)
    made = site.state("sensor.wallet_commitment_made")
    site.simulator.node.fail("state_getStorage")
    site.simulator.node.fail("state_getStorageAt")
    await site.until(lambda: site.state("sensor.wallet_commitment") == "unknown")
    assert site.state("sensor.wallet_workers_committed") == "unknown"
    assert site.state("sensor.wallet_commitment_made") == made
    assert site.succeeded == 0


async def test_rehearsing_publishes_nothing(site: Site) -> None:
    """Whoever asks for it gets the reason as an error."""
    await site.add(**OTHER_BID, **CEILINGS)
    assert site.state("switch.wallet_armed") == "off"
    assert site.state("sensor.wallet_commitment") == "changed"
    with pytest.raises(HomeAssistantError, match="not armed"):
        await _press(site)
    with pytest.raises(HomeAssistantError, match="not armed"):
        await site.act("publish_commitment", force=True)
    assert site.sent == 0


async def test_arming_publishes_at_once(site: Site) -> None:
    """Without a reload; one event; what stands is known at once."""
    entry = await site.add(**OTHER_BID, **CEILINGS)
    wallet = site.wallet(entry)
    site.events.clear()
    async with blocks(site):
        await _arm(site)
        assert site.state("switch.wallet_armed") == "on"
        await site.until(lambda: site.state("sensor.wallet_commitment") == "in_force")
    assert site.wallet(entry) is wallet
    assert site.names == ["commitment_published"]
    assert site.state("sensor.wallet_workers_committed") == "7"
    assert site.succeeded == 1
    await _press(site)
    assert site.succeeded == 1
    preview = await site.act("preview_commitment")
    assert preview["wanted"]["text"] == preview["on_chain"] == OTHER_TEXT
    assert preview["changes"] is False
    async with blocks(site):
        await site.act("publish_commitment", force=True)
    assert site.succeeded == 2
    with pytest.raises(HomeAssistantError, match="again at block"):
        await site.act("publish_commitment", force=True)
    await site.simulator.produce(25)
    await _arm(site, on=False)
    with pytest.raises(HomeAssistantError, match="not armed"):
        await site.act("publish_commitment", force=True)
    assert site.succeeded == 2


async def test_a_reload_forces_nothing_sooner(site: Site) -> None:
    """Which block was forced is on disk; the refusal names the block from which on."""
    entry = await site.add(**HELD_BID, **ARMED)
    async with blocks(site):
        await site.act("publish_commitment", force=True)
    assert site.succeeded == 1
    await site.hass.config_entries.async_unload(entry.entry_id)
    await site.load(entry)
    await site.until(lambda: site.wallet(entry).data is not None)
    await site.until(lambda: site.wallet(entry).data.commitment is not None)
    with pytest.raises(HomeAssistantError, match="again at block"):
        await site.act("publish_commitment", force=True)
    await site.simulator.produce(25)
    async with blocks(site):
        await site.act("publish_commitment", force=True)
    assert site.succeeded == 2


async def test_no_arming_without_ceilings(site: Site) -> None:
    """The switch says what to do, and stays off."""
    await site.add(**OTHER_BID)
    with pytest.raises(ServiceValidationError, match="price ceiling"):
        await _arm(site)
    assert site.state("switch.wallet_armed") == "off"


async def test_watching_only(site: Site) -> None:
    """Without a key there is nothing to arm or press; actions publish nothing."""
    await site.add(key=False)
    assert site.hass.states.get("switch.wallet_armed") is None
    assert site.hass.states.get("button.wallet_publish_commitment") is None
    with pytest.raises(HomeAssistantError, match="nothing is wanted"):
        await site.act("publish_commitment")
    assert site.sent == 0


async def test_a_wallet_that_watches_becomes_one_that_bids(site: Site) -> None:
    """It is given its key, a bid and ceilings, and armed; before that nothing is sent."""
    entry, flows = await site.add(key=False), site.hass.config_entries
    menu = await entry.start_reconfigure_flow(site.hass)
    form = await go(site.hass, menu, "wallet_directory")
    form = await answer(site.hass, form, wallet_directory=str(site.wallets))
    result = await answer(site.hass, form, hotkey=f"{NAME}/{HOTKEY}")
    assert result["reason"] == "reconfigure_successful"
    await site.until(lambda: site.hass.states.get("switch.wallet_armed") is not None)
    assert site.state("switch.wallet_armed") == "off"

    async def configure(step: str, *steps: str, **entered: Any) -> None:
        form: Any = await flows.options.async_init(entry.entry_id)
        for each in (step, *steps):
            form = await flows.options.async_configure(
                form["flow_id"], {"next_step_id": each}
            )
        form = await flows.options.async_configure(form["flow_id"], entered)
        if steps:
            # What is about to be bid is shown first.
            form = await flows.options.async_configure(form["flow_id"], {})
        assert form["type"] is FlowResultType.CREATE_ENTRY
        await site.hass.async_block_till_done()

    sizes = [{"size": 0.1, "count": 7}]
    await configure(
        *("wallet_workers", "wallet_workers_form"),
        price_multiplier="0.9",
        worker_sizes=sizes,
    )
    with pytest.raises(ServiceValidationError, match="price ceiling"):
        await _arm(site)
    await configure("wallet_ceilings", price_ceiling="1.05", worker_ceiling=20)
    assert site.sent == 0
    async with blocks(site):
        await _arm(site)
        await site.until(lambda: site.state("sensor.wallet_commitment") == "in_force")
    assert site.succeeded == 1
    preview = await site.act("preview_commitment")
    assert preview["on_chain"] == OTHER_TEXT


@pytest.mark.parametrize(
    ("ceilings", "why"),
    [
        ({const.CONF_PRICE_CEILING: "0.89"}, "ceiling of 0.89"),
        ({const.CONF_WORKER_CEILING: 6}, "ceiling of 6"),
    ],
)
async def test_ceilings(
    site: Site, ceilings: dict[str, Any], why: str, impatient: None
) -> None:
    """Nothing above them is published; that is one event, also after a restart."""
    entry = await site.add(**OTHER_BID, **{**ARMED, **ceilings})
    with pytest.raises(HomeAssistantError, match=why):
        await _press(site)
    await site.hass.config_entries.async_reload(entry.entry_id)
    await site.until(lambda: site.wallet(entry).data is not None)
    await site.until(lambda: site.wallet(entry).data.commitment is not None)
    assert site.names.count("commitment_refused") == 1
    assert site.sent == 0


async def test_the_chain_refuses(site: Site, impatient: None) -> None:
    """One event, and not tried again at once."""
    site.simulator.node.refuse_extrinsics()
    await site.add(**OTHER_BID, **ARMED)
    await site.until(lambda: "commitment_refused" in site.names)
    with pytest.raises(HomeAssistantError, match="not published"):
        await site.act("publish_commitment")
    assert site.names.count("commitment_refused") == 1
    assert site.sent == 1


async def test_killed_while_publishing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent before the kill is not sent again by whoever comes after."""
    entry = await site.add(**OTHER_BID, **CEILINGS)
    await _arm(site)
    await site.until(lambda: len(site.simulator.chain.pool) == 1)
    # The process ends here: nothing more is saved, nothing is tidied up.
    await site.hass.config_entries.async_unload(entry.entry_id)
    await site.load(entry)
    await site.until(lambda: site.wallet(entry).data is not None)
    with pytest.raises(HomeAssistantError, match="may still get into a block"):
        await site.act("publish_commitment", force=True)
    held_until = datetime.fromisoformat(
        site.get("sensor.wallet_commitment").attributes["held_until"]
    )
    left = held_until - dt_util.utcnow()
    assert timedelta(minutes=5) < left < timedelta(minutes=8)
    await site.simulator.produce(5)
    await site.until(lambda: site.wallet(entry).data.commitment is not None)
    await site.act("publish_commitment")
    assert site.state("sensor.wallet_commitment") == "in_force"
    assert "held_until" not in site.get("sensor.wallet_commitment").attributes
    assert site.succeeded == 1
    assert site.sent == 1


@pytest.mark.parametrize("added_again", [False, True])
async def test_options_saved_while_publishing(site: Site, added_again: bool) -> None:
    """An action goes on when its entry is unloaded; it takes nothing back.

    An entry that is removed and added again has no journal of what was sent.
    """
    entry = await site.add(**HELD_BID, **ARMED)
    site.simulator.control.hold_extrinsics()
    pressing = asyncio.create_task(site.act("publish_commitment", force=True))
    await site.until(lambda: len(site.simulator.chain.pool) == 1)
    if added_again:
        await site.hass.config_entries.async_remove(entry.entry_id)
    else:
        await site.hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(HomeAssistantError, match="may have been sent"):
        await pressing
    if added_again:
        entry = site.entry(**HELD_BID, **ARMED)
    await site.load(entry)
    await site.until(lambda: site.wallet(entry).data is not None)
    why = "on its way" if added_again else "may still get into a block"
    with pytest.raises(HomeAssistantError, match=why):
        await site.act("publish_commitment", force=True)
    assert site.sent == 1
    site.simulator.control.restore()
    await site.simulator.produce(5)
    await site.act("publish_commitment")
    assert site.sent == site.succeeded == 1


async def test_no_journal_no_extrinsic(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be written down is not sent."""
    await site.add(**OTHER_BID, **CEILINGS)

    async def save(_self: WalletJournal, _record: object) -> None:
        raise JournalError("the disk is full")

    monkeypatch.setattr(WalletJournal, "save", save)
    await _arm(site)
    with pytest.raises(HomeAssistantError, match="disk is full"):
        await site.act("publish_commitment", force=True)
    assert site.sent == 0


async def test_a_damaged_journal_is_handed_to_a_human(
    site: Site, tmp_path: Path, impatient: None
) -> None:
    """It might record something that was sent: nothing is, until it is repaired."""
    journal = tmp_path / "config" / ".storage" / "mining_farm.wallet.wallet"
    journal.parent.mkdir()
    journal.write_text('{"scope": ')
    await site.add(**OTHER_BID, **ARMED)
    issues = ir.async_get(site.hass)
    await site.until(
        lambda: issues.async_get_issue("mining_farm", "wallet_journal_wallet")
    )
    issue = issues.async_get_issue("mining_farm", "wallet_journal_wallet")
    assert issue is not None
    assert issue.translation_placeholders is not None
    named = Path(site.hass.config.path(issue.translation_placeholders["file"]))
    assert named == journal
    with pytest.raises(HomeAssistantError, match="cannot be read"):
        await site.act("publish_commitment", force=True)
    assert site.sent == 0
    journal.unlink()
    async with blocks(site):
        await site.until(lambda: "commitment_published" in site.names, 60)
        await site.until(
            lambda: not issues.async_get_issue("mining_farm", "wallet_journal_wallet")
        )
    assert site.sent == site.succeeded == 1


async def test_workers_file(site: Site, tmp_path: Path, impatient: None) -> None:
    """A broken edit publishes nothing and is reported with its line; mended, it is over."""
    file = tmp_path / "workers.toml"
    good = (
        '[bittensor]\nnetwork = "finney"\nnetuid = 89\n'
        '[wallet]\nname = "farm"\nhotkey_name = "default"\ndirectory = "/tmp"\n'
        '[workers]\nprice_multiplier = "0.97"\n'
        '[workers.worker_sizes]\n"0.1" = 2\n"0.2" = 3\n'
    )
    file.write_text(good)
    await site.add(**ARMED, workers_file=str(file))
    issues = ir.async_get(site.hass)
    assert site.state("sensor.wallet_commitment") == "in_force"
    file.write_text(good.replace('"0.1" = 2', '"0.1" = "two"'))
    await site.until(
        lambda: issues.async_get_issue("mining_farm", "wallet_workers_wallet")
    )
    issue = issues.async_get_issue("mining_farm", "wallet_workers_wallet")
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert "line 11" in issue.translation_placeholders["detail"]
    with pytest.raises(HomeAssistantError, match="line 11"):
        await site.act("publish_commitment", force=True)
    with pytest.raises(HomeAssistantError, match="line 11"):
        await site.act("preview_commitment")
    file.write_text(good)
    await site.until(
        lambda: not issues.async_get_issue("mining_farm", "wallet_workers_wallet")
    )
    assert site.sent == 0


async def test_about_to_expire(site: Site, impatient: None) -> None:
    """An armed wallet that cannot renew is reported in time, also with the chain away."""
    site.simulator.node.refuse_extrinsics()
    entry = await site.add(**HELD_BID, **ARMED)
    issues = ir.async_get(site.hass)
    made = site.wallet(entry).data.commitment.made_at
    site.simulator.node.refuse()
    site.freezer.move_to(made + timedelta(minutes=131))
    await site.poll(entry)
    assert issues.async_get_issue("mining_farm", "wallet_ageing_wallet")
