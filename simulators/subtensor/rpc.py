"""The JSON-RPC methods that need no subscription, as a node of this chain answers."""

from collections.abc import Callable
from typing import Any

from . import runtime_api
from .accounts import account_of
from .blocks import Block
from .chain import Chain
from .metadata import SS58_FORMAT, metadata
from .runtime import Runtime

_MOST_KEYS = 1000


class RpcError(Exception):
    """A JSON-RPC error."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        """Take code, message and more."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


class View:
    """The chain as one node knows it: maybe not all of it yet."""

    def __init__(self, chain: Chain) -> None:
        """Begin with all that there is."""
        self.chain = chain
        self.behind = 0
        """Blocks that this node has not seen yet."""
        self.stuck_at: int | None = None
        """Height that it does not get past."""
        self.lie: Runtime | None = None
        """The runtime that it describes in place of the true one."""
        self.other_genesis = False
        """Serve a first block that is not the chain's."""

    @property
    def head(self) -> Block:
        """The best block that it knows."""
        return self.known(self.chain.head)

    @property
    def finalised(self) -> Block:
        """The last block that it knows to be final."""
        return self.known(self.chain.finalised)

    def known(self, block: Block) -> Block:
        """Return that block, or the best that it knows below it."""
        number = min(block.number, self._height())
        found = self.chain.at(number)
        return block if found is None else found

    @property
    def runtime(self) -> Runtime:
        """The runtime as this node describes it."""
        return self.lie or self.chain.runtime

    def hash_at(self, number: int) -> bytes | None:
        """Return the hash of a height, if it knows it."""
        if number == 0 and self.other_genesis:
            return bytes(32)
        return self.chain.hash_at(number) if number <= self._height() else None

    def block(self, text: str | None) -> Block | None:
        """Return a block by hash in hex; the head when none is asked for."""
        if text is None:
            return self.head
        block = self.chain.block(unhex(text))
        return None if block is None or block.number > self._height() else block

    def state_of(self, text: str | None) -> Block:
        """Return a block whose state is still there.

        Raises:
            RpcError: The block is unknown, or its state is discarded.
        """
        block = self.block(text)
        if block is None or self.chain.is_discarded(block):
            reason = (
                f"UnknownBlock: Header was not found in the database: {text}"
                if block is None
                else "Api called for an unknown Block: State already discarded for "
                f"{block.hex}"
            )
            raise RpcError(4003, f"Client error: {reason}")
        return block

    def _height(self) -> int:
        height = self.chain.head.number - self.behind
        return height if self.stuck_at is None else min(height, self.stuck_at)


def unhex(text: str) -> bytes:
    """Return the bytes of hex with or without 0x."""
    return bytes.fromhex(text.removeprefix("0x"))


def header(block: Block) -> dict[str, Any]:
    """Return a header; blake2-256 of its encoding is the block's hash."""
    return {
        "parentHash": f"0x{block.parent.hex()}",
        "number": hex(block.number),
        "stateRoot": f"0x{block.state_root.hex()}",
        "extrinsicsRoot": f"0x{block.extrinsics_root.hex()}",
        "digest": {"logs": []},
    }


