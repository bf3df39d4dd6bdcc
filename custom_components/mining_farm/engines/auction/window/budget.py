"""How much hashrate a window buys: the miners' share of emission at agreed prices."""

from collections.abc import Sequence

from ..errors import AuctionUndefinedError
from ..models import FP, Prices

_MECHANISM = 1
"""The auction's place in the subnet's split of emission."""
_WHOLE = 65535
_MINERS = 0.41
"""Alpha that a subnet's miners earn each block."""
_BLOCKS_PER_DAY = 7200


def mechanism_share(split: Sequence[int] | None) -> int:
    """Return the alpha of the auction's miners per block, fp18, through doubles.

    AuctionUndefinedError where the chain gives the auction no share.
    """
    if not split:
        raise AuctionUndefinedError("the chain holds no split of emission")
    if len(split) <= _MECHANISM or split[_MECHANISM] <= 0:
        raise AuctionUndefinedError(f"no share of emission: {list(split)}")
    # The reference multiplies in this order and cuts: the last digits depend on it.
    return int(split[_MECHANISM] / _WHOLE * _MINERS * FP)


def budget_ph(prices: Prices, share_fp18: int) -> float:
    """Return the budget in PH/s, capped; 0.0 where it would not be positive.

    Integers to the end, then doubles, as validators compute it. A cap above one
    raises the budget; one that is not positive counts as one.
    """
    if prices.hashp_usdc <= 0:
        return 0.0
    alpha_usdc = prices.alpha_tao * prices.tao_usdc // FP
    usdc = alpha_usdc * share_fp18 * _BLOCKS_PER_DAY // FP
    budget = float(usdc * FP // prices.hashp_usdc) / FP
    if budget <= 0:
        return 0.0
    cap = FP if prices.cap is None or prices.cap <= 0 else prices.cap
    return budget * (float(cap) / FP)
