"""Keeps a wallet's journal of publications on disk."""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import save_json
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util.file import WriteError

from ...const import DOMAIN
from ...engines.auction import JournalError


class WalletJournal:
    """One small file per wallet.

    Not a `Store`: that one only logs when it cannot write, and an extrinsic is sent
    only once the intent to send it is on disk.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Take the wallet's entry id."""
        self._hass = hass
        self._path = hass.config.path(STORAGE_DIR, f"{DOMAIN}.wallet.{entry_id}")

    async def load(self) -> Mapping[str, Any] | None:
        """Return what was stored; None where nothing was; JournalError."""
        return await self._hass.async_add_executor_job(self._load)

    async def save(self, record: Mapping[str, Any]) -> None:
        """Return once the record is on disk; JournalError where it is not."""
        await self._hass.async_add_executor_job(self._save, record)

    async def async_remove(self) -> None:
        """Forget the wallet."""
        await self._hass.async_add_executor_job(
            lambda: Path(self._path).unlink(missing_ok=True)
        )

    def _load(self) -> Mapping[str, Any] | None:
        try:
            record = json.loads(Path(self._path).read_text("utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as err:
            raise JournalError("the journal of publications cannot be read") from err
        if not isinstance(record, dict):
            raise JournalError("the journal of publications is damaged")
        return record

    def _save(self, record: Mapping[str, Any]) -> None:
        try:
            Path(self._path).parent.mkdir(exist_ok=True)
            save_json(self._path, dict(record), private=True, atomic_writes=True)
        except (OSError, WriteError) as err:
            raise JournalError("the journal of publications cannot be written") from err
