"""Blocks and the state after each of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from . import storage
from .extrinsics import timestamp
from .market import Neuron
from .scale import compact, uint, vec
from .transactions import Pending

MILLISECONDS = 12_000
"""Between two blocks, as the chain reports it."""

_NORMAL, _MANDATORY = 0, 2
_SUCCESS = bytes((0, 0))
_FAILURE = bytes((0, 1))
_COMMITTED = bytes((18, 0))
_MODULE = 3


@dataclass(frozen=True, slots=True)
class State:
    """What the chain knows after a block."""

    storage: Mapping[bytes, bytes]
    neurons: tuple[Neuron, ...]


@dataclass(slots=True)
class Draft:
    """A block in the making."""

    number: int
    storage: dict[bytes, bytes]
    neurons: list[Neuron]
    events: list[bytes] = field(default_factory=list)

    def commit(self, netuid: int, hotkey: bytes, *fields: bytes) -> None:
        """Store a commitment of this block."""
        key = storage.commitment_key(netuid, hotkey)
        self.storage[key] = storage.registration(self.number, *fields)

    def register(self, neuron: Neuron) -> None:
        """Give a uid to a neuron."""
        self.neurons[neuron.uid] = neuron

    def succeed(self, index: int, *, mandatory: bool = False) -> None:
        """Note that an extrinsic did what it should."""
        self._event(index, _SUCCESS + _dispatch_info(mandatory=mandatory))

    def fail(self, index: int, error: tuple[int, int]) -> None:
        """Note that an extrinsic failed, with pallet and number of the error."""
        pallet, number = error
        module = uint(_MODULE, 1) + uint(pallet, 1) + uint(number, 4)
        self._event(index, _FAILURE + module + _dispatch_info(mandatory=False))

    def committed(self, index: int, netuid: int, hotkey: bytes) -> None:
        """Note whose commitment an extrinsic set."""
        self._event(index, _COMMITTED + uint(netuid, 2) + hotkey)

    def _event(self, index: int, event: bytes) -> None:
        self.events.append(b"\0" + uint(index, 4) + event + vec([]))


type Change = Callable[[Draft], object]
"""What happens to the state in a block besides its extrinsics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block with its state."""

    number: int
    hash: bytes
    parent: bytes
    state_root: bytes
    extrinsics_root: bytes
    extrinsics: tuple[bytes, ...]
    state: State
    changes: tuple[Change, ...] = ()
    """Made by hand, to be made again in another branch."""
    included: tuple[Pending, ...] = ()

    @property
    def hex(self) -> str:
        """The hash in hex."""
        return f"0x{self.hash.hex()}"

    @property
    def milliseconds(self) -> int:
        """When it was made, since the Unix epoch."""
        return int.from_bytes(self.state.storage[storage.NOW], "little")


def seal(
    draft: Draft,
    parent: Block | None,
    milliseconds: int,
    *,
    salt: bytes,
    changes: tuple[Change, ...] = (),
    included: tuple[Pending, ...] = (),
) -> Block:
    """Return the finished block; `salt` distinguishes it from others of its height."""
    draft.storage[storage.NUMBER] = uint(draft.number, 4)
    draft.storage[storage.NOW] = uint(milliseconds, 8)
    draft.storage[storage.EVENTS] = vec(draft.events)
    extrinsics = (
        timestamp(milliseconds),
        *(pending.extrinsic.raw for pending in included),
    )
    above = bytes(32) if parent is None else parent.hash
    state_root = storage.blake2_256(above + salt + uint(draft.number, 4))
    extrinsics_root = storage.blake2_256(b"".join(extrinsics))
    header = above + compact(draft.number) + state_root + extrinsics_root + vec([])
    return Block(
        number=draft.number,
        hash=storage.blake2_256(header),
        parent=above,
        state_root=state_root,
        extrinsics_root=extrinsics_root,
        extrinsics=extrinsics,
        state=State(draft.storage, tuple(draft.neurons)),
        changes=changes,
        included=included,
    )


def _dispatch_info(*, mandatory: bool) -> bytes:
    """Return weight, class and whether a fee is paid: none is for commitments."""
    weight = compact(40_000_000) + compact(2_000)
    return weight + uint(_MANDATORY if mandatory else _NORMAL, 1) + uint(1, 1)
