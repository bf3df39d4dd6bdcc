"""Who a miner says it is: model, algorithm, hardware address."""

from functools import lru_cache
import re

from .models import Algorithm
from .values import text

_BRACKETS = re.compile(r"\s*\([^)]*\)")
# Alternative firmware signs the model: "Antminer D3 Blissz v2.06 beta".
_SIGNATURE = re.compile(
    r"\s+(?:Blissz|Hiveon|MSK|rwglr|vnish|asicseer)\b.*", re.IGNORECASE
)
_BRAIINS_2019 = re.compile(r"braiins-am\d+-(\w+)")
_MAC = re.compile(r"(?:[0-9a-f]{2}[:-]?){5}[0-9a-f]{2}")
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{5,63}")
_COUNTED_UP = ("0123456789abcdef", "1234567890")

_ALGORITHMS: tuple[tuple[re.Pattern[str], Algorithm], ...] = tuple(
    (re.compile(model, re.IGNORECASE), algorithm)
    for model, algorithm in (
        (r"Antminer [STRV]\d", Algorithm.SHA256),
        (r"Antminer L\d|Hammer", Algorithm.SCRYPT),
        (r"Antminer DR\d", Algorithm.OTHER),
        (r"Antminer D\d", Algorithm.X11),
        (r"Antminer Z\d", Algorithm.EQUIHASH),
        (r"Antminer E\d", Algorithm.DAGGER),
        (r"Antminer ", Algorithm.OTHER),
        (r"Avalon|Whatsminer M", Algorithm.SHA256),
        (r"Whatsminer|Blackminer", Algorithm.OTHER),
    )
)


def normalise_model(raw: object) -> str | None:
    """Return a model as its maker calls it: first line, no brackets, no firmware name."""
    return _model(raw) if isinstance(raw, str) else None


# Read at every poll, and the same in it for the whole of a farm.
@lru_cache(maxsize=256)
def _model(raw: str) -> str | None:
    first_line = text(raw.strip().partition("\n")[0])
    model = _SIGNATURE.sub("", _BRACKETS.sub("", first_line or "")).strip()
    if match := _BRAIINS_2019.fullmatch(model):
        model = f"Antminer {match[1].upper()}"
    return model or None


@lru_cache(maxsize=256)
def algorithm_of(model: str | None) -> Algorithm | None:
    """Return the hash function of a model; None for a model that is not known."""
    return next(
        (algorithm for known, algorithm in _ALGORITHMS if known.match(model or "")),
        None,
    )


def normalise_mac(raw: object) -> str | None:
    """Return a hardware address as "aa:bb:cc:dd:ee:ff"; None for anything else."""
    address = (text(raw) or "").lower()
    if not _MAC.fullmatch(address):
        return None
    digits = address.replace(":", "").replace("-", "")
    # Boards without an address of their own print zeros, or zeros after the maker's part.
    # An odd first byte marks a group address, which no host has (IEEE 802).
    if not int(digits[6:], 16) or int(digits[:2], 16) % 2:
        return None
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


def normalise_id(raw: object) -> str | None:
    """Return a serial number or board id; None for texts like "no miner id now".

    Neither do placeholders identify: zeros or another digit alone, or digits in a row.
    """
    return _id(raw) if isinstance(raw, str) else None


@lru_cache(maxsize=4096)
def _id(raw: str) -> str | None:
    candidate = text(raw) or ""
    if not _ID.fullmatch(candidate) or not any(map(str.isdigit, candidate)):
        return None
    digits = "".join(filter(str.isalnum, candidate.lower()))
    counted_up = any(row.startswith(digits) for row in _COUNTED_UP)
    return None if len(set(digits)) == 1 or counted_up else candidate
