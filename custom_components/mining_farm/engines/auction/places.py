"""Where files that a user names may be, and how they may be called.

Others may write into the folders of a proxy or of a workers file: a link that they put
there must not lead us to read or write anything else.
"""

import errno
import os
from pathlib import Path
import stat
from typing import Final

from .errors import RoutingError

_CODE: Final = frozenset(
    {".bash", ".bat", ".cmd", ".exe", ".js", ".jinja", ".lua", ".mjs", ".php", ".pl"}
    | {".ps1", ".py", ".pyc", ".pyd", ".pyi", ".rb", ".service", ".sh", ".so", ".ts"}
    | {".yaml", ".yml", ".zsh"}
)
"""Endings of what is run, or read as configuration, by this machine."""


def resolved(path: Path) -> Path:
    """Return the file that a name stands for; OSError where a link leads out of its folder."""
    target = Path(os.path.realpath(path))
    if not target.is_relative_to(os.path.realpath(path.parent)):
        raise OSError(errno.EXDEV, "is a link that leads out of its folder")
    return target


def check_places(path: Path, reload_file: Path) -> None:
    """Refuse files that a proxy cannot want; RoutingError."""
    for file in (path, reload_file):
        if Path(file.name.casefold()).suffix in _CODE:
            raise RoutingError(f"{file.name} is named like code")
    try:
        target = resolved(path)
    except OSError as err:
        raise RoutingError(f"{path.name} {err.strerror}") from err
    if target.suffix.casefold() in _CODE:
        raise RoutingError(f"{path.name} is a link to what is named like code")
    if os.path.realpath(path.parent) != os.path.realpath(reload_file.parent):
        raise RoutingError(
            f"the reload file {reload_file.name} is not in the folder of {path.name}"
        )


def touch(reload_file: Path) -> None:
    """Make a file, or its time new; OSError, also for a link. Folders are not made."""
    descriptor = os.open(
        reload_file,
        os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC,
        0o644,
    )
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "is no regular file")
        os.utime(descriptor)
    finally:
        os.close(descriptor)
