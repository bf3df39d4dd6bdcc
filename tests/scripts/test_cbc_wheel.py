"""The wheel that brings the network's CBC to where it does not start: built, installed, run."""

from collections.abc import Mapping
from hashlib import sha256
import io
import json
from pathlib import Path
import subprocess
import sys
import tarfile
from typing import Any
from zipfile import ZipFile

import pulp  # type: ignore[import-untyped]
import pytest

from custom_components.mining_farm.engines.auction.solver.cbc import find_cbc

REPOSITORY = Path(__file__).parents[2]
SCRIPT = REPOSITORY / "scripts" / "cbc_wheel.py"
ENGINES = REPOSITORY / "custom_components" / "mining_farm" / "engines"
PULP = Path(pulp.__path__[0])
CBC = PULP / "solverdir" / "cbc" / "linux" / "i64" / "cbc"
MUSL = "unknown-linux-musl"
STARTS = (
    ("ld-linux-x86-64.so.2", b"#!/bin/sh\n"),
    ("libc.so.6", b"a library"),
    ("licences/glibc.txt", b"LGPL"),
)


def _deb(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a Debian package: an ar archive of three members."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:xz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"./{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    package = b"!<arch>\n"
    for name, content in (
        ("debian-binary", b"2.0\n"),
        ("control.tar.xz", b"odd"),
        ("data.tar.xz", data.getvalue()),
    ):
        header = f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n"
        package += header.encode() + content + b"\n" * (len(content) % 2)
    path.write_bytes(package)


class Building:
    """A folder with one package, and what is pinned of it."""

    def __init__(self, folder: Path, files: Mapping[str, bytes]) -> None:
        """Pin the package as it is."""
        self.folder = folder
        self.parts = folder / "parts"
        self.parts.mkdir()
        self.deb = self.parts / "starts_1_amd64.deb"
        _deb(self.deb, {f"lib/{name}": content for name, content in files.items()})
        self.files = {f"lib/{name}": name for name in files}
        self.digest = sha256(self.deb.read_bytes()).hexdigest()
        self.cbc = sha256(CBC.read_bytes()).hexdigest()
        self.url = "http://127.0.0.1:9/starts_1_amd64.deb"

    def run(
        self, architecture: str = "x86_64", to: str = "dist"
    ) -> subprocess.CompletedProcess[str]:
        """Run the script."""
        pins = self.folder / "pins.toml"
        names = "\n".join(
            f"{json.dumps(one)} = {json.dumps(other)}"
            for one, other in self.files.items()
        )
        pins.write_text(
            f'cbc = "{self.cbc}"\n[[part]]\nurl = "{self.url}"\n'
            f'source = "https://example.com/"\nsha256 = "{self.digest}"\n'
            f'architectures = ["x86_64"]\n[part.files]\n{names}\n'
        )
        command: list[str | Path] = [sys.executable, SCRIPT, architecture]
        command += [self.folder / to, "--parts", self.parts, "--pins", pins]
        return subprocess.run(command, check=False, capture_output=True, text=True)

    def wheel(self, architecture: str = "x86_64", to: str = "dist") -> Path:
        """Return the wheel that it builds."""
        done = self.run(architecture, to)
        assert done.returncode == 0, done.stderr
        (path,) = (self.folder / to).glob(f"*_{architecture}.whl")
        assert sha256(path.read_bytes()).hexdigest() in done.stdout
        return path


@pytest.fixture
def building(tmp_path: Path) -> Building:
    """Return one with a loader that starts nothing."""
    return Building(tmp_path, dict(STARTS))


def _install(
    wheel: Path, target: Path, platform: str
) -> subprocess.CompletedProcess[str]:
    """Install a wheel alone, as on that platform, into an empty folder."""
    command = [sys.executable, "-m", "uv", "pip", "install", "--no-index", "--offline"]
    command += ["--python-platform", platform, "--python-version", "3.14"]
    command += ["--target", str(target), str(wheel)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_the_wheel_holds_the_parts_their_licences_and_their_hashes(
    building: Building,
) -> None:
    """The same parts make the same bytes; what is to be run may be."""
    wheel = building.wheel()
    assert wheel.read_bytes() == building.wheel(to="again").read_bytes()
    assert wheel.name == "mining_farm_cbc-2.10.3-py3-none-musllinux_1_1_x86_64.whl"
    with ZipFile(wheel) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
        modes = {one.filename: one.external_attr >> 16 for one in archive.infolist()}
    folder = "mining_farm_cbc/"
    assert content[f"{folder}cbc"] == CBC.read_bytes()
    for name, expected in STARTS:
        assert content[folder + name] == expected
    assert b"ECLIPSE" in content[f"{folder}licences/cbc.txt"].upper()
    lines = content[f"{folder}SHA256SUMS"].decode().splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    for name, digest in sums.items():
        assert sha256(content[folder + name]).hexdigest() == digest
    assert {"cbc", *(name for name, _ in STARTS)} < set(sums)
    sources = content[f"{folder}SOURCES.txt"].decode()
    for told in (building.url, building.digest, building.cbc, "https://example.com/"):
        assert told in sources
    programs = {name for name, mode in modes.items() if mode & 0o111}
    assert programs == {f"{folder}cbc", f"{folder}ld-linux-x86-64.so.2"}


@pytest.mark.parametrize("change", ["digest", "cbc"])
def test_a_part_that_is_not_the_pinned_one_is_refused(
    building: Building, change: str
) -> None:
    """By its SHA-256; nothing is built."""
    setattr(building, change, "0" * 64)
    done = building.run()
    assert done.returncode == 1
    assert "is not the pinned one" in done.stderr
    assert not (building.folder / "dist").exists()


def test_what_a_package_lacks_or_that_cannot_be_had_is_named(
    building: Building,
) -> None:
    """And one that is no package at all."""
    building.files = {"lib/other": "other"}
    assert "starts_1_amd64.deb has no file lib/other" in building.run().stderr
    building.deb.write_bytes(b"!<arch>\n")
    building.digest = sha256(b"!<arch>\n").hexdigest()
    assert "is no Debian package" in building.run().stderr
    building.deb.unlink()
    assert "starts_1_amd64.deb cannot be had" in building.run().stderr


def test_what_is_pinned_for_each_architecture() -> None:
    """The loader for both, which starts x86-64; what emulates that for aarch64 alone."""
    import tomllib

    pins = tomllib.loads(SCRIPT.with_suffix(".toml").read_text())
    assert pins["cbc"] == sha256(CBC.read_bytes()).hexdigest()
    taken: dict[str, set[str]] = {"x86_64": set(), "aarch64": set()}
    for part in pins["part"]:
        assert len(part["sha256"]) == 64
        assert part["url"].startswith("https://")
        for architecture in part["architectures"]:
            taken[architecture] |= set(part["files"].values())
    assert {"ld-linux-x86-64.so.2", "libc.so.6", "libstdc++.so.6"} < taken["x86_64"]
    assert taken["aarch64"] - taken["x86_64"] == {"qemu-x86_64", "licences/qemu.txt"}


@pytest.mark.parametrize("architecture", ["x86_64", "aarch64"])
def test_it_installs_where_there_is_no_glibc(
    building: Building, architecture: str
) -> None:
    """And nowhere else: there PuLP's own CBC starts by itself."""
    wheel = building.wheel(architecture)
    target = building.folder / "site"
    done = _install(wheel, target, f"{architecture}-{MUSL}")
    assert done.returncode == 0, done.stderr
    assert (target / "mining_farm_cbc" / "cbc").read_bytes() == CBC.read_bytes()
    other = {"x86_64": "aarch64", "aarch64": "x86_64"}[architecture]
    for platform in (f"{other}-{MUSL}", f"{architecture}-unknown-linux-gnu"):
        refused = _install(wheel, building.folder / "none", platform)
        assert refused.returncode
        assert "incompatible" in refused.stderr


_FIND = """
import json, sys, tempfile
from dataclasses import asdict
from pathlib import Path
sys.path[:0] = {path!r}
from auction.solver.cbc import choose, find_cbc
from auction.window.selection import pack
from auction.models import FP, Bid
folder = Path(tempfile.mkdtemp())
cbc = find_cbc(None, folder)
market = {{
    "a": (Bid(size="0.1", price_fp18=FP, count=5),),
    "b": (Bid(size="0.15", price_fp18=97 * FP // 100, count=4),),
    "c": (Bid(size="0.1", price_fp18=FP, count=5),),
}}
taken = None if cbc is None else choose(
    pack(market, 0.9), cbc, folder, seed=7, big_m=True, seconds=60
)
print(json.dumps([None if cbc is None else asdict(cbc), taken]))
"""


def _found(*path: Path) -> Any:
    """Return what an interpreter finds that has nothing else installed."""
    code = _FIND.format(path=[str(ENGINES), *map(str, path)])
    command = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def test_an_installed_wheel_is_found_and_takes_the_same_winners(tmp_path: Path) -> None:
    """In an empty environment, by this machine's loader, ties included."""
    direct = find_cbc(None, tmp_path)
    if direct is None or not direct.reference:
        pytest.skip("the network's CBC does not run here")
    building = Building(tmp_path, _loader_of_this_machine())
    target = tmp_path / "site"
    done = _install(building.wheel(), target, f"x86_64-{MUSL}")
    assert done.returncode == 0, done.stderr
    assert _found() == [None, None]
    found, taken = _found(target)
    folder = target / "mining_farm_cbc"
    assert found["command"] == [
        *(str(folder / "ld-linux-x86-64.so.2"), "--library-path", str(folder)),
        str(folder / "cbc"),
    ]
    assert found["reference"]
    # Beside PuLP, its own one starts by itself.
    direct_found, direct_taken = _found(target, PULP.parent)
    assert direct_found["command"] == list(direct.command)
    assert taken == direct_taken
    (folder / "cbc").write_bytes((folder / "cbc").read_bytes() + b"\0")
    changed, _ = _found(target)
    assert not changed["reference"]


def _loader_of_this_machine() -> dict[str, bytes]:
    """Return what the program needs here, as the wheel names it."""
    done = subprocess.run(
        ["/usr/bin/env", "ldd", CBC], check=True, capture_output=True, text=True
    )
    paths = [
        Path(word)
        for line in done.stdout.splitlines()
        for word in line.split()
        if word.startswith("/")
    ]
    return {path.name: path.read_bytes() for path in paths}
