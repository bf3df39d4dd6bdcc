"""Check that every requirement of the integration installs where Home Assistant runs.

Home Assistant's container is Alpine (musl) on x86-64 and aarch64, has no compiler, and
resolves requirements under core's constraints. Exits 1 with the resolver's reason.
"""

import json
from pathlib import Path
import subprocess
import sys

import homeassistant

INTEGRATION = Path(__file__).parents[1] / "custom_components" / "mining_farm"
MANIFEST = INTEGRATION / "manifest.json"
WALLETS = INTEGRATION / "engines" / "auction" / "requirements.txt"
CONSTRAINTS = Path(homeassistant.__file__).with_name("package_constraints.txt")
ARCHITECTURES = ("x86_64", "aarch64")
# Has wheels for glibc only, so a check that lets it pass checks nothing.
CONTROL = "bittensor-wallet==4.0.1"


def resolve(requirements: list[str], architecture: str) -> str | None:
    """Return why the requirements do not install on this architecture, None if they do."""
    result = subprocess.run(
        [
            sys.executable,
            *("-m", "uv", "pip", "compile", "--quiet"),
            *("--python-version", "3.14"),
            *("--python-platform", f"{architecture}-unknown-linux-musl"),
            *("--only-binary", ":all:"),
            *("--constraint", str(CONSTRAINTS)),
            "-",
        ],
        input="\n".join(requirements),
        capture_output=True,
        check=False,
        text=True,
    )
    # An open range is refused version by version; the conclusion stands at the end.
    reason = "\n".join(result.stderr.strip().splitlines()[-20:])
    return reason if result.returncode else None


def main() -> int:
    """Check the control, then all requirements; return the exit status."""
    requirements: list[str] = json.loads(MANIFEST.read_text())["requirements"]
    requirements += WALLETS.read_text("utf-8").split()
    failed = False
    for architecture in ARCHITECTURES:
        refusal = resolve([CONTROL], architecture)
        if refusal is None or "no usable wheels" not in refusal:
            print(
                f"{architecture}: {CONTROL} was not refused for its wheels: {refusal}"
            )
            failed = True
        if reason := resolve(requirements, architecture):
            print(f"{architecture}: {reason}")
            failed = True
    if not failed:
        names = ", ".join(requirements) or "no requirements, nothing to install"
        print(f"{' and '.join(ARCHITECTURES)} on musl: {names}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
