"""What scripts/package.py packs, and when it refuses to."""

import json
from pathlib import Path
import subprocess
import sys
from zipfile import ZipFile

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts/package.py"
CHANGELOG = """# Changelog

## [Unreleased]

- Not yet.

## [0.2.0] - 2026-12-01

- Something new.

## [0.1.0] - 2026-11-21

- The first.

[0.2.0]: https://example.com
"""


def _git(folder: Path, *arguments: str) -> None:
    names = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    subprocess.run(["/usr/bin/env", "git", *names, *arguments], cwd=folder, check=True)


def _package(folder: Path, tag: str) -> subprocess.CompletedProcess[str]:
    """Run the script as it lies in a repository."""
    return subprocess.run(
        [sys.executable, "scripts/package.py", tag, "out.zip"],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository that is ready to be released as 0.2.0."""
    files = {
        "CHANGELOG.md": CHANGELOG,
        "README.md": "Not packed.",
        "scripts/package.py": SCRIPT.read_text(),
        "custom_components/mining_farm/manifest.json": json.dumps({"version": "0.2.0"}),
        "custom_components/mining_farm/kinds/__init__.py": "",
    }
    for name, content in files.items():
        path = tmp_path / "one" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    _git(tmp_path / "one", "init", "--quiet")
    _git(tmp_path / "one", "add", ".")
    _git(tmp_path / "one", "commit", "--quiet", "--message", "Release")
    return tmp_path / "one"


def test_files_of_the_integration_are_packed_with_its_notes(repository: Path) -> None:
    """The archive holds the integration's files in git, unpacked where they belong."""
    (repository / "custom_components/mining_farm/stray.py").write_text("")
    ran = _package(repository, "v0.2.0")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "- Something new.\n"
    with ZipFile(repository / "out.zip") as archive:
        assert archive.namelist() == ["kinds/__init__.py", "manifest.json"]


def test_everyone_gets_the_same_bytes(repository: Path) -> None:
    """Another clone at another time packs the same archive."""
    other = repository.parent / "two"
    _git(repository, "clone", "--quiet", ".", str(other))
    archives = []
    for folder in (repository, other):
        assert _package(folder, "v0.2.0").returncode == 0
        archives.append((folder / "out.zip").read_bytes())
    assert archives[0] == archives[1]


@pytest.mark.parametrize(
    ("version", "tag", "reason"),
    [
        ("0.2.0", "v0.3.0", "The manifest is of version 0.2.0, not 0.3.0"),
        ("0.3.0", "v0.3.0", "CHANGELOG.md has no dated section of 0.3.0"),
        ("Unreleased", "vUnreleased", "CHANGELOG.md has no dated section"),
    ],
)
def test_what_does_not_agree_is_refused(
    repository: Path, version: str, tag: str, reason: str
) -> None:
    """Tag, manifest and changelog have to name the same version."""
    manifest = repository / "custom_components/mining_farm/manifest.json"
    manifest.write_text(json.dumps({"version": version}))
    _git(repository, "commit", "--all", "--quiet", "--message", "x", "--allow-empty")
    ran = _package(repository, tag)
    assert ran.returncode == 1
    assert reason in ran.stderr
    assert not (repository / "out.zip").exists()
