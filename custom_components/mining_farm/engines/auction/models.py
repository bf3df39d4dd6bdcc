"""What the auction knows, from the chain's storage to the own result. Blocks are numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

FP = 10**18
"""One, in the fixed point of prices and sizes ("fp18")."""
RAO = 10**9
"""Rao in one α or τ, as the chain counts stakes and emissions."""
MAX_LAG = 5
"""Blocks that an endpoint may be behind the best of all, and still be believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A validation window of a subnet epoch; both ends belong to it."""

    index: int
    """0 to 5."""
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """So many workers of one size, offered at one price."""

    size: str
    """PH/s, as the commitment spells it (version 2: the minimal decimal)."""
    price_fp18: int
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceVote:
    """A validator's price commitment."""

    prices: Mapping[str, int]
    """fp18 by key: TAO_USDC, ALPHA_TAO, HASHP_USDC, cap."""
    bans: int = 0
    """Bit u set: uid u is to be banned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCommitment:
    """What the chain holds for a hotkey."""

    hotkey: str
    block: int | None
    """Of its last change."""
    raw: bytes | None
    """None where the first field holds no bytes; `problem` says what it holds."""
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Neuron:
    """A member of the subnet."""

    uid: int
    hotkey: str
    coldkey: str
    stake_rao: int
    emission_rao: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainFacts:
    """What is known of a chain and a subnet before it is asked; None: it will say."""

    genesis: str | None = None
    """The hash of the first block."""
    tempo: int | None = None
    """For a node that does not know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRef:
    """One block."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that decides an auction: the chain's state at the start of a window."""

    netuid: int
    window: Window
    block_hash: str
    started_at: datetime
    commitments: tuple[StoredCommitment, ...]
    """In the order of the node's storage keys, which decides ties."""
    neurons: tuple[Neuron, ...]
    mechanism_split: tuple[int, ...] | None
    """Read at the head, as the reference does; None where the chain holds none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What the validators agree on, fp18."""

    tao_usdc: int
    alpha_tao: int
    hashp_usdc: int
    """USDC for one PH/s and day."""
    cap: int | None
    """Share of the budget; None: no validator votes on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Winner:
    """One worker that won."""

    hotkey: str
    size: str
    price_fp18: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionProblem:
    """What a solver is asked."""

    bids: Mapping[str, tuple[Bid, ...]]
    """By hotkey, in the chain's order."""
    budget_ph: float
    start_block: int
    block_hash: str
    own_hotkey: str | None = None
    """Whose bounds are wanted where ties are possible."""


class SolverName(StrEnum):
    """Which solver decided."""

    CBC = "cbc"
    HIGHS = "highs"
    EXACT = "exact"
    """The dynamic programme of this package."""


class Certainty(StrEnum):
    """How sure it is what the own bids win."""

    CONFIRMED = "confirmed"
    """By the network's own solver, or there was nothing to decide."""
    PROVEN = "proven"
    """The same in every best answer; the network's solver misses the best in 1 %."""
    PROVISIONAL = "provisional"
    """One of several best answers; the network's solver is still at work."""
    ESTIMATE = "estimate"
    """One of several best answers, and the network's solver does not run here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The winners of a window."""

    winners: tuple[Winner, ...]
    """Sorted by price, size (as text), hotkey."""
    solver: SolverName
    certainty: Certainty
    own_least: int | None = None
    """How many own workers win at least, whatever the ties; None: not computed."""
    own_most: int | None = None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBid:
    """One own worker, and whether it won."""

    size: str
    price_fp18: int
    won: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedCommitment:
    """A commitment that took no part, and why."""

    hotkey: str
    reason: str
    disputed: bool = False
    """The reference holds no auction where this stands: validators may differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuctionResult:
    """The outcome of one window, computed from the state at its start."""

    netuid: int
    window: Window
    block_hash: str
    """Of the window's first block: another hash is another auction."""
    started_at: datetime
    ends_at: datetime
    """Expected: started_at and 12 s for each block."""
    prices: Prices | None
    """None: the validators do not agree, so no bid wins."""
    budget_ph: float
    commitments: int
    """That took part: neither stale nor banned."""
    bidders: int
    """Hotkeys with at least one bid."""
    banned: tuple[str, ...]
    skipped: tuple[SkippedCommitment, ...]
    winners: tuple[Winner, ...]
    own: tuple[OwnBid, ...]
    """Bid by bid, won first, then lost; empty where no own bid took part."""
    solver: SolverName | None
    """None: there was nothing to solve."""
    certainty: Certainty
    """An estimate also where validators may differ about a disputed commitment."""
    own_least: int | None
    own_most: int | None
    solved_in: float
    """Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSet:
    """What is to be bid at one price: workers by size."""

    price_fp18: int
    sizes: Mapping[str, int]
    """Workers by size in PH/s (minimal decimal)."""
    pool: str | None = None
    """The proxy's pool or goal that gets what these win; None: the usual one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointState:
    """How one endpoint of the chain is doing."""

    url: str
    """Without credentials or query."""
    in_use: bool
    height: int | None
    lag: int | None
    """Blocks behind the highest of all endpoints; of a single one, behind the clock."""
    error: str | None
    fallbacks: tuple[str, ...] = ()
    """What stands in for what the node lacks."""
    other_chain: bool = False
    """Whether its first block is not that of the chain."""
