"""Pack a release: python3 scripts/package.py v0.2.0 mining_farm.zip.

Prints the release's section of the changelog. The files are those that git has at HEAD,
in order and with one date, so that everyone gets the same bytes.
"""

import json
from pathlib import Path
import re
import subprocess
import sys
from zipfile import ZIP_STORED, ZipFile, ZipInfo

ROOT = Path(__file__).resolve().parents[1]
INTEGRATION = "custom_components/mining_farm"
# Stored, not compressed: what zlib makes of the same input differs between versions.
METHOD = ZIP_STORED


def _git(*arguments: str) -> bytes:
    """Return what git prints."""
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def _notes(version: str) -> str:
    """Return the changelog's section of a version; exit where there is none."""
    changelog = _git("show", "HEAD:CHANGELOG.md").decode()
    heading = rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d\n(.+?)(?=^## |^\[)"
    found = re.search(heading, changelog, re.MULTILINE | re.DOTALL)
    if found is None:
        sys.exit(f"CHANGELOG.md has no dated section of {version}")
    return found[1].strip()


def main(tag: str, target: Path) -> None:
    """Pack the integration as HEAD has it; exit where HEAD is not that version."""
    version = tag.removeprefix("v")
    manifest = json.loads(_git("show", f"HEAD:{INTEGRATION}/manifest.json"))
    if manifest["version"] != version:
        sys.exit(f"The manifest is of version {manifest['version']}, not {version}")
    notes = _notes(version)
    names = _git("ls-tree", "-r", "--name-only", "HEAD", f"{INTEGRATION}/").decode()
    with ZipFile(target, "w", METHOD) as archive:
        for name in sorted(names.splitlines()):
            info = ZipInfo(name.removeprefix(f"{INTEGRATION}/"))
            info.external_attr = 0o644 << 16
            archive.writestr(info, _git("show", f"HEAD:{name}"))
    sys.stdout.write(f"{notes}\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], Path(sys.argv[2]))
