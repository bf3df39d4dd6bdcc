"""From decoded storage values to what the auction knows. Pure; ChainError for odd ones."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ..errors import ChainError
from ..models import Neuron, StoredCommitment
from ..wire.ss58 import ss58_encode

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RAW = "Raw"
_HASHES = {"BlakeTwo256", "Sha256", "Keccak256", "ShaThree256"}


def read_commitment(hotkey: str, value: object) -> StoredCommitment:
    """Read a value of Commitments.CommitmentOf; a stranger's odd one never raises.

    The bytes are those of the first field: Raw0 to Raw128, or one of the four hashes.
    """
    match value:
        case {"block": int(block), "info": {"fields": fields}}:
            pass
        case _:
            return unreadable_commitment(hotkey)
    raw, problem = _first_field(fields)
    return StoredCommitment(hotkey=hotkey, block=block, raw=raw, problem=problem)


def unreadable_commitment(hotkey: str) -> StoredCommitment:
    """Return what is known of a commitment that the chain's own types do not fit."""
    return StoredCommitment(
        hotkey=hotkey, block=None, raw=None, problem="cannot be decoded"
    )


def _first_field(fields: object) -> tuple[bytes | None, str | None]:
    """Return the bytes of the first field, or why it holds none."""
    while isinstance(fields, Sequence) and not isinstance(fields, str | bytes):
        # The bounded vector is one more level of nesting to the library.
        if not fields:
            return None, "holds no field"
        fields = fields[0]
    match fields:
        case str(unit):
            return None, f"holds {unit}"
        case {**variants} if len(variants) == 1:
            (variant, value), *_ = variants.items()
        case _:
            return None, "cannot be decoded"
    name = str(variant)
    if name == "Raw0":
        return b"", None
    if not name.startswith(_RAW) and name not in _HASHES:
        return None, f"holds {name}"
    try:
        raw = read_bytes(value)
    except ChainError:
        return None, "cannot be decoded"
    if name.startswith(_RAW) and name != f"{_RAW}{len(raw)}":
        return None, "cannot be decoded"
    return raw, None


def read_bytes(value: object) -> bytes:
    """Return bytes that the library spells as 0x-hex, text or a list of numbers."""
    try:
        match value:
            case str() if value.startswith("0x"):
                return bytes.fromhex(value[2:])
            case str():
                return value.encode()
            case bytes() | bytearray():
                return bytes(value)
            case list() | tuple():
                return bytes(value)
    except TypeError, ValueError:
        pass
    raise ChainError("the chain holds no bytes where bytes belong")


def read_neurons(value: object) -> tuple[Neuron, ...]:
    """Read the answer of NeuronInfoRuntimeApi.get_neurons_lite."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ChainError("the chain's answer is no list of neurons")
    return tuple(map(_read_neuron, value))


def _read_neuron(value: object) -> Neuron:
    match value:
        case {"uid": int(uid), "hotkey": hotkey, "coldkey": coldkey, **more}:
            pass
        case _:
            raise ChainError("the chain's answer holds something that is no neuron")
    stake = more.get("stake")
    match stake:
        case [(_, int(rao)), *_]:
            pass
        case [] | ():
            rao = 0
        case _:
            raise ChainError(f"the chain's answer holds no stake of uid {uid}")
    emission = more.get("emission")
    return Neuron(
        uid=uid,
        hotkey=read_account(hotkey),
        coldkey=read_account(coldkey),
        stake_rao=rao,
        emission_rao=emission if isinstance(emission, int) else None,
    )


def read_account(value: object) -> str:
    """Return an account's address from an address or 32 bytes."""
    if isinstance(value, str) and not value.startswith("0x"):
        return value
    return ss58_encode(read_bytes(value))


def read_timestamp(value: object) -> datetime:
    """Read Timestamp.Now: milliseconds since 1970."""
    if not isinstance(value, int) or value <= 0:
        raise ChainError("the chain holds no time for this block")
    return _EPOCH + timedelta(milliseconds=value)


def read_tempo(value: object) -> int:
    """Read SubtensorModule.Tempo: a subnet's blocks per epoch, less one."""
    if not isinstance(value, int) or value <= 0:
        raise ChainError("the chain holds no tempo for this subnet")
    return value


def read_split(value: object) -> tuple[int, ...] | None:
    """Read SubtensorModule.MechanismEmissionSplit: parts of 65535, or None."""
    match value:
        case None:
            return None
        case [*parts]:
            numbers = tuple(part for part in parts if isinstance(part, int))
            if len(numbers) == len(parts):
                return numbers
    raise ChainError("the chain's mechanism split is no list of numbers")


def read_number(header: Mapping[str, Any] | None) -> int:
    """Return a block's number from its header, where it is 0x-hex."""
    try:
        return int((header or {})["number"], 16)
    except KeyError, TypeError, ValueError:
        raise ChainError("the chain's answer is no block header") from None
