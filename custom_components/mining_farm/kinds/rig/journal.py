"""Stores the memory of a rig on disk, so that it survives a crash."""

from contextlib import suppress
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ...common.kept import OnWritten, forget
from ...common.record_file import NOT_READ, NOT_WRITTEN, RecordPair
from ...const import DOMAIN, LOGGER
from ...engines.restart import Memory

VERSION: Final = 1


class RigJournal:
    """Two small files per rig: an intent to restore power is on disk before a cut."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Take the rig's entry id."""
        self._file = RecordPair(hass, f"rig.{entry_id}", VERSION)
        self.set_aside: str | None = None
        """Where a file was kept that could not be read."""
        self.on_written: OnWritten = forget

    async def async_load(self) -> Memory:
        """Return what was stored.

        A file that cannot be read may have held an unfinished restart or a rig that was
        given up: it is left to a human.
        """
        try:
            record = await self._file.async_read()
            return Memory() if record is None else Memory.from_dict(record)
        except NOT_READ as err:
            LOGGER.error(
                "A rig's memory cannot be read, so it is not restarted: %s", err
            )
            return await self._async_lost()

    async def _async_lost(self) -> Memory:
        """Set aside what cannot be read, and remember that it could not be."""
        self.set_aside = await self._file.async_set_aside()
        memory = Memory(lost=True)
        if self.set_aside is not None:
            with suppress(HomeAssistantError):
                await self.async_store(memory)
        return memory

    async def async_store(self, memory: Memory) -> None:
        """Return once the memory is on disk; HomeAssistantError when it is not."""
        try:
            await self._file.async_write(memory.as_dict())
        except NOT_WRITTEN as err:
            self.on_written(err)
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="rig_not_remembered",
                translation_placeholders={"error": str(err)},
            ) from err
        self.on_written(None)

    async def async_remove(self) -> None:
        """Remove the file."""
        await self._file.async_remove()
