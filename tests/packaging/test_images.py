"""What the recipes of containers copy is enough to build what they install."""

from pathlib import Path
import re
import shutil
import subprocess
import sys
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
_COPY = re.compile(r"^COPY (?!--from)(.+) (\S+)$", re.MULTILINE)

pytestmark = pytest.mark.xdist_group("wheel")


def copied(recipe: Path, folder: Path) -> Path:
    """Copy into a folder what a recipe copies before it installs; return the project's."""
    ignored = recipe.with_name(f"{recipe.name}.dockerignore").read_text().split()
    allowed = tuple(line[1:] for line in ignored if line.startswith("!"))
    first_stage = re.split(r"^FROM ", recipe.read_text(), flags=re.MULTILINE)[1]
    for sources, target in _COPY.findall(first_stage):
        for source in sources.split():
            assert source.startswith(allowed), source
            place = folder / target.lstrip("/")
            if (ROOT / source).is_dir():
                skipped = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / source, place, ignore=skipped)
            elif target.endswith("/"):
                place.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / source, place)
    (project,) = folder.rglob("pyproject.toml")
    return project.parent


@pytest.mark.parametrize(
    ("recipe", "module"),
    [
        ("container/Containerfile", "site_collector/main.py"),
        ("auction_miner/Dockerfile", "auction_miner/main.py"),
    ],
)
def test_what_is_copied_can_be_built(tmp_path: Path, recipe: str, module: str) -> None:
    """Into a wheel that has the program."""
    source = copied(DEPLOY / recipe, tmp_path / "image")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "uv", "build", "--wheel", "--no-build-isolation"),
            *("--out-dir", tmp_path / "dist", source, "--python", sys.executable),
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with ZipFile(wheel) as archive:
        assert module in archive.namelist()
