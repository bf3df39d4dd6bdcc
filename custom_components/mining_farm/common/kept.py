"""Data kept in a `Store`: private, and never fatal to the entry that reads it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import STORAGE_DIR, Store
from homeassistant.util import dt as dt_util
from homeassistant.util.file import WriteError

from ..const import DOMAIN, LOGGER
from .complaint import Complaint

type OnWritten = Callable[[Exception | None], None]
"""Called after each write with what went wrong; None: nothing did."""
DAMAGE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What reading a record raises that is not of this version, or damaged."""


class KeptStore(Store[dict[str, Any]]):
    """A store of 0600 that is written at once or not at all."""

    def __init__(self, hass: HomeAssistant, name: str, version: int) -> None:
        """Take the name of the record, unique within the integration, and its version.

        The version is raised when older ones of the integration cannot use the record.
        """
        super().__init__(
            hass, version, f"{DOMAIN}.{name}", private=True, atomic_writes=True
        )
        self.on_written: OnWritten = forget
        self._complaint = Complaint(f"{self.key} could not be written")
        self.failed = False
        """Whether what was to be written last is not on disk."""

    async def async_load_readable(
        self, read: Callable[[dict[str, Any]], bool]
    ) -> str | None:
        """Read the record, if there is one; return the file that it was moved to.

        It is set aside where it is of a newer version, or where `read` raises or says
        that something in it is of no use; what `read` took over stays taken over.
        """
        try:
            kept = await self.async_load()
        # Store raises the first for a newer version, the second for one it cannot migrate.
        except (HomeAssistantError, NotImplementedError, *DAMAGE) as err:
            return await self._async_set_aside(err)
        if kept is None:
            return None
        try:
            if read(kept):
                return None
        except DAMAGE as err:
            return await self._async_set_aside(err)
        return await self._async_set_aside(None)

    @override
    async def _async_write_data(self, data: dict[str, Any]) -> None:
        # Core's own logs a full disk and forgets it, and lets that of a missing folder
        # through.
        failure: Exception | None = None
        try:
            await super()._async_write_data(data)
        except (OSError, WriteError) as err:
            failure = err
        self.failed = failure is not None
        self.on_written(failure)
        if failure is not None:
            self._complaint.tell(failure)
        else:
            self._complaint.settle()

    @override
    async def async_remove(self) -> None:
        """Remove the record, and what was set aside of it."""
        await super().async_remove()
        await self.hass.async_add_executor_job(remove_aside, Path(self.path))

    async def _async_set_aside(self, err: Exception | None) -> str:
        path = Path(self.path)
        aside = path.with_name(aside_name(path.name))
        LOGGER.warning(
            "%s could not be used and is kept as %s: %s", path.name, aside.name, err
        )
        await self.hass.async_add_executor_job(_move, path, aside)
        return f"{STORAGE_DIR}/{aside.name}"


def forget(_error: Exception | None) -> None:
    """Do nothing."""


def aside_name(name: str) -> str:
    """Return the name under which a file is kept that cannot be used."""
    return f"{name}.corrupt-{dt_util.utcnow():%Y%m%dT%H%M%S}"


def remove_aside(path: Path) -> None:
    """Remove what was set aside of a file."""
    for aside in path.parent.glob(f"{path.name}.corrupt-*"):
        aside.unlink(missing_ok=True)


def _move(path: Path, aside: Path) -> None:
    try:
        path.replace(aside)
    except OSError as err:
        LOGGER.warning("%s could not be set aside: %s", path.name, err)
