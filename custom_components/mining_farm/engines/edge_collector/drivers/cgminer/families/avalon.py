"""Avalon: modules as bracketed text, `MM ID0` = "Ver[..] Fan1[2896] GHSmm[37470.98] ..".

New firmware wraps it once more: `MM ID0:Summary` = "'STATS':{Ver[..] ..}".
"""

from collections.abc import Iterator
import re

from ....identity import normalise_id, normalise_mac
from ....models import (
    Algorithm,
    BoardStatus,
    MinerState,
    PowerSource,
    TemperatureLimits,
)
from ....units import GHS
from ....values import count, hottest, number, positive, rate, sum_of, text, total
from ..family import Family, Reading, fans
from ..replies import MAX_PARTS, Replies
from .avalon_errors import name_bits
from .generic import total_rate

_MODULE_KEY = re.compile(r"MM ID([0-9]{1,3})(?::Summary)?")
_FAN_KEY = re.compile(r"Fan([0-9]*)")
_FIELD = re.compile(r"(\w++)\[([^\[\]]*+)\]")
# A module of the 7 and 8 series is its first three digits: 7411706 is a 741.
_SERIES_7_8 = re.compile(r"([78][0-9]{2})[0-9]{4}")
_STATES_WALL_POWER = re.compile(r"(?:Nano3s|Mini3|Q)\b", re.IGNORECASE)
# Of the first Nano 3 no number of `PS` is known to be its power.
_STATES_NO_POWER = re.compile(r"Nano3\b", re.IGNORECASE)
# Without a target of its own a 7 series works at up to 92 °C (captures).
_HOT = TemperatureLimits(warning=95, critical=105)
_ABOVE_TARGET = TemperatureLimits(warning=15, critical=25)
"""At work with the hottest chip 1 to 12 °C above its own target: Nano 3, 3S, Mini 3."""
# As the Q and the Mini 3 number it, with 1 at work and 2 idle (public clients).
_STATE_STARTING, _STATE_FAULT = 0, 3
_PER_GROUP = 100
"""Numbers kept for the modules of a converter, and for the boards of a module."""

type Module = dict[str, str]


def matches(replies: Replies) -> bool:
    """Return whether any module is described, in `stats` or, on newer firmware, in `estats`."""
    return next(_modules(replies), None) is not None


def read(replies: Replies) -> Reading:
    """Read every module; each is one board or, from the A10 on, several."""
    modules = dict(_modules(replies))
    first = next(iter(modules.values()), {})
    summary, version = replies.row("summary"), replies.row("version")
    now = _sum(modules, "GHSspd")
    listed = list(modules.values())
    state = _state(listed)
    watts, source = _power(listed, asleep=state is MinerState.PAUSED)
    idle = state is MinerState.PAUSED or now == 0
    boards = [
        board
        for slot, module in modules.items()
        for board in _boards(slot, module, several=len(modules) > 1, idle=idle)
    ]
    measured = _sum(modules, "MGHS")
    theoretical = _sum(modules, "GHSmm")
    if now is None:
        now = measured if measured is not None else total_rate(summary)
    if now is None:
        # The 7 series without `summary` has nothing but the rate of its clocks.
        now, theoretical = theoretical, None
    return Reading(
        boards=boards,
        hashrate_ghs=now,
        ideal_hashrate_ghs=theoretical,
        algorithm=Algorithm.SHA256,
        state=state,
        model=replies.model or _model(first),
        firmware=text(first.get("LVer")) or text(first.get("Ver")),
        # A controller's modules are exchanged: only a lone one names the miner.
        # The DNA of the first Nano 3 is zeros (capture); HDNA may stand beside it.
        hardware_id=normalise_id(version.get("DNA"))
        or normalise_id(version.get("HDNA"))
        or (normalise_id(first.get("DNA")) if len(modules) == 1 else None),
        mac=normalise_mac(version.get("MAC")),
        fans=fans(_fans(modules)),
        power_w=watts,
        power_source=source,
        hot=_limits(listed),
        uptime_s=count((*replies.rows("stats", "estats"), summary)[0].get("Elapsed")),
        hw_errors=sum_of(count(each.get("HW")) for each in modules.values()),
        fault=_fault(listed),
    )


def _fault(modules: list[Module]) -> str | None:
    """Return what the modules say is wrong, by words where its bits have some.

    Bits that may be ignored are set on modules at work, too (captures): they are passed
    on where a module reports a fault.
    """
    for each in modules:
        if (fans_down := positive(each.get("FanErr"))) is not None:
            return f"fan error {fans_down:g}"
        echu = text(each.get("ECHU"))
        if echu and (named := name_bits(echu)):
            return named
        if number(each.get("STATE")) == _STATE_FAULT:
            return f"ECHU {echu}" if echu else "fault"
    return None


def _state(modules: list[Module]) -> MinerState | None:
    """Return what the modules say: a fault of one counts, a sleep where all sleep."""
    if modules and all(map(_is_in_standby, modules)):
        return MinerState.PAUSED
    if any(
        number(each.get("STATE")) == _STATE_FAULT or positive(each.get("FanErr"))
        for each in modules
    ):
        return MinerState.FAULT
    if any(number(each.get("STATE")) == _STATE_STARTING for each in modules):
        return MinerState.STARTING
    # It calibrates, and takes no other mode meanwhile (Canaan's driver source).
    if any(number(each.get("ADJ")) == 0 for each in modules):
        return MinerState.TUNING
    return None


