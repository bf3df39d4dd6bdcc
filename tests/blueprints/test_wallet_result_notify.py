"""How windows end, in words, and only when it is news."""

import re

import pytest

from homeassistant.core import HomeAssistant, ServiceCall

from .conftest import Automate, devices
from .wallet import AUCTION, HALF, LOSING, WINNING, Wallet


def said(messages: list[ServiceCall]) -> list[str]:
    """Return the messages in turn, without the time of day."""
    return [re.sub(r"\d\d:\d\d", "12:34", call.data["message"]) for call in messages]


WON = "wallet won with all 5 workers: 0.8 PH/s until 12:34."
PARTLY = "wallet won with 2 of 5 workers: 0.2 PH/s until 12:34."
LOST = "wallet lost: none of its 5 workers won, until 12:34."


async def test_windows(hass: HomeAssistant, wallet: Wallet, automate: Automate) -> None:
    """A window that ends like the one before is not told."""
    messages = await automate("wallet_result_notify", wallets=devices(hass, AUCTION))
    await wallet.bids(LOSING)
    assert said(messages) == []
    for bid in (WINNING, WINNING, HALF, LOSING, LOSING):
        await wallet.bids(bid)
    assert [text.removesuffix(" This is an estimate.") for text in said(messages)] == [
        WON,
        PARTLY,
        LOST,
    ]
    assert messages[0].data["entity_id"] == ["notify.phone"]
    assert messages[0].data["title"] == "wallet"


async def test_every_window(
    hass: HomeAssistant, wallet: Wallet, automate: Automate
) -> None:
    """Or all of them, and only what is wanted."""
    messages = await automate(
        "wallet_result_notify",
        wallets=devices(hass, AUCTION),
        every_window=True,
        events=["window_lost"],
    )
    for bid in (LOSING, WINNING, LOSING):
        await wallet.bids(bid)
    assert [text.removesuffix(" This is an estimate.") for text in said(messages)] == [
        LOST,
        LOST,
    ]


async def test_what_else_is_told(
    hass: HomeAssistant, wallet: Wallet, automate: Automate
) -> None:
    """Whatever is no window is always news, and estimates and corrections are said."""
    messages = await automate("wallet_result_notify", wallets=devices(hass, AUCTION))
    await wallet.tells(
        "commitment_refused", {"reason": "the price 2 is above the ceiling"}
    )
    await wallet.tells("banned", {"window": {"index": 1, "start": 1, "end": 60}})
    await wallet.tells(
        "window_lost",
        {
            "won": [],
            "lost": [{"size": "0.2", "price": "1", "workers": 3}],
            "ends_at": "2026-11-21T12:34:00+00:00",
            "outcome": "lost",
            "outcome_before": "won",
            "correction": True,
            "estimate": True,
        },
    )
    assert said(messages) == [
        "The commitment of wallet was not published: the price 2 is above the ceiling.",
        "wallet is banned: the validators count none of its bids.",
        f"Correction: {LOST.replace('5', '3')} This is an estimate.",
    ]


@pytest.mark.parametrize(
    ("certainty", "added"),
    [
        ("confirmed", ""),
        ("proven", ""),
        ("provisional", " This is provisional."),
        ("estimate", " This is an estimate."),
    ],
)
async def test_how_sure_a_result_is(
    hass: HomeAssistant, wallet: Wallet, automate: Automate, certainty: str, added: str
) -> None:
    """Said where the validators may decide otherwise, but for their solver's own errors."""
    messages = await automate("wallet_result_notify", wallets=devices(hass, AUCTION))
    await wallet.tells(
        "window_lost",
        {
            "won": [],
            "lost": [{"size": "0.2", "price": "1", "workers": 5}],
            "ends_at": "2026-11-21T12:34:00+00:00",
            "outcome": "lost",
            "outcome_before": "won",
            "certainty": certainty,
            "estimate": certainty == "estimate",
        },
    )
    assert said(messages) == [f"{LOST}{added}"]


async def test_too_little_is_delivered(
    hass: HomeAssistant, wallet: Wallet, automate: Automate
) -> None:
    """How much of what was promised, and what becomes of the next bid."""
    messages = await automate(
        "wallet_result_notify",
        wallets=devices(hass, AUCTION),
        events=["under_delivery", "bid_lowered", "bid_restored"],
    )
    await wallet.tells(
        "under_delivery",
        {"window": 7, "promised": 1.204, "delivered": 0.4, "machines_held": 3},
    )
    await wallet.tells("bid_lowered", {"wanted": 1.2, "alive": 0.4})
    await wallet.tells("bid_restored", {"wanted": 1.2, "alive": 1.2})
    assert said(messages) == [
        "wallet delivers 0.4 PH/s in this window, and has promised 1.2 PH/s.",
        "The next bid of wallet is lowered to what is alive: 0.4 of 1.2 PH/s.",
        "The next bid of wallet is as you want it again: 1.2 PH/s.",
    ]


async def test_a_lost_endpoint(
    hass: HomeAssistant, wallet: Wallet, automate: Automate
) -> None:
    """Told where it is wanted, with what is used instead."""
    messages = await automate(
        "wallet_result_notify",
        wallets=devices(hass, AUCTION),
        events=["endpoint_lost", "commitment_published"],
    )
    await wallet.tells("commitment_published", {"published_in": 7_500_100})
    for now in ("ws://two", None):
        await wallet.tells("endpoint_lost", {"endpoint": "ws://one", "now": now})
    assert said(messages) == [
        "The commitment of wallet was published in block 7500100.",
        "wallet can no longer use ws://one. It uses ws://two now.",
        "wallet can no longer use ws://one. No endpoint is left.",
    ]
