"""What validators agree on by stake: prices by gamma-MSI, bans by majority."""

from bisect import bisect_left
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from itertools import accumulate
from math import log

from ..models import Prices, PriceVote

GAMMA = 0.67
"""Share of the stake that the narrowest interval of prices has to hold."""
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
_TAO_USDC, _ALPHA_TAO, _HASHP_USDC, _CAP = "TAO_USDC", "ALPHA_TAO", "HASHP_USDC", "cap"
_METRICS = (_TAO_USDC, _ALPHA_TAO, _HASHP_USDC, _CAP)


def stake_fp18(rao: int) -> int:
    """Return the weight of a stake, rounded in doubles just as the reference does."""
    # Between integers Python divides exactly and rounds once; a double rao twice.
    value = Decimal(repr(rao / 10**9 / 10**9)).scaleb(18, _EXACT)
    return int(value.to_integral_value(context=_EXACT))


def agree_prices(
    votes: Mapping[str, PriceVote], stakes: Mapping[str, int]
) -> Prices | None:
    """Return the prices that the stake agrees on; None where one of three is missing.

    Each price is one of those submitted. Only who submits a cap has a say in it.
    ValueError for a `negative_price` with stake behind it.
    """
    agreed = {
        metric: gamma_msi(
            {
                hotkey: vote.prices[metric]
                for hotkey, vote in votes.items()
                if metric in vote.prices
            },
            stakes,
        )
        for metric in _METRICS
    }
    tao_usdc, alpha_tao = agreed[_TAO_USDC], agreed[_ALPHA_TAO]
    hashp_usdc = agreed[_HASHP_USDC]
    if tao_usdc is None or alpha_tao is None or hashp_usdc is None:
        return None
    return Prices(
        tao_usdc=tao_usdc,
        alpha_tao=alpha_tao,
        hashp_usdc=hashp_usdc,
        cap=agreed[_CAP],
    )


def negative_price(vote: PriceVote) -> str | None:
    """Name a price of a vote that no interval can hold; None where there is none."""
    return next((key for key in _METRICS if vote.prices.get(key, 0) < 0), None)


def gamma_msi(
    prices: Mapping[str, int], stakes: Mapping[str, int], gamma: float = GAMMA
) -> int | None:
    """Return the weighted median of the minimal interval that holds a share of stake.

    Intervals are measured in logarithms of fp18 prices; zero prices and hotkeys
    without stake do not count. None where none is left, ValueError for a negative one.
    """
    # By a double, as the reference divides: the last bit may decide which is narrowest.
    points = sorted(
        (log(price / 1e18), hotkey, stakes[hotkey], price)
        for hotkey, price in prices.items()
        if price and stakes.get(hotkey)
    )
    if not points:
        return None
    target = gamma * sum(stake for _, _, stake, _ in points)
    narrowest: tuple[float, float, float] | None = None
    inside = points
    left = held = 0
    for right, (upper, _, stake, _) in enumerate(points):
        held += stake
        while held - points[left][2] >= target:
            held -= points[left][2]
            left += 1
        lower = points[left][0]
        # Of intervals of one width, the reference takes that of the lowest prices.
        interval = (upper - lower, upper, lower)
        if held >= target and (narrowest is None or interval < narrowest):
            narrowest, inside = interval, points[left : right + 1]
    held_up_to = list(accumulate(stake for _, _, stake, _ in inside))
    return inside[bisect_left(held_up_to, (held_up_to[-1] + 1) // 2)][3]


def agree_bans(
    votes: Mapping[str, PriceVote], stakes: Mapping[str, int]
) -> frozenset[int]:
    """Return the uids that more than half of the voters' stake wants banned."""
    half = sum(stakes.get(hotkey, 0) for hotkey in votes) // 2
    against: dict[int, int] = {}
    for hotkey, vote in votes.items():
        bans = vote.bans
        while bans:
            uid = (bans & -bans).bit_length() - 1
            against[uid] = against.get(uid, 0) + stakes.get(hotkey, 0)
            bans &= bans - 1
    return frozenset(uid for uid, stake in against.items() if stake > half)
