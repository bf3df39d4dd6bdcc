"""Replaces a file whole, or leaves it as it was."""

from collections.abc import Iterable
import contextlib
import os
from pathlib import Path


def replace_file(path: Path, texts: Iterable[str]) -> None:
    """Write texts one after the other, with the folder; OSError."""
    beside = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8") as file:
            file.writelines(texts)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
