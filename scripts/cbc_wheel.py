"""Build a wheel that runs the network's CBC where there is no glibc, or no x86-64.

    .venv/bin/python scripts/cbc_wheel.py x86_64 FOLDER
    .venv/bin/python scripts/cbc_wheel.py aarch64 FOLDER

The program is the one in PuLP. What starts it is taken from Debian's packages: the loader
and libraries of glibc, and on aarch64 QEMU as well, which emulates x86-64. All of it is
pinned in cbc_wheel.toml by SHA-256, and the same parts make the same wheel. `--parts`
names a folder in which the packages are, or are kept.
"""

import argparse
import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
import io
from pathlib import Path
import sys
import tarfile
from tempfile import TemporaryDirectory
import tomllib
from urllib.request import urlopen
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

PACKAGE = "mining_farm_cbc"
VERSION = "2.10.3"
ARCHITECTURES = ("x86_64", "aarch64")
_PINS = Path(__file__).with_suffix(".toml")
_TIMEOUT = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A Debian package, and what the wheel takes from it."""

    url: str
    source: str
    sha256: str
    architectures: Sequence[str]
    """Of the wheels that it goes into."""
    files: Mapping[str, str]
    """Names in the wheel's folder, by names in the package."""

    @property
    def name(self) -> str:
        """Return the name of its file."""
        return self.url.rpartition("/")[2]


_PROGRAMS = {"cbc", "ld-linux-x86-64.so.2", "qemu-x86_64"}
_ABOUT = f'''"""The network's own CBC {VERSION}, and what starts it where nothing else does.

No code: the auction miner of Mining Farm finds this folder.
"""
'''
_METADATA = f"""Metadata-Version: 2.4
Name: {PACKAGE.replace("_", "-")}
Version: {VERSION}
Summary: CBC {VERSION} for x86-64, and what starts it where nothing else does
Requires-Python: >=3.8
License-Expression: """
_LICENCES = {
    "x86_64": (
        "EPL-1.0 AND LGPL-2.1-or-later AND GPL-3.0-or-later WITH GCC-exception-3.1"
    ),
}
_LICENCES["aarch64"] = f"{_LICENCES['x86_64']} AND GPL-2.0-only"


class PartError(Exception):
    """A part cannot be had, or is not the one that is pinned."""


def read_part(part: Part, parts: Path) -> dict[str, bytes]:
    """Return what the wheel takes from a package; PartError."""
    kept = parts / part.name
    if not kept.exists():
        try:
            with urlopen(part.url, timeout=_TIMEOUT) as answer:  # noqa: S310
                package = answer.read()
        except OSError as err:
            raise PartError(f"{part.name} cannot be had: {err}") from err
        _check(part.name, package, part.sha256)
        kept.write_bytes(package)
    package = kept.read_bytes()
    _check(part.name, package, part.sha256)
    return dict(_unpack(package, part))


def read_cbc(pulp: Path, digest: str) -> dict[str, bytes]:
    """Return the program and its licence from PuLP's folder; PartError."""
    folder = pulp / "solverdir" / "cbc" / "linux" / "i64"
    try:
        program = (folder / "cbc").read_bytes()
        licence = (folder / "coin-license.txt").read_bytes()
    except OSError as err:
        raise PartError(f"PuLP has no CBC for x86-64: {err}") from err
    _check("cbc", program, digest)
    return {"cbc": program, "licences/cbc.txt": licence}


