"""Keeps a wallet's journal of publications on disk."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.core import HomeAssistant

from ...common.record_file import NOT_READ, NOT_WRITTEN, RecordFile
from ...const import DOMAIN
from ...engines.auction import JournalError

VERSION: Final = 1


def journal_name(entry_id: str) -> str:
    """Return the name of a wallet's file in Home Assistant's storage."""
    return f"{DOMAIN}.{_record_name(entry_id)}"


def _record_name(entry_id: str) -> str:
    return f"wallet.{entry_id}"


class WalletJournal:
    """One small file per wallet: an intent to send is on disk before anything is sent."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Take the wallet's entry id."""
        self._file = RecordFile(hass, _record_name(entry_id), VERSION)

    async def load(self) -> Mapping[str, Any] | None:
        """Return what was stored; None where nothing was; JournalError."""
        try:
            return await self._file.async_read()
        except NOT_READ as err:
            raise JournalError(
                f"the journal of publications cannot be read: {err}"
            ) from err

    async def save(self, record: Mapping[str, Any]) -> None:
        """Return once the record is on disk; JournalError where it is not."""
        try:
            await self._file.async_write(record)
        except NOT_WRITTEN as err:
            raise JournalError(
                f"the journal of publications cannot be written: {err}"
            ) from err

    async def async_remove(self) -> None:
        """Forget the wallet."""
        await self._file.async_remove()
