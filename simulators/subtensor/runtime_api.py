"""What the runtime computes when asked: its own metadata, neurons, a subnet, a nonce."""

from . import storage
from .blocks import State
from .market import Neuron
from .metadata import VERSION
from .scale import Reader, blob, compact, option, uint, vec


def call(
    method: str, parameters: bytes, state: State, netuid: int, metadata: bytes
) -> bytes:
    """Return the answer to a call, given the metadata to serve.

    Raises:
        LookupError: There is no such method.
        ValueError: The parameters do not decode.
    """
    reader = Reader(parameters)
    match method:
        case "Metadata_metadata_at_version":
            known = reader.uint(4) == VERSION
            return option(blob(metadata) if known else None)
        case "Metadata_metadata_versions":
            return vec([uint(VERSION, 4)])
        case "AccountNonceApi_account_nonce":
            key = storage.account_key(reader.take(32))
            return state.storage.get(key, bytes(4))[:4]
        case "NeuronInfoRuntimeApi_get_neurons_lite":
            asked = reader.uint(2)
            neurons = state.neurons if asked == netuid else ()
            return vec(_neuron(neuron, netuid) for neuron in neurons)
        case "SubnetInfoRuntimeApi_get_dynamic_info":
            asked = reader.uint(2)
            return option(_subnet(state, netuid) if asked == netuid else None)
    raise LookupError(f"Exported method {method} is not found")


def _neuron(neuron: Neuron, netuid: int) -> bytes:
    """Return a NeuronInfoLite."""
    shares = compact(0)
    return (
        neuron.hotkey
        + neuron.coldkey
        + compact(neuron.uid)
        + compact(netuid)
        + b"\1"
        + bytes(8 + 4 + 16 + 2 + 4)
        + bytes(8 + 4 + 16 + 2 + 1)
        + vec([neuron.coldkey + compact(neuron.stake_rao)])
        + shares
        + compact(0 if neuron.validator else neuron.uid * 1_000_000)
        + shares * 5
        + compact(0)
        + uint(neuron.validator, 1)
        + shares
    )


def _subnet(state: State, netuid: int) -> bytes:
    """Return a DynamicInfo: the tempo is true, the rest plausible."""
    tempo = int.from_bytes(state.storage[storage.tempo_key(netuid)], "little")
    number = int.from_bytes(state.storage[storage.NUMBER], "little")
    name = vec(compact(byte) for byte in b"InfiniteHash")
    amounts = compact(10**15) * 3 + compact(10**9) * 3 + compact(0) * 2
    return (
        compact(netuid)
        + bytes(64)
        + name
        + vec([compact(0xE2)])
        + compact(tempo)
        + compact(number - 100)
        + compact(100)
        + compact(0)
        + amounts
        + compact(0)
        + compact(4_000_000)
        + option(None)
        + bytes(16)
    )
