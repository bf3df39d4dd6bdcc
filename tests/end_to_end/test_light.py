"""A house pays for what it uses: what only other kinds need is neither there nor loaded."""

import json
from pathlib import Path
import subprocess
import sys

ROOT = Path(__file__).parents[2]
ONLY_RIGS = ("kasa",)
ONLY_WALLETS = (
    "async_substrate_interface",
    "cyscale",
    "highspy",
    "pulp",
    "scalecodec",
    "sr25519",
    "tomlkit",
)
NOBODY = ("numpy",)
PROGRAM = """
import asyncio, json, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

BLOCKED = set(json.loads(sys.argv[1]))
sys.meta_path.insert(0, Absent())
from tests.end_to_end.light_house import live
print(json.dumps(asyncio.run(live(sys.argv[2]))))
"""


def _live(folder: Path, *blocked: str) -> dict[str, object]:
    """Return what a Home Assistant of its own process says after a while."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(blocked), str(folder)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    answer: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return answer
