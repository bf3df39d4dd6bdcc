"""A test on reference data without a twin is found, however it comes by the data."""

from pathlib import Path
import subprocess
import sys

import pytest

CHECK = Path(__file__).parents[2] / "scripts" / "check_twins.py"
OWN = "def test_own(): ...\n"


def check(folder: Path, text: str, conftest: str = "") -> tuple[int, list[str]]:
    """Return the check's exit status and lines on a folder with one file of tests."""
    tests = folder / "tests"
    tests.mkdir()
    (tests / "test_file.py").write_text(text)
    (tests / "conftest.py").write_text(conftest)
    result = subprocess.run(
        [sys.executable, CHECK, tests], capture_output=True, check=False, text=True
    )
    assert not result.stderr
    return result.returncode, result.stdout.splitlines()


READERS = {
    "parameter": """
from tests.reference import vectors
@pytest.mark.parametrize("case", vectors("auction", "budget.json"))
def test_read(case): ...
""",
    "constant": """
from tests.reference import reference
FOLDER = reference("pools")
FILES = sorted(FOLDER.glob("*"))
def test_read(): assert FILES
""",
    "function": """
from tests.reference import reference
def load(): return reference("pools").read_text()
def test_read(): assert load()
""",
    "fixture": """
from tests.reference import reference
@pytest.fixture
def data(): return reference("pools")
def test_read(data): ...
""",
    "mark of the file": """
from tests.reference import needs_reference
pytestmark = [needs_reference("pools")]
def test_read(): ...
""",
    "class": """
from tests.reference import reference
class TestAll:
    def test_read(self): assert reference("pools")
""",
}


@pytest.mark.parametrize("text", READERS.values(), ids=READERS)
def test_reference_data_without_a_twin_are_found(tmp_path: Path, text: str) -> None:
    """By name and place."""
    name = "TestAll::test_read" if "TestAll" in text else "test_read"
    assert check(tmp_path, text) == (1, [f"tests/test_file.py::{name}: names no twin"])


def test_a_shared_fixture_on_reference_data_is_found(tmp_path: Path) -> None:
    """One of the conftest above the test."""
    conftest = "from tests.reference import reference\ndef data(): return reference()\n"
    status, lines = check(tmp_path, "def test_read(data): ...\n", conftest)
    assert (status, lines) == (1, ["tests/test_file.py::test_read: names no twin"])


@pytest.mark.parametrize(
    ("twin", "status", "fault"),
    [
        ('"test_own"', 0, None),
        ('"tests/test_file.py::test_own"', 0, None),
        ("OTHER_CASES", 0, None),
        ('"test_absent"', 1, "its twin test_absent does not exist"),
        (
            '"tests/absent.py::test_own"',
            1,
            "its twin tests/absent.py::test_own does not",
        ),
        ('"test_other"', 1, "its twin test_other reads reference data"),
    ],
)
def test_a_twin_exists_and_reads_no_reference_data(
    tmp_path: Path, twin: str, status: int, fault: str | None
) -> None:
    """It is named by a test of the same file, of another, or is the test's other cases."""
    text = f"""
from tests.reference import OTHER_CASES, reference, twin
@twin({twin})
def test_read(): assert reference("pools")
@twin(OTHER_CASES)
def test_other(): assert reference("pools")
{OWN}"""
    found, lines = check(tmp_path, text)
    assert found == status
    assert len(lines) == 1
    if fault is None:
        assert lines == ["Each of 2 tests on reference data has one."]
    else:
        assert f"tests/test_file.py::test_read: {fault}" in lines[0]


def test_a_files_twin_is_that_of_its_tests_on_reference_data(tmp_path: Path) -> None:
    """Its own tests need none."""
    text = f"""
from tests.reference import reference, twin
pytestmark = twin("test_own")
def test_read(): assert reference("pools")
{OWN}"""
    assert check(tmp_path, text) == (0, ["Each of 1 tests on reference data has one."])