def write_wheel(
    folder: Path, architecture: str, files: Mapping[str, bytes], sources: str
) -> Path:
    """Write a wheel of these files, and return its path; the same input, the same bytes."""
    tag = f"py3-none-musllinux_1_1_{architecture}"
    info = f"{PACKAGE}-{VERSION}.dist-info"
    sums = "".join(
        f"{sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)
    )
    content = {
        f"{PACKAGE}/__init__.py": _ABOUT.encode(),
        **{f"{PACKAGE}/{name}": files[name] for name in sorted(files)},
        f"{PACKAGE}/SHA256SUMS": sums.encode(),
        f"{PACKAGE}/SOURCES.txt": sources.encode(),
        f"{info}/METADATA": f"{_METADATA}{_LICENCES[architecture]}\n".encode(),
        f"{info}/WHEEL": (
            "Wheel-Version: 1.0\nGenerator: mining-farm\nRoot-Is-Purelib: false\n"
            f"Tag: {tag}\n"
        ).encode(),
    }
    record = "".join(
        f"{name},sha256={_urlsafe(data)},{len(data)}\n"
        for name, data in content.items()
    )
    content[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    target = folder / f"{PACKAGE}-{VERSION}-{tag}.whl"
    with ZipFile(target, "w", ZIP_DEFLATED) as wheel:
        for name, data in content.items():
            entry = ZipInfo(name)
            entry.compress_type = ZIP_DEFLATED
            is_program = name.rpartition("/")[2] in _PROGRAMS
            entry.external_attr = (0o100755 if is_program else 0o100644) << 16
            wheel.writestr(entry, data)
    return target


def describe(digest: str, parts: Sequence[Part]) -> str:
    """Return where each part comes from, and where its source is offered."""
    lines = [
        "These files are unchanged copies from the following, whose source is offered",
        "where it says so.",
        "",
        f"cbc, sha256 {digest}",
        "  from PuLP 3.3 on PyPI",
        "  source: https://github.com/coin-or/Cbc/tree/releases/2.10.3",
    ]
    for part in parts:
        lines += [
            f"{', '.join(part.files.values())}, sha256 {part.sha256} of the package",
            f"  from {part.url}",
            f"  source: {part.source}",
        ]
    return "\n".join([*lines, ""])


def read_pins(path: Path) -> tuple[str, list[Part]]:
    """Return the SHA-256 of CBC, and the packages."""
    pins = tomllib.loads(path.read_text(encoding="utf-8"))
    return pins["cbc"], [Part(**part) for part in pins["part"]]


def build(architecture: str, folder: Path, parts: Path, pulp: Path, pins: Path) -> Path:
    """Return the wheel for an architecture; PartError."""
    digest, pinned = read_pins(pins)
    taken = [part for part in pinned if architecture in part.architectures]
    files = read_cbc(pulp, digest)
    for part in taken:
        files |= read_part(part, parts)
    folder.mkdir(parents=True, exist_ok=True)
    return write_wheel(folder, architecture, files, describe(digest, taken))


def _check(name: str, content: bytes, digest: str) -> None:
    if (found := sha256(content).hexdigest()) != digest:
        raise PartError(f"{name} is not the pinned one: its SHA-256 is {found}")


def _unpack(package: bytes, part: Part) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a Debian package that are wanted; PartError without one."""
    with tarfile.open(fileobj=io.BytesIO(_data_of(package, part))) as archive:
        for wanted, name in part.files.items():
            try:
                member = archive.extractfile(f"./{wanted}")
            except KeyError:
                member = None
            if member is None:
                raise PartError(f"{part.name} has no file {wanted}")
            yield name, member.read()


def _data_of(package: bytes, part: Part) -> bytes:
    """Return the files of a Debian package, which is an `ar` archive: deb(5)."""
    at = len(b"!<arch>\n")
    while at + 60 <= len(package):
        header = package[at : at + 60]
        name, size = header[:16].decode().rstrip(" /"), int(header[48:58])
        if name.startswith("data.tar"):
            return package[at + 60 : at + 60 + size]
        at += 60 + size + size % 2
    raise PartError(f"{part.name} is no Debian package")


def _urlsafe(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(sha256(content).digest())
    return digest.rstrip(b"=").decode()


def main(arguments: Sequence[str] | None = None) -> None:
    """Build what the command line asks for; exits with 1 where a part is missing."""
    import pulp  # type: ignore[import-untyped] # noqa: PLC0415

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("architecture", choices=ARCHITECTURES)
    parser.add_argument("folder", type=Path, help="where the wheel is to be")
    parser.add_argument("--parts", type=Path, help="folder of Debian packages")
    parser.add_argument("--pins", type=Path, default=_PINS, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as temporary:
        parts = options.parts or Path(temporary)
        parts.mkdir(parents=True, exist_ok=True)
        try:
            wheel = build(
                options.architecture,
                options.folder,
                parts,
                Path(pulp.__path__[0]),
                options.pins,
            )
        except PartError as err:
            sys.exit(str(err))
    digest = sha256(wheel.read_bytes()).hexdigest()
    sys.stdout.write(f"{digest}  {wheel}\n")


if __name__ == "__main__":
    main()
