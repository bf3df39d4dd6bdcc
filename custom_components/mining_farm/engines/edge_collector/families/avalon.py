"""Avalon: modules as bracketed text, `MM ID0` = "Ver[..] Fan1[2896] GHSmm[37470.98] ..".

New firmware wraps it once more: `MM ID0:Summary` = "'STATS':{Ver[..] ..}".
"""

from collections.abc import Iterator
import re

from ..identity import normalise_id, normalise_mac
from ..models import Algorithm, BoardStatus, Fan
from ..replies import Replies
from ..units import GHS
from ..values import count, hottest, positive, rate, rpm, total
from .generic import total_rate
from .reading import Reading

_MODULE_KEY = re.compile(r"MM ID([0-9]{1,3})(?::Summary)?")
_FIELD = re.compile(r"(\w++)\[([^\]]*+)\]")
# A module of the 7 and 8 series is its first three digits: 7411706 is a 741.
_SERIES_7_8 = re.compile(r"([78][0-9]{2})[0-9]{4}")
_PER_CONVERTER = 100

type Module = dict[str, str]


def matches(replies: Replies) -> bool:
    """Say whether any module is told, in `stats` or, on newer firmware, in `estats`."""
    return next(_modules(replies), None) is not None


def read(replies: Replies) -> Reading:
    """Read every module; each is one board or, from the A10 on, several."""
    modules = dict(_modules(replies))
    first = next(iter(modules.values()))
    summary, version = replies.row("summary"), replies.row("version")
    now = _sum(modules, "GHSspd")
    boards = [
        board
        for slot, module in modules.items()
        for board in _boards(slot, module, several=len(modules) > 1, idle=now == 0)
    ]
    measured = _sum(modules, "MGHS")
    theoretical = _sum(modules, "GHSmm")
    if now is None:
        now = measured if measured is not None else total_rate(summary)
    if now is None:
        # The 7 series without `summary` tells nothing but the rate of its clocks.
        now, theoretical = theoretical, None
    uptimes = [count(row.get("Elapsed")) for row in replies.rows("stats", "estats")]
    return Reading(
        boards=boards,
        hashrate_ghs=now,
        ideal_hashrate_ghs=theoretical,
        algorithm=Algorithm.SHA256,
        model=replies.model or _model(first),
        firmware=first.get("LVer") or first.get("Ver"),
        # A controller's modules are exchanged: only a lone one names the miner.
        hardware_id=normalise_id(version.get("DNA"))
        or (normalise_id(first.get("DNA")) if len(modules) == 1 else None),
        mac=normalise_mac(version.get("MAC")),
        fans=[fan for slot, each in modules.items() for fan in _fans(slot, each)],
        uptime_s=uptimes[0] if uptimes else None,
        hw_errors=sum(count(module.get("HW")) or 0 for module in modules.values()),
    )


def _modules(replies: Replies) -> Iterator[tuple[int, Module]]:
    """Yield the modules by number, those of a second converter from 100 on."""
    converter = 0
    for row in replies.rows("stats") + replies.rows("estats"):
        found = False
        for key, value in row.items():
            match = _MODULE_KEY.fullmatch(key)
            if match and isinstance(value, str) and "Elapsed[" in value:
                found = True
                fields = dict(_FIELD.findall(value))
                yield int(match[1]) + converter * _PER_CONVERTER, fields
        converter += found


def _boards(
    slot: int, module: Module, *, several: bool, idle: bool
) -> Iterator[BoardStatus]:
    """Yield the boards of one module: from 0 within it, or the module itself."""
    means = module.get("MGHS", "").split()
    if not means:
        yield BoardStatus(
            id=slot,
            hashrate_ghs=rate(module.get("GHSmm"), GHS),
            temp_chip=hottest(module.get("TMax")),
            chips_total=count(module.get("TA")),
            frequency_mhz=positive(module.get("Freq")),
        )
        return
    hottest_chips, errors = (
        module.get("MTmax", "").split(),
        module.get("MH", "").split(),
    )
    for place, mean in enumerate(means):
        yield BoardStatus(
            id=slot * _PER_CONVERTER + place if several else place,
            # A mean goes on for hours after the miner stopped.
            hashrate_ghs=0.0 if idle else rate(mean, GHS),
            temp_chip=hottest(_at(hottest_chips, place)),
            chips_total=len(module.get(f"PVT_T{place}", "").split()) or None,
            hw_errors=count(_at(errors, place)),
        )


def _fans(slot: int, module: Module) -> Iterator[Fan]:
    """Yield the fans of a module; an old one has a single fan, named like itself."""
    for key, value in module.items():
        name = key.removeprefix("Fan")
        if name != key and not name.strip("0123456789"):
            speed = rpm(value)
            if speed is not None:
                yield Fan(id=name or str(slot), rpm=speed)


def _sum(modules: dict[int, Module], key: str) -> float | None:
    """Return the sum of a rate over all modules and boards; None when none tells it."""
    told = [
        value for module in modules.values() for value in module.get(key, "").split()
    ]
    rates = [each for value in told if (each := rate(value, GHS)) is not None]
    return total(rates)


def _model(module: Module) -> str | None:
    """Return "AvalonMiner 1047" for a version "1047-20051101_85dc6f0_0332654"."""
    series = module.get("Ver", "").partition("-")[0]
    if match := _SERIES_7_8.fullmatch(series):
        series = match[1]
    return f"AvalonMiner {series}" if series else None


def _at(values: list[str], place: int) -> str | None:
    """Return the value at a place; None beyond the end."""
    return values[place] if place < len(values) else None
