"""Replaces a file at once: a reader sees the old text or the new one, never a part."""

import contextlib
import os
from pathlib import Path
import tempfile

from .regular_file import read_regular


class ChangedMeanwhileError(Exception):
    """Somebody else wrote the file between the reading and the replacing."""


def replace_file(path: Path, new: bytes, *, old: bytes | None) -> None:
    """Put new text in place of the old; OSError or ChangedMeanwhileError, file untouched.

    Follows symbolic links and keeps mode and owner. Old None: there was no file.
    """
    target = Path(os.path.realpath(path))
    temporary = _write_beside(target, new, like=None if old is None else target)
    try:
        _check_unchanged(target, old)
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _flush_folder(target.parent)


def _write_beside(target: Path, new: bytes, *, like: Path | None) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(new)
            file.flush()
            if like is not None:
                was, now = like.stat(), os.fstat(file.fileno())
                if (was.st_uid, was.st_gid) != (now.st_uid, now.st_gid):
                    os.fchown(file.fileno(), was.st_uid, was.st_gid)
                os.fchmod(file.fileno(), was.st_mode & 0o7777)
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink()
        raise
    return Path(name)


def _check_unchanged(path: Path, old: bytes | None) -> None:
    try:
        now = read_regular(path)
    except FileNotFoundError:
        now = None
    if now != old:
        raise ChangedMeanwhileError(path)


def _flush_folder(folder: Path) -> None:
    """Make the new name last through a power cut, where the file system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
