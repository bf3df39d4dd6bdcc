"""What was learned of each machine, on disk: learning it costs many connections."""

from collections.abc import Mapping
import json
import logging
from pathlib import Path

from .engine import Known
from .inventory import Shard
from .replacing import replace_file

_LOGGER = logging.getLogger(__name__)


class LearnedStore:
    """One file of a collector; a disk that fails costs what was learned, nothing else."""

    def __init__(self, folder: Path, shard: Shard) -> None:
        """Take the folder; the number of collectors is no part of the name."""
        self._path = folder / f"learned-{shard.number}.jsonl"
        self.errors = 0
        """How often it could not be written."""
        self._is_failing = False

    def load(self) -> dict[str, Known]:
        """Return what is known, by address; what cannot be read is learned again."""
        found: dict[str, Known] = {}
        try:
            lines = self._path.read_text("utf-8").splitlines()
        except FileNotFoundError:
            return found
        except (OSError, ValueError) as err:
            _LOGGER.warning("What was learned cannot be read: %s", err)
            return found
        for line in lines:
            try:
                address, text = json.loads(line)
            except RecursionError, TypeError, ValueError:
                continue
            if isinstance(text, str) and (known := Known.from_json(text)):
                found[str(address)] = known
        return found

    def save(self, known: Mapping[str, Known]) -> None:
        """Write all of it, or leave the file as it was; from a thread."""
        lines = (
            json.dumps((address, each.to_json())) + "\n"
            for address, each in known.items()
        )
        try:
            replace_file(self._path, lines)
        except OSError as err:
            if not self._is_failing:
                _LOGGER.error("What was learned cannot be written: %s", err)
            self._is_failing = True
            self.errors += 1
        else:
            if self._is_failing:
                _LOGGER.info("What was learned can be written again")
            self._is_failing = False
