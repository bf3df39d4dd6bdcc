"""A farm: from a leak in all containers at once to the last machine that is seen asleep."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
import time

from custom_components.mining_farm.const import Kind
from custom_components.mining_farm.engines.farm.returning import PROVEN_AFTER
from custom_components.mining_farm.kinds.miner.const import (
    CONF_CONTROLS,
    CONF_LEAST_REST,
)

from .callback_watch import Callback
from .control import bare_pause
from .core import Core
from .core_farm import AddFarm, Followed, FollowReturn, FollowStop, Returned
from .core_process import AddEntries
from .farm_site import (
    CONTAINER_PORT,
    MINER_PORT,
    Answer,
    FarmSite,
    Leak,
    Look,
    Mend,
    Repair,
    Seen,
    StopPumps,
)
from .machine import load
from .table import figure, table

_CONTAINERS = 4
_REPLY_S = 0.03
_FAST_S = 1.0
_SLOW_S = 10.0
_AT_MOST_S = 120.0
_REHEARSED_S = 25.0
_HEATED_S = 90.0
_SETTLING_S = 5.0
_PARTS_OF_DEAF = 20
"""One machine in so many ignores its order."""
_STARTS = 20
"""In each second: the default would take an hour."""
_RETURN_S = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What came of one cause."""

    name: str
    began: float
    followed: Followed
    seen: Seen
    memory: int
    """Bytes of resident memory before it."""


def _since(run: _Run, moments: Iterable[float]) -> str:
    last = max(moments, default=None)
    return figure(None if last is None else last - run.began, 1)


def _took(run: _Run) -> str:
    stopped, orders = run.followed.stopped, run.seen.orders
    if not stopped or not orders:
        return figure(None)
    return figure(max(stopped.values()) - orders[0], 1)


_ROWS: dict[str, Callable[[_Run], str]] = {
    "to the first order, s": lambda run: _since(run, run.seen.orders[:1]),
    "to the last container's first order, s": lambda run: _since(
        run, run.seen.containers
    ),
    "to the last machine's first order, s": lambda run: _since(run, run.seen.orders),
    "to the last seen asleep, s": lambda run: _since(
        run, run.followed.stopped.values()
    ),
    "of this from the first order, s": _took,
    "to the last that is listed as not stopped, s": lambda run: _since(
        run, run.followed.unconfirmed.values()
    ),
    "seen asleep": lambda run: str(len(run.followed.stopped)),
    "listed as not stopped": lambda run: str(len(run.followed.unconfirmed)),
    "asleep in truth": lambda run: str(run.seen.asleep),
    "requests but reads": lambda run: str(run.seen.writes),
    "coolant warmer by, K": lambda run: figure(run.seen.risen, 1),
    "our longest callback, ms": lambda run: _longest(run.followed.longest, ours=True),
    "longest callback of others, ms": lambda run: _longest(
        run.followed.longest, ours=False
    ),
    "worst loop delay, ms": lambda run: figure(run.followed.stalls.late_ms, 0),
    "full garbage collections": lambda run: str(len(run.followed.collections)),
    "the longest, ms of CPU": lambda run: figure(
        max(run.followed.collections, default=None), 0
    ),
    "resident memory before, MiB": lambda run: figure(run.memory / 2**20, 0),
}


def measure(*, quick: bool) -> Iterator[str]:
    """Yield the table of stops, and what they are compared with."""
    share = 30 if quick else 210
    heated = 30.0 if quick else _HEATED_S
    with FarmSite(_CONTAINERS, share) as site:
        site.order(Answer(_REPLY_S, _FAST_S), type(None))
        bare = [_bare(site), _bare(site)]
        beside = (
            AddEntries(Kind.CONTAINER, site.containers, CONTAINER_PORT, {}),
            AddFarm(),
        )
        options = {"detail": "farm", CONF_CONTROLS: True, CONF_LEAST_REST: 0}
        with Core(site.miners, MINER_PORT, options=options, beside=beside) as core:
            runs = []
            for run in _runs(site, core, heated):
                runs.append(run)
                yield _callbacks(run)
            yield table(
                f"{_CONTAINERS} containers with {share} machines each: all leak at once, "
                "or lose their pumps",
                ("", *(run.name for run in runs)),
                ((name, *map(cell, runs)) for name, cell in _ROWS.items()),
                _notes(bare, heated),
            )
            yield _returned(site, core)


