"""Orders to the pages of stock Antminers.

`set_miner_conf` takes the whole configuration and restarts mining: it is sent what was
read, changed in one thing, and never without pools, for it would lose those there are.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ...address import Address
from ...capabilities import Command
from ...controls import (
    ControlError,
    ControlFailure,
    MaybeDoneError,
    OnSent,
    Order,
    Outcome,
    Turn,
    check,
)
from ...credentials import Credentials
from ...driver import TIMEOUT_S
from ...errors import MinerError
from ...prove import Step, Waiting, async_prove, async_read_before
from ..bounds import load_json
from ..http import Answer, async_send
from . import parsing
from .client import AntminerClient
from .dialects import SLEEP, by_settings

SET_CONF = "/cgi-bin/set_miner_conf.cgi"
SET_BLINK = "/cgi-bin/blink.cgi"
REBOOT = "/cgi-bin/reboot.cgi"

SLEEPS_S = 120.0
WAKES_S = 60.0
"""Within which the work mode shows; until it hashes it takes minutes more."""
BLINKS_S = 10.0
REBOOTS_S = 600.0
ANSWERS_S = 30.0
"""For which `set_miner_conf` may take to answer."""
POOLS = 3
"""As many as its page has."""

_UNSENT = "nothing was sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    conf: parsing.Page
    stats: parsing.Page
    blinking: bool | None
    was_gone: bool
    """Whether it did not answer in between."""


type _Shows = Callable[[_State, float], bool]


class AntminerWriter:
    """Changes one miner."""

    def __init__(
        self,
        host: str,
        port: int,
        turn: Turn,
        waiting: Waiting,
        credentials: Credentials | None,
    ) -> None:
        """Take the address, the turn of each exchange, and the account."""
        self._address = Address(host, port)
        self._turn = turn
        self._waiting = waiting
        self._signed_in = credentials is not None
        self._client = AntminerClient(self._address, TIMEOUT_S, credentials)
        self._gone = False

    async def async_carry_out(self, order: Order, on_sent: OnSent) -> Outcome:
        """Read, compare, send once and read back; ControlError otherwise."""
        if not self._signed_in:
            raise ControlError(ControlFailure.AUTH_FAILED, f"{_UNSENT}: no password")
        blinks = order.command is Command.LOCATE

        async def read() -> _State:
            return await self._async_state(blinks=blinks)

        before = await async_read_before(read, self._waiting, order.patience)
        self._gone = False
        step = self._step(order, before)
        return await async_prove(step, before, read, self._waiting, on_sent)

    async def _async_state(self, *, blinks: bool) -> _State:
        try:
            async with self._turn:
                conf = await self._client.async_conf()
                stats = {} if blinks else await self._client.async_stats()
                blinking = await self._client.async_blinking() if blinks else None
        except MinerError:
            self._gone = True
            raise
        return _State(conf=conf, stats=stats, blinking=blinking, was_gone=self._gone)

    def _step(self, order: Order, before: _State) -> Step[_State]:
        check(order, parsing.capabilities_of(before.conf))
        match order.command:
            case Command.PAUSE:
                return self._set_mode(before, SLEEP, _sleeps, SLEEPS_S)
            case Command.RESUME:
                mode = parsing.mode_by_name(order.value)
                return self._set_mode(before, mode, _wakes, WAKES_S)
            case Command.LOCATE:
                return Step(
                    send=lambda: self._async_blink(on=bool(order.value)),
                    shows=lambda state, _: state.blinking is order.value,
                    within=BLINKS_S,
                )
            case Command.POOLS:
                pools, mode = _pools(order), parsing.mode_of(before.conf) or 0
                return Step(
                    send=lambda: self._async_set(before.conf, mode, pools),
                    shows=lambda state, _: _filled(state.conf) == pools,
                    within=SLEEPS_S,
                )
            case _:
                return Step(
                    send=self._async_reboot,
                    shows=_Rebooted(before),
                    within=REBOOTS_S,
                )

    def _set_mode(
        self, before: _State, mode: int, shows: _Shows, within: float
    ) -> Step[_State]:
        async def send() -> None:
            # It is on its way already: a second write would only restart it.
            if parsing.mode_of(before.conf) != mode:
                await self._async_set(before.conf, mode)

        return Step(send=send, shows=shows, within=within, lasts=True)

    async def _async_set(
        self, conf: parsing.Page, mode: int, pools: object = None
    ) -> None:
        dialect = by_settings(conf)
        if dialect is None or not parsing.has_pools(conf):
            raise ControlError(
                ControlFailure.REFUSED, f"{_UNSENT}: its configuration has no pools"
            )
        whole = dialect.changed(conf, mode)
        if pools is not None:
            whole["pools"] = pools
        await self._async_send("POST", SET_CONF, ANSWERS_S, whole)

    async def _async_blink(self, *, on: bool) -> None:
        await self._async_send("POST", SET_BLINK, TIMEOUT_S, {"blink": on})

    async def _async_reboot(self) -> None:
        await self._async_send("GET", REBOOT, TIMEOUT_S, None)

    async def _async_send(
        self, method: str, path: str, deadline_s: float, changes: object
    ) -> None:
        async with self._turn:
            answer = await async_send(
                self._address,
                method,
                path,
                deadline_s,
                json=changes,
                digest=self._client.digest,
            )
        _require_success(answer)


def _sleeps(state: _State, _elapsed: float) -> bool:
    return parsing.is_asleep(state.conf, state.stats)


def _wakes(state: _State, _elapsed: float) -> bool:
    return parsing.mode_of(state.conf) != SLEEP


class _Rebooted:
    """Whether it has started anew since a moment: by its uptime, or by its absence."""

    def __init__(self, before: _State) -> None:
        self._before = parsing.elapsed_of(before.stats)

    def __call__(self, state: _State, _elapsed: float) -> bool:
        now = parsing.elapsed_of(state.stats)
        sooner = now is not None and self._before is not None and now < self._before
        return sooner or state.was_gone


def _pools(order: Order) -> list[dict[str, str]]:
    """Return the pools in the form of its page, which has three."""
    given = order.value if isinstance(order.value, tuple) else ()
    if len(given) > POOLS:
        raise ControlError(
            ControlFailure.OUT_OF_BOUNDS, f"it takes {POOLS} pools at most"
        )
    rows = [{"url": p.url, "user": p.worker, "pass": p.password} for p in given]
    return rows + [{"url": "", "user": "", "pass": ""}] * (POOLS - len(rows))


def _filled(conf: parsing.Page) -> list[dict[str, str]]:
    """Return the pools of a configuration, as many as its page has."""
    listed = conf.get("pools")
    found = [
        {key: str(pool.get(key) or "") for key in ("url", "user", "pass")}
        for pool in (listed if isinstance(listed, list) else [])[:POOLS]
        if isinstance(pool, dict)
    ]
    return found + [{"url": "", "user": "", "pass": ""}] * (POOLS - len(found))


def _require_success(answer: Answer) -> None:
    """Raise for an answer that says that nothing was done."""
    match answer.status:
        case 401:
            raise ControlError(ControlFailure.AUTH_FAILED, "HTTP 401")
        case 403:
            raise ControlError(ControlFailure.LOCKED, "HTTP 403")
        case 404 | 405:
            raise ControlError(ControlFailure.UNSUPPORTED, f"HTTP {answer.status}")
        case status if status >= 500:
            raise MaybeDoneError(f"HTTP {status}")
        case status if status >= 400:
            raise ControlError(ControlFailure.REFUSED, f"HTTP {status}")
    try:
        said = load_json(answer.body)
    except ValueError, RecursionError:
        return
    if isinstance(said, dict) and said.get("stats") == "error":
        text = str(said.get("msg") or said.get("code"))[:200]
        raise ControlError(ControlFailure.REFUSED, text)