class Rpc:
    """Answers methods by name; parameters are positional."""

    def __init__(self, view: View, metadata: bytes | None) -> None:
        """Serve that view; `metadata`, when given, in place of the own one."""
        self._view = view
        self._metadata = metadata
        self._methods: dict[str, Callable[..., Any]] = {
            "account_nextIndex": self._next_index,
            "chain_getBlock": self._block,
            "chain_getBlockHash": self._block_hash,
            "chain_getFinalisedHead": self._finalised_head,
            "chain_getFinalizedHead": self._finalised_head,
            "chain_getHead": self._block_hash,
            "chain_getHeader": self._header,
            "rpc_methods": self._rpc_methods,
            "state_call": self._call,
            "state_getKeys": self._keys,
            "state_getKeysPaged": self._keys_paged,
            "state_getRuntimeVersion": self._runtime_version,
            "state_getStorage": self._storage,
            "state_getStorageAt": self._storage,
            "state_queryStorageAt": self._query,
            "system_accountNextIndex": self._next_index,
            "system_chain": lambda: "Bittensor",
            "system_health": self._health,
            "system_name": lambda: "Subtensor Node",
            "system_properties": lambda: {
                "isEthereum": False,
                "ss58Format": SS58_FORMAT,
                "tokenDecimals": 9,
                "tokenSymbol": "TAO",
            },
            "system_version": lambda: "4.0.0-dev-simulated",
        }
        self.also: tuple[str, ...] = ()
        """Methods with subscriptions, which others answer."""

    def answer(self, method: str, parameters: list[Any]) -> object:
        """Return the result.

        Raises:
            RpcError: There is none.
            TypeError: Parameters are missing or too many.
            ValueError: They do not decode.
        """
        if method not in self._methods:
            raise RpcError(-32601, "Method not found")
        return self._methods[method](*parameters)

    def _block_hash(self, number: int | str | None = None) -> str | None:
        if number is None:
            return self._view.head.hex
        height = int(number, 16) if isinstance(number, str) else number
        found = self._view.hash_at(height)
        return None if found is None else f"0x{found.hex()}"

    def _finalised_head(self) -> str:
        return self._view.finalised.hex

    def _header(self, block_hash: str | None = None) -> dict[str, Any] | None:
        block = self._view.block(block_hash)
        return None if block is None else header(block)

    def _block(self, block_hash: str | None = None) -> dict[str, Any] | None:
        block = self._view.block(block_hash)
        if block is None:
            return None
        extrinsics = [f"0x{extrinsic.hex()}" for extrinsic in block.extrinsics]
        content = {"header": header(block), "extrinsics": extrinsics}
        return {"block": content, "justifications": None}

    def _rpc_methods(self) -> dict[str, list[str]]:
        return {"methods": sorted((*self._methods, *self.also))}

    def _health(self) -> dict[str, Any]:
        return {"peers": 12, "isSyncing": False, "shouldHavePeers": True}

    def _runtime_version(self, block_hash: str | None = None) -> dict[str, Any]:
        self._view.state_of(block_hash)
        return self._view.runtime.version

    def _described(self) -> bytes:
        """Return the metadata."""
        if self._metadata is not None and self._view.lie is None:
            return self._metadata
        return metadata(self._view.runtime)

    def _storage(self, key: str, block_hash: str | None = None) -> str | None:
        state = self._view.state_of(block_hash).state.storage
        return _hex(state.get(unhex(key)))

    def _keys(self, prefix: str, block_hash: str | None = None) -> list[str]:
        """Return keys in their own order, which is the order of their hashes."""
        state = self._view.state_of(block_hash).state.storage
        start = unhex(prefix)
        return [f"0x{key.hex()}" for key in sorted(state) if key.startswith(start)]

    def _keys_paged(
        self,
        prefix: str | None,
        count: int,
        start_key: str | None = None,
        block_hash: str | None = None,
    ) -> list[str]:
        if count > _MOST_KEYS:
            raise RpcError(4002, f"count exceeds maximum value. value: {count}")
        keys = self._keys(prefix or "", block_hash)
        return [key for key in keys if start_key is None or key > start_key][:count]

    def _query(
        self, keys: list[str], block_hash: str | None = None
    ) -> list[dict[str, Any]]:
        return [storage_changes(self._view.state_of(block_hash), keys)]

    def _call(self, method: str, parameters: str, block_hash: str | None = None) -> str:
        state = self._view.state_of(block_hash).state
        try:
            netuid = self._view.chain.netuid
            result = runtime_api.call(
                method, unhex(parameters), state, netuid, self._described()
            )
        except LookupError as error:
            failed = f"Client error: Execution failed: Other: {error}"
            raise RpcError(4003, failed) from error
        return f"0x{result.hex()}"

    def _next_index(self, address: str) -> int:
        return self._view.chain.nonce(account_of(address))


def _hex(value: bytes | None) -> str | None:
    return None if value is None else f"0x{value.hex()}"


def storage_changes(block: Block, keys: list[str]) -> dict[str, Any]:
    """Return what a subscription to storage sends for a block."""
    state = block.state.storage
    changes = [[key, _hex(state.get(unhex(key)))] for key in keys]
    return {"block": block.hex, "changes": changes}
