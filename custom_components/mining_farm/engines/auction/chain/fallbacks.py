"""What stands in for what a node lacks, such as the simulator of the original.

Each fallback is reported by name. None stands in for an answer that was refused for any
other reason.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from async_substrate_interface.errors import StorageFunctionNotFound

from ..errors import ChainError
from .connection import ConnectionLostError, NodeError
from .reading import read_bytes, read_number, read_tempo
from .substrate import Request, Substrate

type Report = Callable[[str], None]
"""Takes what stands in, in words."""

FINAL_DEPTH: Final = 6
"""Blocks behind the head that count as final where a node does not say; usual are 2-3."""
_FINALISED: Final = (
    f"blocks {FINAL_DEPTH} behind the head count as final: the node has no "
    "chain_getFinalizedHead"
)
_TEMPO_CALL: Final = (
    "the tempo is that of get_dynamic_info: the node has no SubtensorModule.Tempo"
)
_TEMPO_KNOWN: Final = "the tempo is the one that was given: the node has none"
_FINAL_NONCE: Final = (
    "the final nonce is that of the account: the node has no AccountNonceApi"
)
_NEXT_NONCE: Final = (
    "the next nonce is that of the account: the node has no system_accountNextIndex"
)


async def finalised_hash(request: Request, report: Report) -> str:
    """Return the hash of the last final block."""
    try:
        return str(await request("chain_getFinalizedHead", []))
    except NodeError as error:
        if not error.is_lacking:
            raise
    report(_FINALISED)
    head = read_number(await request("chain_getHeader", []))
    return str(await request("chain_getBlockHash", [max(head - FINAL_DEPTH, 0)]))


async def subnet_tempo(
    substrate: Substrate,
    netuid: int,
    block_hash: str,
    known: int | None,
    report: Report,
) -> int:
    """Return the tempo: of the storage, as the original asks, or the one known before."""
    try:
        stored = await substrate.storage(
            "SubtensorModule", "Tempo", [netuid], block_hash
        )
    except StorageFunctionNotFound:
        stored = None
    if stored is not None:
        return read_tempo(stored)
    if (tempo := await _tempo_by_call(substrate, netuid, block_hash)) is not None:
        report(_TEMPO_CALL)
        return tempo
    if known is not None:
        report(_TEMPO_KNOWN)
        return known
    raise ChainError("the chain holds no tempo for this subnet")


async def _tempo_by_call(
    substrate: Substrate, netuid: int, block_hash: str
) -> int | None:
    try:
        info = await substrate.call_runtime(
            "SubnetInfoRuntimeApi", "get_dynamic_info", [netuid], block_hash
        )
        return read_tempo(info["tempo"])
    except ConnectionLostError:
        raise
    except Exception:  # noqa: BLE001 It lacks that one, too
        return None


async def account_nonces(
    request: Request, substrate: Substrate, account: bytes, address: str, report: Report
) -> tuple[int, int]:
    """Return an account's nonce in the last final block, and the next free one."""
    final = await finalised_hash(request, report)
    try:
        asked = ["AccountNonceApi_account_nonce", f"0x{account.hex()}", final]
        known = int.from_bytes(read_bytes(await request("state_call", asked)), "little")
    except NodeError as error:
        if not error.is_lacking:
            raise
        report(_FINAL_NONCE)
        known = await _stored_nonce(substrate, address, final)
    return known, await free_nonce(request, substrate, address, report)


async def free_nonce(
    request: Request, substrate: Substrate, address: str, report: Report
) -> int:
    """Return an account's next free nonce."""
    try:
        return int(await request("system_accountNextIndex", [address]))
    except NodeError as error:
        if not error.is_lacking:
            raise
    report(_NEXT_NONCE)
    return await _stored_nonce(substrate, address, await substrate.get_chain_head())


async def _stored_nonce(substrate: Substrate, address: str, block_hash: str) -> int:
    info: Mapping[str, Any] | None = await substrate.storage(
        "System", "Account", [address], block_hash
    )
    return 0 if info is None else int(info["nonce"])
