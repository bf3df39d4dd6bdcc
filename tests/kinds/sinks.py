"""Everything that somebody may read of what an entry knows: the sinks of its secrets."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from sqlalchemy import MetaData, select

from custom_components.mining_farm.diagnostics import async_get_config_entry_diagnostics
from homeassistant.components.recorder import Recorder
from homeassistant.components.trace.util import async_get_trace, async_list_traces
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.helpers.recorder import get_instance

type RecorderContext = Callable[..., AbstractAsyncContextManager[Recorder]]


class Sinks:
    """Listens from its making on, and reads the rest when it is asked."""

    def __init__(self, hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
        """Hear every event, and every log at debug level."""
        self._hass = hass
        self._caplog = caplog
        self._heard: list[str] = []
        # By the name of which others set the level of the root, too: it is given back once.
        for name in (None, *logging.root.manager.loggerDict):
            caplog.set_level(logging.DEBUG, logger=name)
        hass.bus.async_listen("*", self._hear)

    def _hear(self, event: Event[Any]) -> None:
        # What the user calls, and registries that only administrators read, are his own.
        if not event.event_type.endswith("_registry_updated"):
            self._heard.append(f"{event.event_type} {event.data}")

    async def read(self, *entries: ConfigEntry) -> dict[str, list[str]]:
        """Return what is in each sink."""
        hass = self._hass
        await async_wait_recording_done(hass)
        return {
            "states": [str(each.as_dict()) for each in hass.states.async_all()],
            "events": self._heard,
            "logs": [
                f"{each.getMessage()} {each.exc_text}"
                for each in self._caplog.records
                # That of tests' fixtures and of the database that follows below.
                if not each.name.startswith("sqlalchemy")
            ],
            "repairs": [
                "none",
                *(str(each) for each in ir.async_get(hass).issues.values()),
            ],
            "diagnostics": [
                json.dumps(
                    await async_get_config_entry_diagnostics(hass, each), default=str
                )
                for each in entries
            ],
            "entities": [
                str(each.entity_id) + str(each.unique_id)
                for each in er.async_get(hass).entities.values()
            ],
            "devices": [
                f"{each.name} {each.model} {each.serial_number}"
                for each in dr.async_get(hass).devices
            ],
            "database": await get_instance(hass).async_add_executor_job(
                _rows, get_instance(hass)
            ),
        }

    async def traces(self) -> list[str]:
        """Return what scripts and automations have noted."""
        found: list[str] = []
        for domain in ("script", "automation"):
            for each in await async_list_traces(self._hass, domain, None):
                key = f"{domain}.{each['item_id']}"
                trace = await async_get_trace(self._hass, key, each["run_id"])
                found.append(json.dumps(trace, default=str))
        return found


def _rows(recorder: Recorder) -> list[str]:
    """Return every row of every table."""
    engine = recorder.engine
    assert engine is not None
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        return [
            f"{table.name} {tuple(row)}"
            for table in tables.sorted_tables
            for row in connection.execute(select(table))
        ]


def ours(folder: Path) -> list[str]:
    """Return what is in our files."""
    return [path.read_text() for path in sorted(folder.glob("mining_farm*"))]


def found(sinks: dict[str, list[str]], *markers: str) -> list[tuple[str, str]]:
    """Return where a marker is; each sink must have had something in it."""
    assert not [name for name, texts in sinks.items() if not texts]
    return [
        (name, text)
        for name, texts in sinks.items()
        for text in texts
        for marker in markers
        if marker.casefold() in text.casefold()
    ]
