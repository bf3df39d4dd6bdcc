"""A client under comparison in a process of its own, with its own interpreter."""

from collections.abc import Sequence
from dataclasses import dataclass, field
import json
from pathlib import Path
from statistics import median
import subprocess
import sys
from typing import IO, Any, Self, cast

from . import clients

ROOT = Path(__file__).parents[1]
PYASIC = "pyasic==0.79.0"
PYASIC_RS = "pyasic-rs==0.8.6"
_ENVIRONMENTS = ROOT / ".tools"


@dataclass(slots=True)
class Samples:
    """What polls took, in ms."""

    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    rates: list[int] = field(default_factory=list)
    """How many rates the last poll of each round read."""

    def add(self, more: Samples) -> None:
        """Take over the samples of another round."""
        self.wall_ms += more.wall_ms
        self.cpu_ms += more.cpu_ms
        self.rates += more.rates

    @property
    def summary(self) -> tuple[float, float, float, float]:
        """Median and worst wall time, median and worst CPU time."""
        return (
            median(self.wall_ms),
            max(self.wall_ms),
            median(self.cpu_ms),
            max(self.cpu_ms),
        )


class ClientProcess:
    """One of the modules in `clients`, at work."""

    def __init__(
        self,
        module: str,
        interpreter: str,
        hosts: Sequence[str],
        *,
        quiet: bool = False,
    ) -> None:
        """Start it and let it get to know the miners; RuntimeError when it cannot.

        With `quiet` the error says why in the client's last words, and nothing is
        printed.
        """
        self._process = subprocess.Popen(
            [interpreter, "-m", clients.__name__, module, *hosts],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if quiet else None,
            text=True,
        )
        self._orders = cast(IO[str], self._process.stdin)
        self._answers = cast(IO[str], self._process.stdout)
        self.version: str = self._read()["version"]

    def __enter__(self) -> Self:
        """Go on."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let it end."""
        self._process.communicate()

    def poll(self, repetitions: int, interval_s: float = 0.0) -> Samples:
        """Poll again and again, as if `interval_s` lay between."""
        order = {"repetitions": repetitions, "interval_s": interval_s}
        print(json.dumps(order), file=self._orders, flush=True)
        return Samples(**self._read())

    def _read(self) -> dict[str, Any]:
        line = self._answers.readline()
        if not line:
            _, said = self._process.communicate()
            last = said.strip().splitlines()[-1] if said else ""
            ended = f"the client ended with status {self._process.returncode}"
            raise RuntimeError(last or ended)
        answer: dict[str, Any] = json.loads(line)
        return answer


def interpreter_with(requirement: str) -> str:
    """Return an interpreter that has a package, installed where it touches nothing.

    Raises:
        RuntimeError: It cannot be installed here.
    """
    name = requirement.partition("==")[0]
    python = _ENVIRONMENTS / name / "bin" / "python"
    uv = (sys.executable, "-m", "uv")
    create = ("venv", "--allow-existing", "--python", sys.executable, python.parents[1])
    for command in (
        (*uv, *create),
        (*uv, "pip", "install", "--python", python, requirement),
    ):
        result = subprocess.run(command, capture_output=True, check=False, text=True)
        if result.returncode:
            raise RuntimeError(result.stderr.strip().splitlines()[-1])
    return str(python)