def _returned(site: FarmSite, core: Core) -> str:
    """Return the table of a return after a leak."""
    fast = Answer(_REPLY_S, _FAST_S)
    _let_hash(site, core, fast)
    stop = FollowStop(armed=True, seconds=_AT_MOST_S)
    core.follow_stop(stop, partial(site.order, Leak(), float))
    site.order(Repair(), type(None))
    order = FollowReturn(starts=_STARTS, within=1.0, seconds=_RETURN_S)
    returned = core.follow_return(order)
    seen = site.order(Look(), Seen)
    alone = figure((len(site.miners) - 1) // _STARTS, 0)
    return table(
        "The return after a leak, from the release of all groups",
        ("", ""),
        ((name, cell(returned, seen)) for name, cell in _RETURN_ROWS.items()),
        (
            f"cooling is proved for {PROVEN_AFTER:.0f} s before the first order",
            f"pace: {_STARTS} starts in a second: alone {alone} s for all",
            load(),
        ),
    )


_RETURN_ROWS: dict[str, Callable[[Returned, Seen], str]] = {
    "to the first order, s": lambda back, seen: figure(
        seen.orders[0] - back.released if seen.orders else None, 1
    ),
    "to the first seen to hash, s": lambda back, _: figure(
        min(back.awake.values()) - back.released if back.awake else None, 1
    ),
    "to the last seen to hash, s": lambda back, _: figure(
        max(back.awake.values()) - back.released if back.awake else None, 1
    ),
    "from the first order to the last, s": lambda _, seen: figure(
        seen.orders[-1] - seen.orders[0] if seen.orders else None, 1
    ),
    "most orders in a second": lambda _, seen: str(
        max(
            (sum(at <= one < at + 1 for one in seen.orders) for at in seen.orders),
            default=0,
        )
    ),
    "requests but reads": lambda _, seen: str(seen.writes),
    "seen to hash": lambda back, _: str(len(back.awake)),
    "our longest callback, ms": lambda back, _: _longest(back.longest, ours=True),
}


def _notes(bare: Sequence[float], heated: float) -> Iterator[str]:
    """Yield what the table is to be read with."""
    yield "containers are polled every 10 s; a bit orders nothing before a second reading"
    yield (
        f"a machine replies after {_REPLY_S * 1000:.0f} ms and shows a pause after "
        f"{_FAST_S:.0f} s, with slow firmware after {_SLOW_S:.0f} s"
    )
    times = " and ".join(f"{figure(each, 1)} s" for each in bare)
    yield f"bare asyncio pauses the same machines in {times}, 64 exchanges at once"
    yield f"pumps that fail: followed for {heated:.0f} s"
    yield load()


def _runs(site: FarmSite, core: Core, heated: float) -> Iterator[_Run]:
    deaf = len(site.miners) // _PARTS_OF_DEAF
    fast, slow = Answer(_REPLY_S, _FAST_S), Answer(_REPLY_S, _SLOW_S)
    stop = FollowStop(armed=True, seconds=_AT_MOST_S)
    rehearse = FollowStop(armed=False, seconds=_REHEARSED_S)
    leak, pumps = Leak(), StopPumps()
    for name, answer, cause, order in (
        ("leak", fast, leak, stop),
        ("leak, slow firmware", slow, leak, stop),
        (f"leak, {deaf} ignore it", fast._replace(deaf=deaf), leak, stop),
        ("leak, rehearsing", fast, leak, rehearse),
        ("pumps fail", fast, pumps, stop._replace(seconds=heated, least=heated)),
        ("the same, rehearsing", fast, pumps, rehearse._replace(seconds=heated)),
    ):
        _let_hash(site, core, answer)
        memory = core.weigh().memory
        began, followed = core.follow_stop(order, partial(site.order, cause, float))
        seen = site.order(Look(), Seen)
        yield _Run(name=name, began=began, followed=followed, seen=seen, memory=memory)


def _let_hash(site: FarmSite, core: Core, answer: Answer) -> None:
    """Let all machines hash, and plants be well; RuntimeError where they are not."""
    site.order(answer, type(None))
    site.order(Mend(), type(None))
    awake = core.return_all()
    if awake != len(site.miners):
        raise RuntimeError(f"{awake} of {len(site.miners)} machines hash again")
    core.run(_SETTLING_S)
    site.order(Mend(), type(None))


def _bare(site: FarmSite) -> float:
    site.order(Mend(), type(None))
    start = time.perf_counter()
    asyncio.run(bare_pause(site.miners, MINER_PORT))
    took = time.perf_counter() - start
    site.order(Mend(), type(None))
    return took


def _longest(callbacks: list[Callback], *, ours: bool) -> str:
    return figure(
        max((each.ms for each in callbacks if each.ours is ours), default=0), 0
    )


def _callbacks(run: _Run) -> str:
    lines = [
        f"- {figure(each.ms, 0)} ms {each.name}" for each in run.followed.longest[:8]
    ]
    return "\n".join(
        [f"{run.name}: the callbacks that worked longest in one go", *lines]
    )
