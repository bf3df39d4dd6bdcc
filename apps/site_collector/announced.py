"""Which devices this collector has announced, on disk: so that it can take them back."""

from collections.abc import Collection, Mapping
import contextlib
import json
import logging
from pathlib import Path

from .inventory import Shard
from .machine import name_of
from .replacing import replace_file

_LOGGER = logging.getLogger(__name__)


class Announced:
    """Devices by their name, each with the address that it was announced for.

    A device is taken back when the file shows its address no more. Hardware that was
    replaced stays: it may stand elsewhere, and a user has named its entities.
    """

    def __init__(self, folder: Path, shard: Shard) -> None:
        """Take the folder, and what is written there; nothing where that is unreadable."""
        self._path = folder / f"announced-{shard.number}.json"
        self.devices: dict[str, str] = {}
        """Address in the inventory, or "" for a place."""
        with contextlib.suppress(OSError, RecursionError, ValueError):
            stored = json.loads(self._path.read_text("utf-8"))
            if isinstance(stored, dict):
                self.devices = {str(name): str(of) for name, of in stored.items()}
        self._written = dict(self.devices)

    def gone(self, shown: Mapping[str, str | None]) -> list[str]:
        """Return, and forget, the machines that are shown no more.

        `shown` has the name of the machine at each address that the file shows; None
        where that is not known.
        """
        gone = [
            name
            for name, address in self.devices.items()
            if address
            and (
                address not in shown
                # It was named by its address before its hardware was known.
                or (name == name_of(address) and shown[address] not in (None, name))
            )
        ]
        for name in gone:
            del self.devices[name]
        return gone

    def gone_places(self, shown: Collection[str]) -> list[str]:
        """Return, and forget, the places that are no more."""
        gone = [
            name
            for name, address in self.devices.items()
            if not address and name not in shown
        ]
        for name in gone:
            del self.devices[name]
        return gone

    def vacant(self, names: Collection[str]) -> list[str]:
        """Return the machines of which none of the present ones is one."""
        return [
            name
            for name, address in self.devices.items()
            if address and name not in names
        ]

    def save(self) -> None:
        """Write what has changed; a disk that fails leaves devices behind, no more."""
        if self._written == self.devices:
            return
        try:
            replace_file(self._path, [json.dumps(self.devices)])
        except OSError as err:
            _LOGGER.debug("The announced devices cannot be written: %s", err)
        else:
            self._written = dict(self.devices)
