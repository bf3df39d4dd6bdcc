"""Types of the chain: storage, runtime calls and extrinsics by its own metadata.

async-substrate-interface encodes and decodes. Its transport is not used: it reads RPC
errors of storage as defaults, remembers hashes of blocks that a reorganisation drops,
sends a request twice after a reconnect and polls its own queue a hundred times a second.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, override

from async_substrate_interface import AsyncSubstrateInterface
from async_substrate_interface.types import Runtime
from async_substrate_interface.utils.storage import StorageKey

from ..errors import ChainError
from .pace import ERA_PERIOD
from .reading import read_bytes

type Request = Callable[[str, Sequence[Any]], Awaitable[Any]]
"""Asks the node in use, and returns the result of an RPC method."""

# Substrate refuses pages of more than 1,000 keys.
_PAGE = 500


class Keypair(Protocol):
    """Whose extrinsic it is, and what signs it."""

    crypto_type: int
    public_key: bytes
    ss58_address: str
    ss58_format: int

    async def sign(self, data: Any) -> bytes:  # noqa: ANN401 ScaleBytes or bytes
        """Return the sr25519 signature."""


class Substrate(AsyncSubstrateInterface):
    """The library, on our transport; metadata are kept per runtime version."""

    def __init__(self, request: Request) -> None:
        super().__init__("ws://unused", chain_name="Bittensor", ss58_format=42)
        self._request = request
        self._preparing = asyncio.Lock()

    @override
    async def rpc_request(
        self,
        method: str,
        params: list[Any] | None,
        result_handler: object = None,
        block_hash: str | None = None,
        runtime: Runtime | None = None,
    ) -> dict[str, Any]:
        """Ask the node; what it refuses is an exception."""
        sent = [*(params or ()), *([block_hash] if block_hash else ())]
        return {"result": await self._request(method, sent)}

    @override
    async def get_chain_head(self) -> str:
        """Return the hash of the best block."""
        return str(await self._request("chain_getBlockHash", []))

    @override
    async def get_block_hash(self, block_id: int | None) -> str:
        """Return a block's hash, asked each time."""
        params = [] if block_id is None else [block_id]
        if (found := await self._request("chain_getBlockHash", params)) is None:
            raise ChainError(f"the chain has no block {block_id} yet")
        return str(found)

    async def runtime_at(self, block_hash: str) -> Runtime:
        """Return the types of a block.

        One at a time: the library shares a fetch among waiters and, when the first one
        fails, cancels the others.
        """
        async with self._preparing:
            return await self.init_runtime(block_hash=block_hash)

    async def storage(
        self, pallet: str, item: str, params: Sequence[object], block_hash: str
    ) -> Any:  # noqa: ANN401 By the chain's own types
        """Return a decoded storage value; None only when the chain holds none."""
        runtime = await self.runtime_at(block_hash)
        key = _key(runtime, pallet, item, params)
        stored = await self._request("state_getStorage", [key.to_hex(), block_hash])
        return None if stored is None else await self._decoded(runtime, key, stored)

    async def storage_map(
        self, pallet: str, item: str, params: Sequence[object], block_hash: str
    ) -> list[tuple[bytes, Any]]:
        """Return keys and decoded values under a prefix, in the node's order.

        A value that its type does not fit is an exception in place of the value.
        """
        runtime = await self.runtime_at(block_hash)
        prefix = _key(runtime, pallet, item, params)
        # The order of the keys is that of the solver's variables and decides ties.
        keys = await self._keys(str(prefix.to_hex()), block_hash)
        entries: list[tuple[bytes, Any]] = []
        for start in range(0, len(keys), _PAGE):
            page = keys[start : start + _PAGE]
            answer = await self._request("state_queryStorageAt", [page, block_hash])
            values = {key: value for block in answer for key, value in block["changes"]}
            for name in page:
                if (stored := values[name]) is None:
                    raise ChainError(
                        "the node names a storage key that it does not hold"
                    )
                value: Any
                try:
                    value = await self._decoded(runtime, prefix, stored)
                except Exception as error:  # noqa: BLE001 Whatever the decoder raises
                    value = error
                entries.append((bytes.fromhex(name[2:]), value))
        return entries

    async def call_runtime(
        self, api: str, method: str, params: list[object], block_hash: str
    ) -> Any:  # noqa: ANN401 By the chain's own types
        """Return the decoded answer of a runtime API."""
        await self.runtime_at(block_hash)
        return await self.runtime_call(api, method, params, block_hash=block_hash)

    async def signed_commitment(
        self, netuid: int, payload: bytes, keypair: Keypair, head: int, nonce: int
    ) -> str:
        """Return the extrinsic that commits a payload, signed, as 0x-hex."""
        call = await self._commitment_call(netuid, payload)
        extrinsic = await self.create_signed_extrinsic(
            call,
            keypair,
            era=_era(head),
            # The library's own nonces go on counting after a submission that failed.
            nonce=nonce,
        )
        if extrinsic.data is None:
            raise ChainError("the extrinsic could not be composed")
        return str(extrinsic.data.to_hex())

    async def unsigned_commitment(
        self, netuid: int, payload: bytes, head: int, nonce: int
    ) -> bytes:
        """Return what would have to be signed to commit a payload."""
        call = await self._commitment_call(netuid, payload)
        runtime = await self.runtime_at(await self.get_chain_head())
        data = await self.generate_signature_payload(
            call=call, era=_era(head), nonce=nonce, runtime=runtime
        )
        return bytes(data.data)

    async def failure(self, block_hash: str, index: int) -> str | None:
        """Return why an extrinsic of a block failed, `Pallet.Error`; None: it did not."""
        runtime = await self.runtime_at(block_hash)
        for record in await self.storage("System", "Events", [], block_hash) or ():
            match record:
                case {
                    "extrinsic_idx": at,
                    "event": {
                        "event_id": "ExtrinsicFailed",
                        "attributes": {"dispatch_error": error},
                    },
                } if at == index:
                    return _dispatch_error(runtime, error)
        return None

    async def _commitment_call(self, netuid: int, payload: bytes) -> Any:  # noqa: ANN401
        await self.runtime_at(await self.get_chain_head())
        fields = [[{f"Raw{len(payload)}": payload}]]
        return await self.compose_call(
            "Commitments",
            "set_commitment",
            {"netuid": netuid, "info": {"fields": fields}},
            block_hash=await self.get_chain_head(),
        )

    async def _keys(self, prefix: str, block_hash: str) -> list[str]:
        """Page through the keys; a node that does not page ends it as well."""
        keys: dict[str, None] = {}
        start = None
        while True:
            page = await self._request(
                "state_getKeysPaged", [prefix, _PAGE, start, block_hash]
            )
            new = [key for key in page if key not in keys]
            keys.update(dict.fromkeys(new))
            if len(page) < _PAGE or not new:
                return list(keys)
            start = page[-1]

    async def _decoded(self, runtime: Runtime, key: StorageKey, stored: str) -> Any:  # noqa: ANN401
        data = bytes.fromhex(stored.removeprefix("0x"))
        decoded = await self.decode_scale(
            str(key.value_scale_type), data, runtime=runtime
        )
        return decoded.value


def _era(head: int) -> dict[str, int]:
    """Return the life of an extrinsic in the library's words."""
    # Without a block number it is counted from the finalised head, some blocks back.
    return {"period": ERA_PERIOD, "current": head}


def _key(
    runtime: Runtime, pallet: str, item: str, params: Sequence[object]
) -> StorageKey:
    return StorageKey.create_from_storage_function(
        pallet,
        item,
        list(params),
        runtime_config=runtime.runtime_config,
        metadata=runtime.metadata,
    )


def _dispatch_error(runtime: Runtime, error: object) -> str:
    """Spell a dispatch error; a module's own by its pallet and name."""
    match error:
        case {"Module": {"index": int(pallet), "error": code}}:
            number = code if isinstance(code, int) else read_bytes(code)[0]
            found = runtime.metadata.get_module_error(pallet, number)
            for module in runtime.metadata.pallets:
                if module.value.get("index") == pallet:
                    return f"{module.value['name']}.{found.name}"
            return str(found.name)
        case str(name):
            return name
        case {**variants} if variants:
            return str(next(iter(variants)))
    return "unknown error"
