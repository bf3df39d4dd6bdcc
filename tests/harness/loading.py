"""Config entries while they are set up, as a terminal shows them."""

from collections.abc import Callable, Sequence
from typing import Any

from .client import HomeAssistantClient

PENDING = frozenset({"not_loaded", "setup_in_progress"})


async def until_set_up(
    client: HomeAssistantClient,
    domain: str,
    count: int,
    *,
    show: Callable[[str], object],
    timeout: float = 180.0,
) -> None:
    """Wait until so many entries were tried to set up, and show each step of it."""
    shown = 0

    def are_set_up(entries: Sequence[dict[str, Any]]) -> bool:
        nonlocal shown
        done = sum(entry["state"] not in PENDING for entry in entries)
        if done != shown:
            shown = done
            show(f"  {done} of {count} set up")
        return done >= count

    try:
        await client.until(lambda: client.entries(domain), are_set_up, timeout)
    except TimeoutError:
        show(f"  no more of them within {timeout:.0f} s")


def describe_failures(entries: Sequence[dict[str, Any]]) -> list[str]:
    """Return a line for each entry that is not loaded, with the reason if it has one."""
    return [
        ": ".join((entry["title"], entry["state"], *filter(None, [entry["reason"]])))
        for entry in entries
        if entry["state"] != "loaded"
    ]