def _is_in_standby(module: Module) -> bool:
    """Return whether a module was put to sleep: Q, Mini 3, A13 and later state it.

    Means and the last temperatures of the chips stay in the reply meanwhile.
    """
    return (
        "In Idle" in module.get("SYSTEMSTATU", "")
        and positive(module.get("SoftOFF")) is not None
    )


def _power(modules: list[Module], *, asleep: bool) -> tuple[float | None, PowerSource]:
    """Return the power in W: at the wall where `PS` states it, else to the boards.

    The seventh number is at the wall on Nano 3S, Q and Mini 3; on the A series it may be
    a limit, and the fifth is what reaches the boards.
    """
    versions = [module.get("Ver", "") for module in modules]
    if modules and all(map(_STATES_WALL_POWER.match, versions)):
        # What a sleeping Q prints may be the last value of its work.
        place, source = (None if asleep else 6), PowerSource.WALL
    else:
        unknown = any(map(_STATES_NO_POWER.match, versions))
        place, source = (None if unknown else 4), PowerSource.BOARDS
    if place is None:
        return None, source
    watts = [positive(_at(_values(module, "PS"), place)) for module in modules]
    known = [each for each in watts if each is not None]
    return (sum(known) if known and len(known) == len(watts) else None), source


def _limits(modules: list[Module]) -> TemperatureLimits | None:
    """Return what is hot by the device's own target; None where it states none."""
    targets = [hottest(module.get("TarT")) for module in modules]
    known = [each for each in targets if each is not None]
    if not known or len(known) < len(targets):
        return None
    return TemperatureLimits(*(max(known) + above for above in _ABOVE_TARGET))


def _modules(replies: Replies) -> Iterator[tuple[int, Module]]:
    """Yield the modules by number, those of a second converter from 100 on."""
    for command in ("stats", "estats"):
        converters = 0
        for row in replies.rows(command):
            texts = {
                int(match[1]): value
                for key, value in row.items()
                if (match := _MODULE_KEY.fullmatch(key))
                and isinstance(value, str)
                # The software MM319 (Q, Nano 3S, Mini 3) may send an empty text in
                # `stats` beside a whole one in `estats` (a public client's source).
                and "Elapsed[" in value
            }
            for slot, value in texts.items():
                yield slot + converters * _PER_GROUP, dict(_FIELD.findall(value))
            converters += bool(texts)
        if converters:
            return


def _boards(
    slot: int, module: Module, *, several: bool, idle: bool
) -> Iterator[BoardStatus]:
    """Yield the boards of one module: from 0 within it, or the module itself."""
    means = _values(module, "MGHS")
    if not means:
        yield BoardStatus(
            id=slot,
            hashrate_ghs=rate(module.get("GHSmm"), GHS),
            temp_chip=hottest(module.get("TMax")),
            chips_total=count(module.get("TA")),
            frequency_mhz=positive(module.get("Freq")),
        )
        return
    hottest_chips, errors = _values(module, "MTmax"), _values(module, "MH")
    for place, mean in enumerate(means):
        yield BoardStatus(
            id=slot * _PER_GROUP + place if several else place,
            # A mean goes on for hours after the miner stopped.
            hashrate_ghs=0.0 if idle else rate(mean, GHS),
            temp_chip=hottest(_at(hottest_chips, place)),
            chips_total=len(module.get(f"PVT_T{place}", "").split())
            # The Q lists its chips elsewhere, and with one board TA counts them.
            or (count(module.get("TA")) if len(means) == 1 else None)
            or None,
            hw_errors=count(_at(errors, place)),
        )


def _fans(modules: dict[int, Module]) -> dict[str, str]:
    """Return the fans' speeds: by number, and by module where there are several."""
    speeds = {}
    for slot, module in modules.items():
        for key, value in module.items():
            if match := _FAN_KEY.fullmatch(key):
                name = [str(slot)] if len(modules) > 1 or not match[1] else []
                speeds["-".join([*name, *filter(None, [match[1]])])] = value
    return speeds


def _sum(modules: dict[int, Module], key: str) -> float | None:
    """Return the sum of a rate over all modules and boards; None where one is unknown."""
    values = [value for module in modules.values() for value in _values(module, key)]
    return total(rate(value, GHS) for value in values)


def _model(module: Module) -> str | None:
    """Return "AvalonMiner 1047" for a version "1047-20051101_85dc6f0_0332654"."""
    series = (text(module.get("Ver")) or "").partition("-")[0]
    if match := _SERIES_7_8.fullmatch(series):
        series = match[1]
    return f"AvalonMiner {series}" if series else None


def _values(module: Module, key: str) -> list[str]:
    """Return the values of a field, one per board."""
    return module.get(key, "").split()[:MAX_PARTS]


def _at(values: list[str], place: int) -> str | None:
    """Return the value at a place; None beyond the end."""
    return values[place] if place < len(values) else None


FAMILY = Family(
    name="avalon",
    matches=matches,
    read=read,
    hot=_HOT,
)
