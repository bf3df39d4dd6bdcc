"""Print the requirements that a Home Assistant with this integration installs at start.

Home Assistant fetches the requirements of what it loads at run time. Installed beforehand,
its first start takes seconds and needs no network.
"""

import json
from pathlib import Path

from homeassistant import bootstrap, components

ROOT = Path(__file__).parents[1]
CORE = Path(components.__file__).parent
OURS = ROOT / "custom_components" / "mining_farm"
CONFIGURED = {
    "api",
    "automation",
    "config",
    "conversation",
    "energy",
    "frontend",
    "history",
    "lovelace",
    "logbook",
    "recorder",
    "logger",
    "mqtt",
    "prometheus",
}
# No wheels for Python 3.14, and only used by voice satellites.
SKIPPED = {"pymicro-vad", "pyspeex-noise"}
# What a discovery key in a manifest loads.
DISCOVERY_KEYS = {"dhcp", "ssdp", "usb", "zeroconf"}


def _manifest(domain: str) -> dict[str, object]:
    path = (OURS if domain == OURS.name else CORE / domain) / "manifest.json"
    return json.loads(path.read_text()) if path.exists() else {}


def _needed(manifest: dict[str, object]) -> set[str]:
    names: set[str] = set()
    for key in ("dependencies", "after_dependencies"):
        names.update(manifest.get(key, []))  # type: ignore[arg-type]
    return names | (DISCOVERY_KEYS & manifest.keys())


def runtime_requirements() -> list[str]:
    """Return the pinned requirements of every integration that gets loaded."""
    pending = {OURS.name, *CONFIGURED, *bootstrap.DEFAULT_INTEGRATIONS}
    seen: set[str] = set()
    requirements: set[str] = set()
    while pending:
        domain = pending.pop()
        seen.add(domain)
        manifest = _manifest(domain)
        requirements.update(manifest.get("requirements", []))  # type: ignore[arg-type]
        pending |= _needed(manifest) - seen
    # Installed with the first wallet, and for the site collector.
    for folder in (OURS / "engines" / "auction", ROOT / "apps" / "site_collector"):
        requirements.update((folder / "requirements.txt").read_text("utf-8").split())
    return sorted(
        r for r in requirements if r.split("==")[0].split("[")[0] not in SKIPPED
    )


if __name__ == "__main__":
    print("\n".join(runtime_requirements()))
