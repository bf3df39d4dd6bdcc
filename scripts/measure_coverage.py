"""Measure what the tests reach in a plain copy of the repository, and hold it to a floor.

A stranger's clone has no reference data beside it; nor has the copy. Child processes
count, too. Prints the files below the floor and the totals, then pytest's closing line;
the exit status is 1 when a test fails or a floor is missed.
"""

from collections.abc import Iterator
import json
import os
from pathlib import Path
import shutil
import subprocess
import sys
from tempfile import TemporaryDirectory
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
LEFT_OUT = shutil.ignore_patterns(
    *(".git", ".venv*", ".tools", ".homeassistant", ".artifacts"),
    *(".*_cache", ".hypothesis", "__pycache__", "*.egg-info"),
)
LINES, BRANCHES, FILE = 97.0, 92.0, 90.0
"""In %."""


class Measured(NamedTuple):
    """Lines and branches of a file, or of all: how many there are, and how many ran."""

    name: str
    lines: int
    lines_run: int
    branches: int
    branches_run: int
    missing: str = ""

    @property
    def line_percent(self) -> float:
        """Return the part of the lines that ran, in %."""
        return 100 * self.lines_run / self.lines if self.lines else 100.0

    @property
    def branch_percent(self) -> float:
        """Return the part of the branches that ran, in %."""
        return 100 * self.branches_run / self.branches if self.branches else 100.0

    @property
    def percent(self) -> float:
        """Return the part of lines and branches together that ran, in %."""
        count = self.lines + self.branches
        return 100 * (self.lines_run + self.branches_run) / count if count else 100.0


def copy_repository(target: Path) -> None:
    """Copy the working tree, with the environment as a link."""
    shutil.copytree(ROOT, target, ignore=LEFT_OUT, symlinks=True)
    (target / ".venv").symlink_to(ROOT / ".venv")


def run_tests(copy: Path, arguments: list[str]) -> tuple[int, str]:
    """Run the suite below coverage, pass its output on; return status and closing line."""
    command = [sys.executable, "-m", "coverage", "run", "-m", "pytest"]
    with subprocess.Popen(
        [*command, "-n", "auto", "--dist", "loadgroup", *arguments],
        cwd=copy,
        env=os.environ | {"PY_COLORS": "0"},
        stdout=subprocess.PIPE,
        text=True,
    ) as pytest:
        closing = ""
        for line in pytest.stdout or ():
            if closing:
                print(closing, end="", flush=True)
            closing = line
    return pytest.returncode, closing


def combine(copy: Path) -> dict[str, object]:
    """Return coverage's report on every process that the tests ran."""
    coverage = [sys.executable, "-m", "coverage"]
    subprocess.run([*coverage, "combine", "--quiet"], cwd=copy, check=True)
    report = copy / "coverage.json"
    json_report = [*coverage, "json", "--quiet", "-o", str(report)]
    subprocess.run(json_report, cwd=copy, check=True)
    content: dict[str, object] = json.loads(report.read_text())
    return content


def _ranges(lines: list[int]) -> Iterator[str]:
    start = previous = None
    for line in [*lines, None]:
        if start is None or previous is None:
            start = line
        elif line != previous + 1:
            yield str(start) if start == previous else f"{start}-{previous}"
            start = line
        previous = line


def _measured(name: str, summary: dict[str, int], missing: list[int]) -> Measured:
    return Measured(
        name,
        lines=summary["num_statements"],
        lines_run=summary["covered_lines"],
        branches=summary["num_branches"],
        branches_run=summary["covered_branches"],
        missing=" ".join(_ranges(missing)),
    )


def read_report(report: dict[str, object]) -> tuple[Measured, list[Measured]]:
    """Return the totals, and each file, those that miss most first."""
    match report:
        case {"totals": dict(totals), "files": dict(files)}:
            rows = [
                _measured(name, file["summary"], file["missing_lines"])
                for name, file in files.items()
            ]
            return _measured("all", totals, []), sorted(
                rows, key=lambda row: row.percent
            )
        case _:
            raise ValueError("This is no report of coverage")


def print_files(files: list[Measured]) -> None:
    """Print the files that are below the floor of all, each with the lines that never ran."""
    print(
        f"\nBelow {LINES:.0f} % of lines or {BRANCHES:.0f} % of branches;"
        f" * = below the {FILE:.0f} % of a file"
    )
    print(f"{'file':<84} {'lines':>7} {'branches':>8} {'both':>7}  never ran")
    for file in files:
        if file.line_percent >= LINES and file.branch_percent >= BRANCHES:
            continue
        star = "*" if file.percent < FILE else " "
        print(
            f"{file.name.removeprefix('custom_components/mining_farm/'):<83}{star}"
            f" {file.line_percent:6.1f}% {file.branch_percent:7.1f}% {file.percent:6.1f}%"
            f"  {file.missing}"
        )


def missed_floors(total: Measured, files: list[Measured]) -> list[str]:
    """Return the floors that are missed, in words."""
    missed = []
    if total.line_percent < LINES:
        missed.append(f"lines {total.line_percent:.2f} %, the floor is {LINES:.0f} %")
    if total.branch_percent < BRANCHES:
        missed.append(
            f"branches {total.branch_percent:.2f} %, the floor is {BRANCHES:.0f} %"
        )
    missed += [
        f"{file.name} {file.percent:.1f} %, the floor of a file is {FILE:.0f} %"
        for file in files
        if file.percent < FILE
    ]
    return missed


def main() -> int:
    """Copy, run, report; return the exit status."""
    with TemporaryDirectory(
        prefix="mining_farm_", dir=os.environ.get("TMPDIR")
    ) as folder:
        copy = Path(folder) / "repository"
        copy_repository(copy)
        status, closing = run_tests(copy, sys.argv[1:])
        total, files = read_report(combine(copy))
    print_files(files)
    print(
        f"\n{len(files)} files: {total.line_percent:.2f} % of {total.lines} lines, "
        f"{total.branch_percent:.2f} % of {total.branches} branches"
    )
    missed = missed_floors(total, files)
    for floor in missed:
        print(f"Coverage too low: {floor}")
    print(closing, end="")
    return int(bool(status or missed))


if __name__ == "__main__":
    sys.exit(main())
