"""What a Goldshell is set to: one of its power plans, and a temperature."""

from typing import Any

from ...capabilities import Bounds, Capabilities, Command, Value
from ...errors import Failure, MinerError
from ...identity import normalise_mac
from ...models import Algorithm, MinerSnapshot, MinerState
from ...values import count, number, text
from ..web import Object, rows

TARGET_TEMPERATURE = Bounds(minimum=65, maximum=75, step=1, source="family")
_NORMAL, _LOW, _SLEEP = 0, 1, 3
_WORDS = {_NORMAL: "normal", _LOW: "low"}
_MOST_PLANS = 16


def plans_of(setting: Object) -> list[int | None]:
    """Return the level of each power plan; `select` is the place of one of them."""
    plans = setting.get("powerplans")
    listed = plans[:_MOST_PLANS] if isinstance(plans, list) else []
    return [
        count(plan.get("level")) if isinstance(plan, dict) else None for plan in listed
    ]


def names_of(setting: Object) -> dict[str, int]:
    """Return the plans that may be chosen, sleep not among them, by name."""
    names: dict[str, int] = {}
    for place, level in enumerate(plans_of(setting)):
        if level is not None and level != _SLEEP:
            name = _WORDS.get(level, f"level {level}")
            names[f"{name} ({place})" if name in names else name] = place
    return names


def place_of(setting: Object, *, asleep: bool) -> int | None:
    """Return the plan to sleep by, or the first to work by; None where there is none."""
    return next(
        (
            place
            for place, level in enumerate(plans_of(setting))
            if level is not None and (level == _SLEEP) is asleep
        ),
        None,
    )


def parse_setting(setting: Object) -> MinerSnapshot:
    """Return the set points; MinerError for another program's settings."""
    if "powerplans" not in setting:
        raise MinerError(Failure.NOT_CGMINER, "the answer is not a Goldshell's")
    selected = count(setting.get("select"))
    plans, names = plans_of(setting), names_of(setting)
    level = plans[selected] if selected is not None and selected < len(plans) else None
    settings: dict[Command, Value] = {}
    if name := next((n for n, place in names.items() if place == selected), None):
        settings[Command.LEVEL] = name
    target = number(setting.get("temp_target"))
    numbers = {}
    if target is not None:
        settings[Command.TARGET_TEMPERATURE] = target
        numbers[Command.TARGET_TEMPERATURE] = TARGET_TEMPERATURE
    can_sleep = place_of(setting, asleep=True) is not None
    return MinerSnapshot(
        mac=normalise_mac(setting.get("name")),
        algorithm=Algorithm.OTHER,
        reported_state=MinerState.PAUSED if level == _SLEEP else None,
        capabilities=Capabilities(
            commands=(Command.PAUSE, Command.RESUME) if can_sleep else (),
            numbers=numbers,
            choices={Command.LEVEL: tuple(names)} if len(names) > 1 else {},
            labels=_labels(setting, names),
        ),
        settings=settings,
    )


def _labels(setting: Object, names: dict[str, int]) -> dict[str, str]:
    plans = dict(enumerate(rows(setting.get("powerplans"), _MOST_PLANS)))
    return {
        name: f"{name}: {info}"
        for name, place in names.items()
        if (info := text(plans.get(place, {}).get("info"))) and info != name
    }


def changed(setting: Object, **changes: Any) -> dict[str, Any]:
    """Return the whole object, as it was read, with what is to change."""
    return {**setting, **changes}
