"""What the manifest lets Home Assistant discover: every family by its own name."""

from fnmatch import fnmatch
import json
from pathlib import Path
import re
from typing import Any

import pytest

from tests.reference import needs_reference, reference, twin

MANIFEST: dict[str, Any] = json.loads(
    (
        Path(__file__).parents[3] / "custom_components/mining_farm/manifest.json"
    ).read_text("utf-8")
)
FACTS = ("..", "facts", "miner-control.md")
NAMES = (
    "Antminer",
    "WhatsMiner",
    "bitaxe",
    "NerdAxe",
    "nerdqaxeplus",
    "NerdOCTAXE",
    "Avalon1246",
    "DG1+",
    "DG-Home1",
    "Hammer-D10",
)
"""As factories set them: what stands behind the make differs."""


def is_discovered(name: str) -> bool:
    """Return whether a device of this host name is: the core compares in lower case."""
    return any(
        fnmatch(name.lower(), matcher["hostname"])
        for matcher in MANIFEST["dhcp"]
        if "hostname" in matcher
    )


@pytest.mark.parametrize("name", NAMES)
def test_each_family_is_found_by_its_host_name(name: str) -> None:
    """When it asks for an address."""
    assert is_discovered(name)


@pytest.mark.parametrize("name", ["antmin", "homeassistant", "esp-bitaxe", "dg2", ""])
def test_others_are_not(name: str) -> None:
    """Whoever else is in the network."""
    assert not is_discovered(name)


@needs_reference(*FACTS)
@twin("test_each_family_is_found_by_its_host_name")
def test_every_host_name_of_the_facts_is_found() -> None:
    """None was forgotten."""
    text = reference(*FACTS).read_text("utf-8")
    (line,) = re.findall(r"DHCP host names: ([^.]*)\.", text)
    names = re.findall(r"`([^`]+)`", line)
    assert len(names) > 6
    assert [name for name in names if not is_discovered(name.rstrip("…"))] == []


def test_hardware_addresses_are_prefixes_as_the_core_compares_them() -> None:
    """In upper case and without colons, long enough to belong to one maker."""
    prefixes = [m["macaddress"] for m in MANIFEST["dhcp"] if "macaddress" in m]
    assert all(re.fullmatch(r"[0-9A-F]{6,7}\*", prefix) for prefix in prefixes)
    assert len(set(prefixes)) == len(prefixes)


def test_a_bitaxe_is_found_by_what_it_announces() -> None:
    """Its instance name, which the core compares in lower case."""
    (matcher,) = MANIFEST["zeroconf"]
    assert matcher["type"] == "_http._tcp.local."
    announced = "Bitaxe Gamma 601 (A1B2)._http._tcp.local."
    assert fnmatch(announced.lower(), matcher["name"])
    assert not fnmatch("printer._http._tcp.local.", matcher["name"])
