"""What a test run prints."""

import asyncio
from pathlib import Path
import re
import sys

ROOT = Path(__file__).parents[1]
WITH_DATABASE = "tests/kinds/container/test_history.py"
PYTESTS_OWN = re.compile(r"\.|1 passed in [\d.]+s( \(.*\))?")


async def test_database_is_not_echoed() -> None:
    """A test with a recorder prints nothing, even where pytest captures nothing."""
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-s"),
        WITH_DATABASE,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output = (await run.communicate())[0].decode()

    assert run.returncode == 0, output
    lines = [line for line in output.splitlines() if line.strip()]
    assert [line for line in lines if not PYTESTS_OWN.fullmatch(line.strip())] == []
