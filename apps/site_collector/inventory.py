"""Which addresses a site has, where they are, and which collector asks each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
import hashlib
import re

from .engine import Credentials, TargetError, TooManyTargetsError, parse_targets

_SEPARATORS = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a machine stands; a level without a name is not used."""

    building: str = ""
    container: str = ""
    rack: str = ""

    def at(self, level: str) -> Place | None:
        """Return the place of a level around it; None where that has no name."""
        match level:
            case "site":
                return Place()
            case "building" if self.building:
                return Place(building=self.building)
            case "container" if self.container:
                return Place(building=self.building, container=self.container)
            case "rack" if self.rack:
                return self
        return None

    def around(self) -> list[Place]:
        """Return the site and every named level down to this place."""
        levels = ("site", "building", "container", "rack")
        return [place for level in levels if (place := self.at(level)) is not None]

    @property
    def level(self) -> str:
        """The innermost level that has a name."""
        if self.rack:
            return "rack"
        if self.container:
            return "container"
        return "building" if self.building else "site"

    @property
    def name(self) -> str:
        """The names from the building on, as people read them."""
        names = (self.building, self.container, self.rack)
        return ", ".join(filter(None, names))

    @property
    def ident(self) -> str:
        """What names it in topics."""
        names = {
            "site": (),
            "building": (self.building,),
            "container": (self.building, self.container),
            "rack": (self.building, self.container, self.rack),
        }[self.level]
        return "--".join((self.level, *map(_slug, names)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One address of the inventory."""

    host: str
    port: int | None = None
    place: Place = Place()
    credentials: Credentials | None = field(default=None, repr=False)
    shown: bool = False
    """Whether MQTT shows this machine by itself."""

    @property
    def address(self) -> str:
        """What names it in the inventory, and what its shard follows from."""
        if self.port is None:
            return self.host
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One of `count` collectors, numbered from 0."""

    number: int = 0
    count: int = 1

    def has(self, key: str) -> bool:
        """Return whether a key is this collector's: each is exactly one's."""
        return owner(key, self.count) == self.number

    def own(self, spots: Iterable[Spot]) -> dict[str, Spot]:
        """Return this collector's by their address: seconds of work for a large site."""
        return {spot.address: spot for spot in spots if self.has(spot.address)}

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Return the shard of "K/N"; ValueError where it is none."""
        number, slash, count = text.partition("/")
        if not (slash and number.isdecimal() and count.isdecimal()):
            raise ValueError(f"not K/N: {text}")
        if not int(number) < int(count) <= 1000:
            raise ValueError(f"K counts from 0 and is less than N: {text}")
        return cls(number=int(number), count=int(count))


def owner(key: str, count: int) -> int:
    """Return which of so many collectors a key belongs to.

    The one with the highest hash: one more collector takes its share from all others,
    and moves nothing between them.
    """
    return max(range(count), key=lambda number: weight(f"{number} {key}"))


def weight(text: str) -> int:
    """Return a number below 2⁶⁴ that is the same on every machine."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def expand(texts: Iterable[str]) -> list[str]:
    """Return the hosts of addresses, ranges, networks and names; ValueError for others."""
    # A range is one part, also with blanks around its dash.
    parts = [
        part
        for text in texts
        for part in _SEPARATORS.split(re.sub(r"\s+-\s+", "-", text))
        if part
    ]
    if not parts:
        raise ValueError("there is no address")
    hosts: list[str] = []
    for part in parts:
        try:
            hosts += parse_targets(part)
        except TargetError:
            # What stands before it may be an account.
            said = part.rpartition("@")[2]
            raise ValueError(f"not an address, range or network: {said}") from None
        except TooManyTargetsError:
            raise ValueError(f"more than 4096 addresses in one range: {part}") from None
    return hosts


def _slug(label: str) -> str:
    """Return a label as a part of a topic; two that differ stay two."""
    if re.fullmatch(r"[A-Za-z0-9_]*(-[A-Za-z0-9_]+)*", label):
        return label
    slug = re.sub(r"[^A-Za-z0-9_]+", "_", label)
    return f"{slug}_{weight(label) % 2**24:06x}"
