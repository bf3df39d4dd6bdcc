"""Which devices this collector has announced, on disk: so that it can take them back."""

import contextlib
import json
import logging
from pathlib import Path

from .inventory import Shard

_LOGGER = logging.getLogger(__name__)


class Announced:
    """Devices by their name, each with what it was announced for."""

    def __init__(self, folder: Path, shard: Shard) -> None:
        """Take the folder, and what is written there; nothing where that is unreadable."""
        self._path = folder / f"announced-{shard.number}.json"
        self.devices: dict[str, str] = {}
        """Address in the inventory, or "" for a place."""
        with contextlib.suppress(OSError, ValueError):
            stored = json.loads(self._path.read_text("utf-8"))
            if isinstance(stored, dict):
                self.devices = {str(name): str(of) for name, of in stored.items()}
        self._written = dict(self.devices)

    def save(self) -> None:
        """Write what has changed; a disk that fails leaves devices behind, no more."""
        if self._written == self.devices:
            return
        beside = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(self.devices), "utf-8")
            beside.replace(self._path)
        except OSError as err:
            _LOGGER.debug("The announced devices cannot be written: %s", err)
        else:
            self._written = dict(self.devices)
