"""A miner in a real Home Assistant: added, read, lost, found again."""

from ipaddress import ip_address
from typing import Any

import pytest

from simulators.antminer import AntminerSimulator
from simulators.antminer.simulator import BOOT
from simulators.clock import ManualClock
from tests.harness import FlowError, HomeAssistantClient, HomeAssistantProcess

from . import DOMAIN
from .adding import HASHRATE, NAME, add
from .log import logged_by_integration

STATUS = f"sensor.{NAME}_status"
CONNECTIVITY = f"binary_sensor.{NAME}_connectivity"
MEASURED = (
    HASHRATE,
    f"sensor.{NAME}_hottest_chip",
    f"sensor.{NAME}_healthy_hashboards",
    f"sensor.{NAME}_hashboard_1_hashrate",
    f"sensor.{NAME}_hashboard_3_chip_temperature",
)


async def values(client: HomeAssistantClient) -> dict[str, str]:
    """Return every state by entity id."""
    return {
        entity_id: state["state"]
        for entity_id, state in (await client.states()).items()
    }


async def poll(client: HomeAssistantClient) -> None:
    """Have the miner polled now and wait for the end of it."""
    await client.call_action("homeassistant.update_entity", entity_id=HASHRATE)


def _stored_entities(home_assistant: HomeAssistantProcess) -> list[dict[str, Any]]:
    """Return the entities on disk; none before there are any."""
    entities: list[dict[str, Any]] = home_assistant.stored("core.entity_registry").get(
        "entities", []
    )
    return entities


async def test_added_miner_is_read(
    client: HomeAssistantClient, miner: AntminerSimulator
) -> None:
    """A miner added by address shows what it does, board by board."""
    result = await add(client, miner)

    assert result["type"] == "create_entry"
    assert result["title"] == "Antminer S19j Pro rack-1"
    shown = await client.states()
    hashrate = shown[HASHRATE]
    assert float(hashrate["state"]) == pytest.approx(
        miner.reading().rate_ghs / 1000, rel=1e-6
    )
    assert hashrate["attributes"]["unit_of_measurement"] == "TH/s"
    assert shown[STATUS]["state"] == "hashing"
    assert shown[CONNECTIVITY]["state"] == "on"
    assert shown[f"binary_sensor.{NAME}_problem"]["state"] == "off"
    assert float(shown[f"sensor.{NAME}_healthy_hashboards"]["state"]) == 3
    for board in miner.reading().boards:
        prefix = f"sensor.{NAME}_hashboard_{board.slot}"
        assert float(shown[f"{prefix}_hashrate"]["state"]) == pytest.approx(
            board.rate_ghs / 1000, rel=1e-6
        )
        assert float(shown[f"{prefix}_chip_temperature"]["state"]) == board.temp_chip


async def test_hashboards_are_parts_of_their_miner(
    client: HomeAssistantClient, miner: AntminerSimulator
) -> None:
    """Each hashboard is a child device of the miner's device."""
    await add(client, miner)

    devices = [
        device
        for device in await client.command("config/device_registry/list")
        if any(domain == DOMAIN for domain, _ in device["identifiers"])
    ]

    (parent,) = [device for device in devices if not device["parent_device_id"]]
    assert parent["name"] == "Antminer S19j Pro rack-1"
    assert {
        device["name"]
        for device in devices
        if device["parent_device_id"] == parent["id"]
    } == {"Hashboard 1", "Hashboard 2", "Hashboard 3"}


async def test_same_miner_twice_is_refused(
    client: HomeAssistantClient, miner: AntminerSimulator
) -> None:
    """The second attempt ends without an entry."""
    await add(client, miner)

    result = await add(client, miner)

    assert (result["type"], result["reason"]) == ("abort", "already_configured")
    assert len(await client.entries(DOMAIN)) == 1


async def test_refused_connection_is_an_error_of_the_form(
    client: HomeAssistantClient, miner: AntminerSimulator
) -> None:
    """A miner that refuses is not added; the form stays open and says why."""
    miner.power_off()

    result = await client.run_flow(
        DOMAIN,
        {"next_step_id": "miner"},
        {"host": miner.host, "port": miner.port, "detail": "standard"},
    )

    assert (result["type"], result["errors"]) == ("form", {"base": "refused"})
    assert await client.entries(DOMAIN) == []


