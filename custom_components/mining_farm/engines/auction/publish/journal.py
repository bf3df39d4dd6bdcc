"""The journal of publications as a file, for use without Home Assistant."""

import asyncio
from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any

from ..errors import JournalError
from ..file_replacing import ChangedMeanwhileError, replace_file
from ..regular_file import read_regular


class FileJournal:
    """One JSON file; what was saved lasts through a power cut."""

    def __init__(self, path: Path) -> None:
        """Touch nothing yet."""
        self._path = path

    async def load(self) -> Mapping[str, Any] | None:
        """Return the record; None where there is no file; JournalError."""
        return await asyncio.to_thread(self._load)

    async def save(self, record: Mapping[str, Any]) -> None:
        """Replace the record; JournalError where it may not last."""
        await asyncio.to_thread(self._save, record)

    def _load(self) -> Mapping[str, Any] | None:
        if (raw := self._read()) is None:
            return None
        try:
            record = json.loads(raw)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            raise JournalError(f"the journal {self._path.name} is damaged")
        return record

    def _save(self, record: Mapping[str, Any]) -> None:
        try:
            replace_file(self._path, json.dumps(record).encode(), old=self._read())
        except ChangedMeanwhileError as err:
            raise JournalError(
                f"somebody else writes the journal {self._path.name}"
            ) from err
        except OSError as err:
            raise self._error("written", err) from err

    def _read(self) -> bytes | None:
        try:
            return read_regular(self._path)
        except FileNotFoundError:
            return None
        except OSError as err:
            raise self._error("read", err) from err

    def _error(self, what: str, err: OSError) -> JournalError:
        reason = err.strerror or err
        return JournalError(f"the journal {self._path.name} cannot be {what}: {reason}")


class ReadOnlyJournal:
    """A journal's file for reading only: nothing is ever written to it."""

    def __init__(self, path: Path) -> None:
        """Touch nothing yet."""
        self._file = FileJournal(path)

    async def load(self) -> Mapping[str, Any] | None:
        """Return the record; None where there is no file; JournalError."""
        return await self._file.load()

    async def save(self, record: Mapping[str, Any]) -> None:
        """Forget the record."""
