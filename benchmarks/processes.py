"""How much memory the processes beside a core hold."""

from contextlib import suppress
import threading
from typing import Self

import psutil  # type: ignore[import-untyped]

from .table import figure

_EVERY_S = 0.25
_NAMES = {"chain": "chain.process", "solver": "solver.process", "cbc": "solverdir"}
_MB = 1e6


class Residents:
    """Looks at them for as long as it is entered."""

    def __init__(self, pid: int | None) -> None:
        """Take the core's process."""
        self._core = psutil.Process(pid)
        self._most: dict[str, int] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._done.set()
        self._thread.join()

    def most(self, name: str) -> str:
        """Return the most that one of that name held, in MB; a dash: there was none."""
        most = self._most.get(name)
        return figure(None if most is None else most / _MB, 0)

    def _watch(self) -> None:
        while not self._done.wait(_EVERY_S):
            with suppress(psutil.Error):
                for child in self._core.children(recursive=True):
                    with suppress(psutil.Error):
                        self._look(child)

    def _look(self, child: psutil.Process) -> None:
        line = " ".join(child.cmdline())
        for name, part in _NAMES.items():
            if part in line:
                held = child.memory_info().rss
                self._most[name] = max(self._most.get(name, 0), held)
                return
