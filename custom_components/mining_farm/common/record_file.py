"""One small record on disk, for what may only go on once the record is there."""

from collections.abc import Mapping
import json
from operator import itemgetter
from pathlib import Path
import shutil
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import save_json
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util.file import WriteError

from ..const import DOMAIN, LOGGER
from .kept import aside_name, remove_aside

NOT_READ = (OSError, RecursionError, ValueError)
"""What a record that is there, but cannot be read, raises."""
NOT_WRITTEN = (OSError, WriteError)
"""What a record raises that is not on disk, or may not last there."""


class NewerRecordError(ValueError):
    """A record of a version that is not known here."""


class RecordFile:
    """One JSON file.

    Not a `Store`: Home Assistant's logs a failed write and goes on.
    """

    def __init__(self, hass: HomeAssistant, name: str, version: int) -> None:
        """Take the name of the record, unique within the integration, and its version.

        The version is raised when older ones of the integration cannot use the record.
        """
        self._hass = hass
        self._version = version
        self._path = Path(hass.config.path(STORAGE_DIR, f"{DOMAIN}.{name}"))

    async def async_read(self) -> dict[str, Any] | None:
        """Return what was written; None where nothing was; NOT_READ."""
        return await self._hass.async_add_executor_job(self._read)

    async def async_write(self, record: Mapping[str, Any]) -> None:
        """Return once the record is on disk; NOT_WRITTEN."""
        await self._hass.async_add_executor_job(self._write, record)

    async def async_set_aside(self) -> str | None:
        """Copy a file that cannot be used; return the copy's name, None without any."""
        return await self._hass.async_add_executor_job(self._set_aside)

    async def async_remove(self) -> None:
        """Remove the record."""
        await self._hass.async_add_executor_job(self._remove)

    def _read(self) -> dict[str, Any] | None:
        try:
            text = self._path.read_text("utf-8")
        except FileNotFoundError:
            return None
        match json.loads(text):
            case dict() as record:
                return self._known(record)
        raise ValueError("the file holds no record")

    def _known(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return a record without its version; NewerRecordError, ValueError."""
        # The first version wrote none.
        version = record.pop(_VERSION, 1)
        if isinstance(version, bool) or not isinstance(version, int) or version < 1:
            raise ValueError("the record has no version")
        if version > self._version:
            raise NewerRecordError(
                f"it is of version {version}, and this one knows {self._version}"
            )
        return record

    def _write(self, record: Mapping[str, Any]) -> None:
        self._path.parent.mkdir(exist_ok=True)
        save_json(
            str(self._path),
            {_VERSION: self._version, **record},
            private=True,
            atomic_writes=True,
        )

    def _set_aside(self) -> str | None:
        aside = self._path.with_name(aside_name(self._path.name))
        try:
            # Not moved: until something else is written, it must not look like nothing.
            shutil.copy2(self._path, aside)
        except FileNotFoundError:
            return None
        except OSError as err:
            LOGGER.warning("%s could not be set aside: %s", self._path.name, err)
            return None
        return f"{STORAGE_DIR}/{aside.name}"

    def _remove(self) -> None:
        self._path.unlink(missing_ok=True)
        remove_aside(self._path)


class RecordPair:
    """Two copies of one record, written in turn: a write that is cut short spoils one.

    The first copy is found where a single `RecordFile` of that name was.
    """

    def __init__(self, hass: HomeAssistant, name: str, version: int) -> None:
        """Take the record's name, which nothing else may have, and its version."""
        self._files = (
            RecordFile(hass, name, version),
            RecordFile(hass, f"{name}.2", version),
        )
        self._number = 0
        self._newest = 1

    async def async_read(self) -> dict[str, Any] | None:
        """Return the newest copy that can be read; None where nothing was; NOT_READ."""
        found: list[tuple[int, int, dict[str, Any]]] = []
        failure: Exception | None = None
        for index, file in enumerate(self._files):
            try:
                if (record := await file.async_read()) is not None:
                    found.append((_number_of(record), index, record))
            except NewerRecordError:
                # The other copy is of before: what was done since would be forgotten.
                raise
            except NOT_READ as err:
                failure = err
        if found:
            self._number, self._newest, record = max(found, key=itemgetter(0))
            return record
        if failure is not None:
            raise failure
        return None

    async def async_write(self, record: Mapping[str, Any]) -> None:
        """Return once the record is on disk, in place of the older copy; NOT_WRITTEN."""
        number = self._number + 1
        older = 1 - self._newest
        await self._files[older].async_write({**record, _NUMBER: number})
        self._number, self._newest = number, older

    async def async_set_aside(self) -> str | None:
        """Copy what cannot be used; return the names of the copies, None without any."""
        names = [await file.async_set_aside() for file in self._files]
        return ", ".join(filter(None, names)) or None

    async def async_remove(self) -> None:
        """Forget the record."""
        for file in self._files:
            await file.async_remove()


_VERSION = "version"
_NUMBER = "write"
"""Counts the writes, so that the newer copy is known."""


def _number_of(record: Mapping[str, Any]) -> int:
    number = record.get(_NUMBER, 0)
    if not isinstance(number, int):
        raise ValueError("the record has no number")  # noqa: TRY004
    return number
