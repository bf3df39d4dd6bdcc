"""Keeps a rig's memory on disk, so that a crash forgets nothing."""

import json
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.json import save_json
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util.file import WriteError

from ...const import DOMAIN, LOGGER
from ...engines.restart import Memory


class RigJournal:
    """One small file per rig.

    Not a `Store`: that one only logs when it cannot write, and power is cut only once
    the intent to turn it on again is on disk.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Take the rig's entry id."""
        self._hass = hass
        self._path = hass.config.path(STORAGE_DIR, f"{DOMAIN}.rig.{entry_id}")

    async def async_load(self) -> Memory:
        """Return what was stored.

        A file that cannot be read may have held an unfinished restart or a rig that was
        given up: it is left to a human.
        """
        return await self._hass.async_add_executor_job(self._load)

    async def async_store(self, memory: Memory) -> None:
        """Return once the memory is on disk; HomeAssistantError when it is not."""
        await self._hass.async_add_executor_job(self._save, memory)

    async def async_remove(self) -> None:
        """Forget the rig."""
        await self._hass.async_add_executor_job(self._remove)

    def _load(self) -> Memory:
        try:
            return Memory.from_dict(json.loads(Path(self._path).read_text("utf-8")))
        except FileNotFoundError:
            return Memory()
        except (OSError, ValueError) as err:
            LOGGER.error(
                "A rig's memory cannot be read, so it is not restarted: %s", err
            )
            return Memory(unstable=True)

    def _save(self, memory: Memory) -> None:
        try:
            Path(self._path).parent.mkdir(exist_ok=True)
            save_json(self._path, memory.as_dict(), private=True, atomic_writes=True)
        except (OSError, WriteError) as err:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="rig_not_remembered",
                translation_placeholders={"error": str(err)},
            ) from err

    def _remove(self) -> None:
        Path(self._path).unlink(missing_ok=True)
