"""The chain's refusals of a commitment in words that say what to do."""

from typing import Final

_HELP: Final = (
    ("AccountNotAllowedCommit", "the hotkey is not registered on this subnet"),
    (
        "SpaceLimitExceeded",
        "what the hotkey may commit in this epoch is used up; wait for the next one",
    ),
    ("RateLimitExceeded", "the hotkey has committed too often; wait some blocks"),
    ("Custom error: 3", "the chain has no such subnet"),
    ("Custom error: 4", "the hotkey is not registered"),
    ("Custom error: 6", "the hotkey has committed too often; wait some blocks"),
    ("Custom error: 10", "the hotkey is not registered on this subnet"),
    (
        "riority is too low",
        "another extrinsic of the hotkey with the same nonce waits",
    ),
    ("temporarily banned", "the node refuses this extrinsic for some minutes"),
    (
        "outdated",
        "its nonce was used meanwhile; something else signs with this hotkey",
    ),
    (
        "bad signature",
        "the chain has been upgraded, or its nonce was used meanwhile",
    ),
    (
        "pay some fees",
        "the hotkey's account cannot pay the fee; transfer some TAO to it",
    ),
    ("ancient birth block", "it came too late; the node may lag behind"),
)
"""A part of the chain's words and what it means, the more special first.

Codes of `CustomTransactionError` as of subtensor 3.x (common/src/transaction_error.rs).
"""


def explain(reason: str) -> str:
    """Return the chain's own words with what they mean, where that is known."""
    for part, meaning in _HELP:
        at = reason.find(part)
        # "Custom error: 1" is no "Custom error: 10".
        if at >= 0 and not reason[at + len(part) :][:1].isdigit():
            return f"{reason} ({meaning})"
    return reason
