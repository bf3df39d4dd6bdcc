"""Metadata V15 of the simulated runtime: its pallets, calls and runtime interfaces."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
import json
from pathlib import Path

from .runtime import COMMITMENTS, Runtime
from .runtime_types import EXTENSIONS
from .scale import Reader, blob, compact, option, text, uint, vec
from .type_registry import TypeRegistry

SS58_FORMAT = 42
VERSION = 15
EXTRINSIC_VERSION = 4

_MAGIC = b"meta"
_BLAKE2_128_CONCAT = 2
_TWOX_64_CONCAT = 5
_IDENTITY = 6


@dataclass(frozen=True, slots=True)
class _Item:
    """One item of a pallet's storage; with hashers it is a map."""

    name: str
    value: str
    default: bytes | None = b"\0"
    """None: an absent value is none, not a default."""
    hashers: Sequence[int] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class _Pallet:
    index: int
    name: str
    items: Sequence[_Item] = ()
    constants: Sequence[tuple[str, str, bytes]] = ()
    call: str | None = None
    event: str | None = None
    error: str | None = None


_PALLETS = (
    _Pallet(
        0,
        "System",
        [
            _Item(
                "Account",
                "AccountInfo",
                bytes(56),
                [_BLAKE2_128_CONCAT],
                "AccountId",
            ),
            _Item("Number", "u32", bytes(4)),
            _Item("Events", "Vec<EventRecord>"),
        ],
        [
            ("BlockHashCount", "u32", uint(2400, 4)),
            ("SS58Prefix", "u16", uint(SS58_FORMAT, 2)),
        ],
        event="SystemEvent",
    ),
    _Pallet(
        2,
        "Timestamp",
        [_Item("Now", "u64", bytes(8))],
        [("MinimumPeriod", "u64", uint(6000, 8))],
        call="TimestampCall",
    ),
    _Pallet(
        7,
        "SubtensorModule",
        [
            _Item("Tempo", "u16", uint(360, 2), [_IDENTITY], "u16"),
            _Item("MechanismEmissionSplit", "Vec<u16>", None, [_TWOX_64_CONCAT], "u16"),
            *(
                _Item(name, "u64", bytes(8), [_IDENTITY], "u16")
                for name in ("LastEpochBlock", "PendingEpochAt", "SubnetEpochIndex")
            ),
        ],
    ),
    _Pallet(
        COMMITMENTS,
        "Commitments",
        [
            _Item(
                "CommitmentOf",
                "Registration",
                None,
                [_IDENTITY, _TWOX_64_CONCAT],
                "(u16, AccountId)",
            )
        ],
        call="CommitmentsCall",
        event="CommitmentsEvent",
        error="CommitmentsError",
    ),
)

_APIS = {
    "Metadata": [
        ("metadata_at_version", [("version", "u32")], "Option<OpaqueMetadata>"),
        ("metadata_versions", [], "Vec<u32>"),
    ],
    "AccountNonceApi": [("account_nonce", [("account", "AccountId")], "u32")],
    "NeuronInfoRuntimeApi": [
        ("get_neurons_lite", [("netuid", "u16")], "Vec<NeuronInfoLite>")
    ],
    "SubnetInfoRuntimeApi": [
        ("get_dynamic_info", [("netuid", "u16")], "Option<DynamicInfo>")
    ],
}


@cache
def metadata(runtime: Runtime) -> bytes:
    """Return a runtime's metadata, from the magic number on."""
    types = TypeRegistry(runtime.types)
    # Clients take the types of address and signature from this one's parameters.
    _ = types["UncheckedExtrinsic"]
    rest = (
        vec(_pallet(types, pallet) for pallet in _numbered(runtime))
        + _extrinsic(types)
        + compact(types["Runtime"])
        + vec(_api(types, name, methods) for name, methods in _APIS.items())
        + compact(types["RuntimeCall"])
        + compact(types["RuntimeEvent"])
        + compact(types["RuntimeError"])
        + vec([])
    )
    return _MAGIC + uint(VERSION, 1) + types.encode() + rest


def _numbered(runtime: Runtime) -> list[_Pallet]:
    return [
        replace(pallet, index=runtime.commitments)
        if pallet.index == COMMITMENTS
        else pallet
        for pallet in _PALLETS
    ]


def read_metadata(file: Path) -> bytes:
    """Return metadata from a file: binary, or the JSON string a node answered with.

    Raises:
        ValueError: It holds something else.
        OSError: It cannot be read.
    """
    content = file.read_bytes()
    if content[:1] == b'"':
        answer = Reader(bytes.fromhex(json.loads(content).removeprefix("0x")))
        answer.take(1)
        content = answer.blob()
    if content[:5] != _MAGIC + uint(VERSION, 1):
        raise ValueError(f"no metadata of version {VERSION}: {file}")
    return content


def _pallet(types: TypeRegistry, pallet: _Pallet) -> bytes:
    storage = text(pallet.name) + vec(_item(types, item) for item in pallet.items)
    constants = vec(
        text(name) + compact(types[kind]) + blob(value) + b"\0"
        for name, kind, value in pallet.constants
    )
    return (
        text(pallet.name)
        + option(storage)
        + _optional_type(types, pallet.call)
        + _optional_type(types, pallet.event)
        + constants
        + _optional_type(types, pallet.error)
        + uint(pallet.index, 1)
        + b"\0"
    )


def _item(types: TypeRegistry, item: _Item) -> bytes:
    shape = b"\0"
    if item.hashers:
        shape = b"\1" + blob(bytes(item.hashers)) + compact(types[item.key])
    return (
        text(item.name)
        + uint(item.default is not None, 1)
        + shape
        + compact(types[item.value])
        + blob(item.default or b"\0")
        + b"\0"
    )


def _optional_type(types: TypeRegistry, name: str | None) -> bytes:
    return option(None if name is None else compact(types[name]))


def _extrinsic(types: TypeRegistry) -> bytes:
    sent = ", ".join(name for name, *_ in EXTENSIONS)
    return (
        uint(EXTRINSIC_VERSION, 1)
        + compact(types["MultiAddress"])
        + compact(types["RuntimeCall"])
        + compact(types["MultiSignature"])
        + compact(types[f"({sent})"])
        + vec(
            text(name) + compact(types[name]) + compact(types[unsent])
            for name, _, _, unsent in EXTENSIONS
        )
    )


def _api(
    types: TypeRegistry,
    name: str,
    methods: Sequence[tuple[str, Sequence[tuple[str, str]], str]],
) -> bytes:
    encoded = vec(
        text(method)
        + vec(text(key) + compact(types[kind]) for key, kind in inputs)
        + compact(types[output])
        + b"\0"
        for method, inputs, output in methods
    )
    return text(name) + encoded + b"\0"
