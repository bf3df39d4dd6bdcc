"""What a Whatsminer's `status` says of its set points; values are text, not numbers."""

from collections.abc import Mapping
from typing import Any

from ...capabilities import Bounds, Capabilities, Command, Value, Wear
from ...identity import normalise_mac
from ...models import MinerSnapshot, MinerState
from ...values import positive, text

type Row = Mapping[str, Any]

LEVELS = ("low", "normal", "high")
PERCENT = Bounds(minimum=1, maximum=100, step=1, source="family")
POWER_STEP_W = 100
LED_AUTO = "auto"
_STOPPED = ("mineroff", "btmineroff")
_PERCENTS = ("power_pct", "hash_percent")


def message(reply: Mapping[str, Any]) -> Row:
    """Return the object that a command answers with; an empty one where it has none."""
    found = reply.get("Msg")
    return found if isinstance(found, Mapping) else {}


def is_status(status: Row) -> bool:
    """Return whether it is the `status` of a Whatsminer."""
    return not status.keys().isdisjoint((*_STOPPED, "power_limit_set"))


def parse_status(status: Row, info: Row, version: Row) -> MinerSnapshot:
    """Return what `status`, `get_miner_info` and `get_version` say."""
    led = text(info.get("ledstat"))
    level = (text(status.get("power_mode")) or "").lower()
    found: dict[Command, Value | None] = {
        Command.LEVEL: level or None,
        Command.POWER_TARGET: positive(status.get("power_limit_set")),
        Command.POWER_PERCENT: _percent(status),
        Command.LOCATE: None if led is None else led != LED_AUTO,
    }
    stopped = any(str(status.get(key)).lower() == "true" for key in _STOPPED)
    return MinerSnapshot(
        firmware=text(version.get("fw_ver")),
        mac=normalise_mac(info.get("mac")),
        reported_state=MinerState.PAUSED if stopped else None,
        capabilities=capabilities_of(status),
        settings={key: value for key, value in found.items() if value is not None},
    )


def _percent(status: Row) -> float | None:
    """Return the percent of the power; 0 is none that was ordered."""
    for key in _PERCENTS:
        if key in status:
            return positive(status[key]) or PERCENT.maximum
    return None


def capabilities_of(status: Row) -> Capabilities:
    """Return what can be ordered, by what `status` has a field for.

    The limit of the power depends on the supply and the model, which nothing states.
    """
    choices, numbers, unbounded = {}, {}, {}
    if "power_mode" in status:
        choices[Command.LEVEL] = LEVELS
    # Both since API 2.0.5 (maker's description).
    if "power_limit_set" in status:
        unbounded[Command.POWER_TARGET] = POWER_STEP_W
    if _percent(status) is not None:
        numbers[Command.POWER_PERCENT] = PERCENT
    return Capabilities(
        commands=(
            Command.PAUSE,
            Command.RESUME,
            Command.RESTART_MINING,
            Command.REBOOT,
            Command.LOCATE,
        ),
        numbers=numbers,
        unbounded=unbounded,
        choices=choices,
        wear={
            Command.POWER_TARGET: Wear.RESTARTS,
            Command.LEVEL: Wear.RESTARTS,
            Command.POWER_PERCENT: Wear.LIVE,
        },
    )
