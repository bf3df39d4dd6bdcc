"""The network's own solver: CBC as PuLP ships it, asked as the reference asks.

Half of all contested auctions have several best answers. Which of them is taken
follows from the build of CBC, the order and names of the columns, the digits in the
MPS file and the seed; so every detail here is the reference's.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
import os
from pathlib import Path
import platform
import subprocess
import sys
import threading

from ..errors import SolverError
from ..models import FP, Bid
from ..window.selection import Knapsack, pack
from .model_file import read_solution, write_model

BIG_M_FROM_BLOCK = 7_405_572
"""From here on, windows minimise the cost among those with the most hashrate."""
_REFERENCE = "2e17077752aa52b06385ad248c9e90bb4f1ce34038c34c94e1012ca6adea5cc7"
"""SHA-256 of CBC 2.10.3 for x86-64, in PuLP 3.3.0 as in 3.3.2."""
_LOADER = "ld-linux-x86-64.so.2"
_EMULATOR = "qemu-x86_64"
_WHEEL = "mining_farm_cbc"
"""A package that nothing requires: the network's CBC, and what starts it elsewhere."""
_NICER = 10
"""By so much CBC lets others go first. It alone does: a thread of ours at that priority
would keep the interpreter's lock from a proof that is waited for."""
_MAX_NODES = 100_000
_PROBE_S = 20.0
_PROBE = pack({"": (Bid(size="0.1", price_fp18=FP, count=2),)}, 0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CBC:
    """A CBC that runs on this machine."""

    command: Sequence[str]
    """The program, behind what starts it."""
    reference: bool
    """Whether it is, byte for byte, the one that the validators run."""


class BreakOff:
    """Lets another thread end a run of CBC, also one that has not begun."""

    def __init__(self) -> None:
        """Let it run."""
        self._lock = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self.wanted = False

    def take(self, running: subprocess.Popen[bytes]) -> None:
        """Take what is to be ended."""
        with self._lock:
            self._running = running
            if self.wanted:
                running.kill()

    def order(self) -> None:
        """End it."""
        with self._lock:
            self.wanted = True
            if self._running is not None:
                self._running.kill()


def seed_from_hash(block_hash: str) -> int:
    """Return the seed of a window, 1 to 2,147,483,647, from its first block's hash."""
    try:
        # This takes off every leading 0 and x, as the reference does, and not the
        # prefix alone. Nothing is left of a hash of zeros: its seed is 1.
        number = int(block_hash.strip().lstrip("0x")[-16:], 16)
    except ValueError:
        return 1
    return number % 2_147_483_647 + 1


def find_cbc(path: str | None, folder: Path, glibc: str | None = None) -> CBC | None:
    """Return CBC at a path (PuLP's own by default), or None where none runs.

    PuLP's CBC for x86-64 needs glibc: on Alpine (musl) it is there and does not start,
    unless a folder, or an installed package, has glibc's loader and libraries, to be
    started by. Of those that run, the network's own is taken.
    """
    program = path or _bundled_cbc()
    commands: list[tuple[str, ...]] = [] if program is None else [(program,)]
    for starting in (glibc, _package_folder()):
        if starting is not None:
            commands += _loaded(Path(starting), path, program)
    running: CBC | None = None
    for command in commands:
        if (found := _try(command, folder)) is not None:
            if found.reference:
                return found
            running = running or found
    return running


def _loaded(
    folder: Path, path: str | None, program: str | None
) -> list[tuple[str, ...]]:
    """Return what starts CBC by a folder's loader: the folder's own one if it has one."""
    own = folder / "cbc"
    if path is None and own.exists():
        program = str(own)
    if program is None:
        return []
    emulator, loader = folder / _EMULATOR, folder / _LOADER
    starters = [one for one in (emulator, loader) if one.exists()]
    for starter in starters:
        _let_run(starter)
    return [(*map(str, starters), "--library-path", str(folder), program)]


def _package_folder() -> str | None:
    spec = find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return None
    return spec.submodule_search_locations[0]


def _try(command: Sequence[str], folder: Path) -> CBC | None:
    """Return the CBC that a command starts; None where it does not."""
    try:
        digest = sha256(Path(command[-1]).read_bytes()).hexdigest()
        cbc = CBC(command=command, reference=digest == _REFERENCE)
        taken = choose(_PROBE, cbc, folder, seed=1, big_m=True, seconds=_PROBE_S)
    except OSError, SolverError:
        return None
    return cbc if taken == (1,) else None


def choose(
    knapsack: Knapsack,
    cbc: CBC,
    folder: Path,
    *,
    seed: int,
    big_m: bool,
    seconds: float,
    break_off: BreakOff | None = None,
) -> tuple[int, ...]:
    """Return how many of each lot win; SolverError after so many seconds."""
    model = write_model(knapsack, big_m=big_m)
    (folder / "knap.mps").write_text(model, encoding="ascii")
    options = ["-max", "-threads", "1"]
    if seed > 0:
        options += ["-randomSeed", str(seed)]
    options += ["-maxNodes", str(_MAX_NODES), "-timeMode", "elapsed", "-branch"]
    options += ["-printingOptions", "all", "-solution", "knap.sol"]
    solution = folder / "knap.sol"
    solution.unlink(missing_ok=True)
    try:
        command = [*cbc.command, "knap.mps", *options]
        _run(command, folder, seconds, break_off or BreakOff())
        text = solution.read_text(encoding="ascii", errors="replace")
    except subprocess.TimeoutExpired as err:
        raise SolverError(f"CBC found no winners within {seconds:.0f} s") from err
    except OSError as err:
        raise SolverError(f"CBC gave no answer: {err}") from err
    return read_solution(text, knapsack)


def _bundled_cbc() -> str | None:
    """Return where PuLP keeps its CBC, without importing PuLP; None without it."""
    spec = find_spec("pulp")
    if spec is None or not spec.submodule_search_locations:
        return None
    arm = platform.machine() in {"aarch64", "arm64"}
    system, machine = "linux", "arm64" if arm else "i64"
    if sys.platform == "darwin":
        # PuLP ships CBC for Intel alone on macOS.
        system, machine = "osx", "i64"
    folder = Path(spec.submodule_search_locations[0])
    path = folder / "solverdir" / "cbc" / system / machine / "cbc"
    # PuLP would do it when it is imported.
    _let_run(path)
    return str(path)


def _let_run(path: Path) -> None:
    """Let a program be run: some installers drop its mode."""
    with suppress(OSError):
        if not os.access(path, os.X_OK):
            path.chmod(path.stat().st_mode | 0o111)


def _run(
    command: Sequence[str], folder: Path, seconds: float, break_off: BreakOff
) -> None:
    """Run CBC in a folder, in which its files are; nothing it starts holds us up."""
    with (
        (folder / "cbc.log").open("wb") as log,
        subprocess.Popen(  # noqa: S603
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        ) as running,
    ):
        break_off.take(running)
        with suppress(OSError):
            os.setpriority(
                os.PRIO_PROCESS,
                running.pid,
                os.getpriority(os.PRIO_PROCESS, running.pid) + _NICER,
            )
        try:
            status = running.wait(max(seconds, 0.0))
        except BaseException:
            running.kill()
            raise
    if status:
        raise SolverError(f"CBC ended with exit status {status}")
