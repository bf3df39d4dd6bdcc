"""The commands `auction_miner` and `edge_collector`: engines that run without Home Assistant.

Their packages are found; the version is that of the manifest, requirements are the engine's.
"""

import json
from pathlib import Path

from setuptools import find_namespace_packages, setup

INTEGRATION = "custom_components/mining_farm"
ENGINES = {
    "auction_miner": f"{INTEGRATION}/engines/auction",
    "edge_collector": f"{INTEGRATION}/engines/edge_collector",
}
MANIFEST = json.loads(
    (Path(__file__).parent / INTEGRATION / "manifest.json").read_text("utf-8")
)
REQUIREMENTS = (
    Path(__file__).parent / INTEGRATION / "engines/auction/requirements.txt"
).read_text("utf-8")


def find_engine_packages() -> list[str]:
    """Return each engine's package and all that are nested in it, by their installed names."""
    return [
        package
        for name, folder in ENGINES.items()
        for package in (name, *(f"{name}.{inner}" for inner in _find_inner(folder)))
    ]


def _find_inner(folder: str) -> list[str]:
    return find_namespace_packages(folder, exclude=["__pycache__", "*.__pycache__"])


setup(
    version=MANIFEST["version"],
    package_dir=ENGINES,
    packages=find_engine_packages(),
    # The edge collector needs nothing.
    extras_require={"auction": REQUIREMENTS.split()},
)