async def test_many_are_found_by_a_scan(
    client: HomeAssistantClient, miner: AntminerSimulator
) -> None:
    """A scanned range offers what answers, and each ticked miner becomes an entry."""
    first = ip_address(miner.host)
    async with AntminerSimulator("s9", str(first + 1), miner.port, seed=2):
        result = await client.run_flow(
            DOMAIN,
            {"next_step_id": "miner_many"},
            {"addresses": f"{first}-{first + 7}", "port": miner.port},
            {
                "miners": [str(first), str(first + 1)],
                "detail": "farm",
            },
        )
        assert result["type"] == "create_entry"
        entries = await client.until(
            lambda: client.entries(DOMAIN),
            lambda entries: [entry["state"] for entry in entries] == ["loaded"] * 2,
        )
    assert {entry["title"] for entry in entries} == {
        "Antminer S19j Pro rack-1",
        "Antminer S9 miner",
    }


async def test_scan_of_a_silent_network_finds_none(
    client: HomeAssistantClient, miner: AntminerSimulator
) -> None:
    """The form comes back and says so."""
    miner.power_off()

    with pytest.raises(FlowError, match="none_found"):
        await client.run_flow(
            DOMAIN,
            {"next_step_id": "miner_many"},
            {"addresses": miner.host, "port": miner.port},
            {"miners": [miner.host], "detail": "farm"},
        )


async def test_missed_poll_shows_nothing(
    client: HomeAssistantClient, miner: AntminerSimulator
) -> None:
    """Within the grace a poll that brings nothing readable changes no state."""
    await add(client, miner)
    before = await values(client)
    connections = miner.traffic.connections

    miner.garble()
    await poll(client)

    assert miner.traffic.connections > connections
    assert await values(client) == before
    assert float(before[HASHRATE]) > 0


async def test_restart_while_the_miner_is_off(
    home_assistant: HomeAssistantProcess,
    clock: ManualClock,
    miner: AntminerSimulator,
) -> None:
    """After a kill the entry loads without its miner, and recovers with it."""
    async with home_assistant.connect() as client:
        entry_id = (await add(client, miner))["result"]["entry_id"]
    await home_assistant.until(
        lambda: any(
            entry["entry_id"] == entry_id
            for entry in home_assistant.stored("core.config_entries").get("entries", [])
        )
    )
    # Else the entities of an earlier test, on disk still, would keep their names.
    await home_assistant.until(
        lambda: (
            {STATUS, CONNECTIVITY, *MEASURED}
            <= {
                entity["entity_id"]
                for entity in _stored_entities(home_assistant)
                if entity["config_entry_id"] == entry_id
            }
        )
    )
    home_assistant.kill()
    miner.power_off()

    await home_assistant.start()

    async with home_assistant.connect() as client:
        (entry,) = await client.entries(DOMAIN)
        assert (entry["entry_id"], entry["state"]) == (entry_id, "loaded")
        lost = await client.until(
            lambda: values(client),
            lambda states: states.get(STATUS) == "offline",
        )
        assert lost[CONNECTIVITY] == "off"
        assert {lost[entity_id] for entity_id in MEASURED} == {"unavailable"}

        await home_assistant.until(
            lambda: len(logged_by_integration(home_assistant.output)) == 1
        )

        miner.power_on()
        clock.advance(BOOT + 600)
        await poll(client)
        found = await client.until(
            lambda: values(client), lambda states: states.get(CONNECTIVITY) == "on"
        )
        assert found[STATUS] == "hashing"
        assert float(found[HASHRATE]) > 0
        # A thread of its own writes them, which may be after what they tell is shown.
        await home_assistant.until(
            lambda: len(logged_by_integration(home_assistant.output)) > 1
        )
    outage, recovery = logged_by_integration(home_assistant.output)
    assert "connection refused" in outage
    assert "recovered" in recovery
