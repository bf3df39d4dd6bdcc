"""Replaces a file whole, or leaves it as it was."""

from collections.abc import Iterable
import contextlib
import os
from pathlib import Path
from threading import Lock

_ONE_AT_A_TIME = Lock()
"""A thread goes on writing after the task that wanted it was cancelled."""


def replace_file(path: Path, texts: Iterable[str]) -> None:
    """Write texts one after the other, for the owner alone, with the folder; OSError."""
    beside = path.with_suffix(".new")
    with _ONE_AT_A_TIME:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # One that an earlier process left behind has that one's rights.
            beside.unlink(missing_ok=True)
            number = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.writelines(texts)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
            _sync_folder(path.parent)
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            raise


def _sync_folder(folder: Path) -> None:
    """Have the new name on disk, too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
