"""The commands `auction_miner`, `edge_collector` and `site_collector`: no Home Assistant.

Their packages are found; the version is that of the manifest, requirements are the engine's.
"""

import json
from pathlib import Path

from setuptools import find_namespace_packages, setup

INTEGRATION = "custom_components/mining_farm"
COMMANDS = {
    "auction_miner": f"{INTEGRATION}/engines/auction",
    "edge_collector": f"{INTEGRATION}/engines/edge_collector",
    "site_collector": "apps/site_collector",
}
MANIFEST = json.loads(
    (Path(__file__).parent / INTEGRATION / "manifest.json").read_text("utf-8")
)


def read_requirements(folder: str) -> list[str]:
    """Return what a command needs."""
    path = Path(__file__).parent / folder / "requirements.txt"
    return path.read_text("utf-8").split()


def find_packages() -> list[str]:
    """Return each command's package and all that are nested in it, by installed names."""
    return [
        package
        for name, folder in COMMANDS.items()
        for package in (name, *(f"{name}.{inner}" for inner in _find_inner(folder)))
    ]


def _find_inner(folder: str) -> list[str]:
    return find_namespace_packages(folder, exclude=["__pycache__", "*.__pycache__"])


setup(
    version=MANIFEST["version"],
    package_dir=COMMANDS,
    packages=find_packages(),
    # The edge collector needs nothing.
    extras_require={
        "auction": read_requirements(COMMANDS["auction_miner"]),
        "site": read_requirements(COMMANDS["site_collector"]),
    },
)
