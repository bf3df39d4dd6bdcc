"""What fifty miners say to Home Assistant while nothing happens that means anything."""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN
from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED
from homeassistant.const import EVENT_STATE_REPORTED, MATCH_ALL
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from .conftest import FakeMiners, board, failure, snapshot, tick

MINERS, OFF, STRANGERS, POLLS = 50, 5, 2, 20
CHANCE = Random(3)


def read(miners: FakeMiners) -> None:
    """Let each miner give another reading, none of which means anything."""
    noise = CHANCE.uniform
    for number in range(MINERS):
        miners.answers[f"192.168.1.{number}"] = (
            failure()
            if number < OFF
            else snapshot(
                board(1, temp_pcb=noise(50, 60), hashrate_ghs=noise(33_000, 35_000)),
                board(2, temp_chip=noise(60, 70), frequency_mhz=noise(500, 550)),
                board(3, temp_chip=73 + noise(-0.4, 0.4)),
                hardware_id="other" if number < OFF + STRANGERS else f"serial{number}",
                hashrate_ghs=102_000 * (1 + noise(-0.01, 0.01)),
                accepted=CHANCE.randrange(100_000),
                hw_errors=CHANCE.randrange(100_000),
                uptime_s=CHANCE.randrange(100_000),
                power_w=noise(2900, 3100),
            )
        )


def count(counts: Counter[str], name: str) -> Callable[..., None]:
    """Return what counts a call of a function, whatever it is given."""

    @callback
    def counted(*_: Any, **__: Any) -> None:
        counts[name] += 1

    return counted


async def test_readings_that_mean_nothing_are_no_event(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    miners: FakeMiners,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No state is written or reported, no entry, device or entity changed or stored.

    Nor of those that are off, and of those at whose address another miner answers.
    """
    read(miners)
    for number in range(MINERS):
        entry = MockConfigEntry(
            domain=DOMAIN,
            title=f"Miner {number}",
            data={
                "kind": "miner",
                "host": f"192.168.1.{number}",
                "port": 4028,
                "profile": {
                    "model": "Antminer S19j Pro",
                    "hardware_id": f"serial{number}",
                    "boards": [1, 2, 3],
                },
            },
            options={"detail": "farm"},
        )
        entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    # What is learned of a miner comes with its first readings.
    for _ in range(5):
        read(miners)
        await tick(hass, freezer, 31)

    counts: Counter[str] = Counter()

    @callback
    def on_event(event: Event[Any]) -> None:
        counts[str(event.event_type)] += 1

    hass.bus.async_listen(MATCH_ALL, on_event)
    hass.bus.async_listen(
        EVENT_STATE_REPORTED, on_event, event_filter=callback(lambda _: True)
    )
    async_dispatcher_connect(
        hass, SIGNAL_CONFIG_ENTRY_CHANGED, count(counts, "entry changed")
    )
    stored = (er.async_get(hass), dr.async_get(hass), ir.async_get(hass))
    for registry in stored:
        name = type(registry).__name__
        monkeypatch.setattr(registry, "async_schedule_save", count(counts, name))
    polls = len(miners.polls)
    with patch.object(
        hass.config_entries, "_async_schedule_save", count(counts, "entries")
    ):
        for _ in range(POLLS):
            read(miners)
            await tick(hass, freezer, 31)
    assert len(miners.polls) - polls >= MINERS * POLLS
    assert counts == {}
