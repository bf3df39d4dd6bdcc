"""Auction: bids hashrate in the InfiniteHash auction of a Bittensor subnet.

`miner.AuctionMiner` is all of it for one wallet, `main` its command line, and `tasks`
holds the original's two functions. The folders, each of which imports only those below it:

- `solver`: the winners of a window, found in a process of its own by CBC or HiGHS.
- `window`: holds the auction of each window and reports who won.
- `publish`: keeps the own commitment on the chain, within the ceilings of `arming` and
  signed by `hotkey`.
- `chain`: one connection to one of several endpoints. `client.ChainClient` is its door;
  `sharing` lends one to several wallets, and `thread`, `process` and `peer` keep the
  decoding of the chain's types out of the caller's process.
- `offer`: the wanted workers, of a workers file or of a list of hashrates.
- `proxy`: writes what was won into the configuration of a mining proxy, or calls a hook.
- `wire`: commitments, bids, price votes and addresses as the chain spells them.

`models`, `errors`, `windows`, `age` and `documents` hold the vocabulary of all.

The solver's process loads this package for each window, and every Home Assistant loads
the dialogs of wallets: what is offered here is imported when it is first asked for, and
what needs the chain's library stays behind `chain.process`.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .age import RENEW_AFTER, STALE_AFTER, commitment_age
    from .chain.client import ChainClient
    from .chain.networks import NETWORKS, check_endpoint, endpoint_urls, public_url
    from .documents import (
        describe_offer,
        describe_report,
        describe_result,
        describe_sets,
    )
    from .errors import (
        AuctionError,
        AuctionUndefinedError,
        ChainError,
        ChainUnavailableError,
        CommitmentError,
        EncryptedHotkeyError,
        ExtrinsicRefusedError,
        ExtrinsicUnconfirmedError,
        JournalError,
        NumberError,
        RoutingError,
        SigningPart,
        SolverError,
        UnsafeExtrinsicError,
        WalletError,
        WorkersFileError,
    )
    from .miner import AuctionMiner, MinerChain, MinerEvent, WorkersProblem
    from .models import (
        FP,
        RAO,
        AuctionResult,
        Bid,
        BlockRef,
        Certainty,
        EndpointState,
        Neuron,
        OwnBid,
        Prices,
        PriceVote,
        Selection,
        SelectionProblem,
        SkippedCommitment,
        Snapshot,
        SolverName,
        StoredCommitment,
        Window,
        Winner,
        WorkerSet,
    )
    from .offer.lowering import limit_after, lowered, offered
    from .offer.offer import Offer
    from .offer.worker_split import (
        list_hashrates,
        split_hashrates,
        total_hashrate_fp18,
        worker_set,
    )
    from .offer.workers_file import (
        FileSettings,
        WalletSettings,
        WorkersFile,
        WorkersReading,
        WorkersSource,
        open_workers_file,
        read_workers_file,
    )
    from .proxy.following import Routed, RoutingProblem
    from .proxy.routing import (
        BraiinsRoute,
        IhpRoute,
        Route,
        apply_routing,
        check_routing,
        check_routing_in_time,
    )
    from .publish.arming import Arming
    from .publish.decision import Publish, PublishReason, Standing, decide_upkeep
    from .publish.hotkey import (
        DEFAULT_DIRECTORY,
        HotkeyFile,
        HotkeySigner,
        cautions_of,
        find_hotkeys,
        hotkey_path,
        list_hotkeys,
        signer,
    )
    from .publish.memory import UpkeepJournal, UpkeepMemory
    from .publish.report import Outcome, UpkeepReport
    from .publish.upkeep import CommitmentUpkeep
    from .solver.client import AuctionSolver
    from .window.auction import Solver, hold_auction, own_result
    from .window.events import WatchProblem, WindowUpdate
    from .window.selection import MAX_PRICE_FP18
    from .windows import (
        BLOCK_TIME,
        BLOCKS_PER_WINDOW,
        epoch_end,
        epoch_start,
        next_window,
        validation_window,
        window_at,
    )
    from .wire.bids import (
        MAX_SIZE_FP18,
        MAX_WORKERS,
        MIN_SIZE_FP18,
        decode_bids,
        encode_bids,
        encode_workers,
    )
    from .wire.commitments import TEXT_LIMIT
    from .wire.numbers import format_fp18, parse_fp18
    from .wire.price_votes import decode_price_vote, encode_price_vote
    from .wire.ss58 import ss58_decode, ss58_encode

__all__ = [
    "BLOCKS_PER_WINDOW",
    "BLOCK_TIME",
    "DEFAULT_DIRECTORY",
    "FP",
    "MAX_PRICE_FP18",
    "MAX_SIZE_FP18",
    "MAX_WORKERS",
    "MIN_SIZE_FP18",
    "NETWORKS",
    "RAO",
    "RENEW_AFTER",
    "STALE_AFTER",
    "TEXT_LIMIT",
    "Arming",
    "AuctionError",
    "AuctionMiner",
    "AuctionResult",
    "AuctionSolver",
    "AuctionUndefinedError",
    "Bid",
    "BlockRef",
    "BraiinsRoute",
    "Certainty",
    "ChainClient",
    "ChainError",
    "ChainUnavailableError",
    "CommitmentError",
    "CommitmentUpkeep",
    "EncryptedHotkeyError",
    "EndpointState",
    "ExtrinsicRefusedError",
    "ExtrinsicUnconfirmedError",
    "FileSettings",
    "HotkeyFile",
    "HotkeySigner",
    "IhpRoute",
    "JournalError",
    "MinerChain",
    "MinerEvent",
    "Neuron",
    "NumberError",
    "Offer",
    "Outcome",
    "OwnBid",
    "PriceVote",
    "Prices",
    "Publish",
    "PublishReason",
    "Route",
    "Routed",
    "RoutingError",
    "RoutingProblem",
    "Selection",
    "SelectionProblem",
    "SigningPart",
    "SkippedCommitment",
    "Snapshot",
    "Solver",
    "SolverError",
    "SolverName",
    "Standing",
    "StoredCommitment",
    "UnsafeExtrinsicError",
    "UpkeepJournal",
    "UpkeepMemory",
    "UpkeepReport",
    "WalletError",
    "WalletSettings",
    "WatchProblem",
    "Window",
    "WindowUpdate",
    "Winner",
    "WorkerSet",
    "WorkersFile",
    "WorkersFileError",
    "WorkersProblem",
    "WorkersReading",
    "WorkersSource",
    "apply_routing",
    "cautions_of",
    "check_endpoint",
    "check_routing",
    "check_routing_in_time",
    "commitment_age",
    "decide_upkeep",
    "decode_bids",
    "decode_price_vote",
    "describe_offer",
    "describe_report",
    "describe_result",
    "describe_sets",
    "encode_bids",
    "encode_price_vote",
    "encode_workers",
    "endpoint_urls",
    "epoch_end",
    "epoch_start",
    "find_hotkeys",
    "format_fp18",
    "hold_auction",
    "hotkey_path",
    "limit_after",
    "list_hashrates",
    "list_hotkeys",
    "lowered",
    "next_window",
    "offered",
    "open_workers_file",
    "own_result",
    "parse_fp18",
    "public_url",
    "read_workers_file",
    "signer",
    "split_hashrates",
    "ss58_decode",
    "ss58_encode",
    "total_hashrate_fp18",
    "validation_window",
    "window_at",
    "worker_set",
]

_OFFERED: Final[Mapping[str, str]] = {
    "age": "RENEW_AFTER STALE_AFTER commitment_age",
    "chain.client": "ChainClient",
    "chain.networks": "NETWORKS check_endpoint endpoint_urls public_url",
    "documents": """
        describe_offer describe_report describe_result describe_sets
    """,
    "errors": """
        AuctionError AuctionUndefinedError ChainError ChainUnavailableError
        CommitmentError EncryptedHotkeyError ExtrinsicRefusedError
        ExtrinsicUnconfirmedError JournalError NumberError RoutingError SigningPart
        SolverError UnsafeExtrinsicError WalletError WorkersFileError
    """,
    "miner": "AuctionMiner MinerChain MinerEvent WorkersProblem",
    "models": """
        FP RAO AuctionResult Bid BlockRef Certainty EndpointState Neuron OwnBid
        Prices PriceVote Selection SelectionProblem SkippedCommitment Snapshot
        SolverName StoredCommitment Window Winner WorkerSet
    """,
    "offer.lowering": "limit_after lowered offered",
    "offer.offer": "Offer",
    "offer.worker_split": """
        list_hashrates split_hashrates total_hashrate_fp18 worker_set
    """,
    "offer.workers_file": """
        FileSettings WalletSettings WorkersFile WorkersReading WorkersSource
        open_workers_file read_workers_file
    """,
    "proxy.following": "Routed RoutingProblem",
    "proxy.routing": """
        BraiinsRoute IhpRoute Route apply_routing check_routing
        check_routing_in_time
    """,
    "publish.arming": "Arming",
    "publish.decision": "Publish PublishReason Standing decide_upkeep",
    "publish.hotkey": """
        DEFAULT_DIRECTORY HotkeyFile HotkeySigner cautions_of find_hotkeys
        hotkey_path list_hotkeys signer
    """,
    "publish.memory": "UpkeepJournal UpkeepMemory",
    "publish.report": "Outcome UpkeepReport",
    "publish.upkeep": "CommitmentUpkeep",
    "solver.client": "AuctionSolver",
    "window.auction": "Solver hold_auction own_result",
    "window.events": "WatchProblem WindowUpdate",
    "window.selection": "MAX_PRICE_FP18",
    "windows": """
        BLOCK_TIME BLOCKS_PER_WINDOW epoch_end epoch_start next_window
        validation_window window_at
    """,
    "wire.bids": """
        MAX_SIZE_FP18 MAX_WORKERS MIN_SIZE_FP18 decode_bids encode_bids
        encode_workers
    """,
    "wire.commitments": "TEXT_LIMIT",
    "wire.numbers": "format_fp18 parse_fp18",
    "wire.price_votes": "decode_price_vote encode_price_vote",
    "wire.ss58": "ss58_decode ss58_encode",
}
"""Names by the module that each is imported from when it is first asked for."""
_HOMES: Final = {
    name: home for home, names in _OFFERED.items() for name in names.split()
}


def load() -> None:
    """Import all that is offered: in an event loop, nothing may be imported first."""
    for home in _OFFERED:
        import_module(f"{__name__}.{home}")


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Return what is offered, from the module that it is in."""
        if (home := _HOMES.get(name)) is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
        return found
