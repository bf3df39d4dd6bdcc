"""Orders that come by MQTT: as far as the file allows them, each at most once, proved.

The answer says what became of it. A pause supersedes what is under way, and is never
refused as busy or too soon; anything else is.
"""

import asyncio
from dataclasses import replace
from functools import partial
import json
import logging
from typing import Any, NamedTuple

from .broker import Broker, Message
from .config import Mqtt
from .engine import (
    Command,
    ControlError,
    ControlFailure,
    Failure,
    MinerError,
    MinerProfile,
    MinerSnapshot,
    Order,
    Outcome,
    Turn,
    Waiting,
    Writer,
    check,
    create_writer,
    is_another,
    recognition_of,
)
from .machine import Machine
from .rests import Rests
from .site import Site
from .topics import Topics

WAITING = Waiting()
"""By whose clock an effect is waited for."""
EXCHANGES_AT_ONCE = 64
LONGEST = 1000
"""Characters of a message; an order needs 200."""
RESTART_S = 120.0
"""For which a pause waits for a miner that restarts by an order."""
_SAVE_S = 1.0
"""For which an order waits until its rest time is on disk."""
_MAYBE_SENT = (ControlFailure.UNCONFIRMED, ControlFailure.SUPERSEDED)
_LOGGER = logging.getLogger(__name__)


class _Request(NamedTuple):
    """An order as it came."""

    order: Order
    ident: Any
    """What the sender knows it by; part of the answer."""


class _UnderWay(NamedTuple):
    order: Order
    task: asyncio.Task[Outcome]


class Orders:
    """All orders to the machines of one collector."""

    def __init__(self, site: Site, mqtt: Mqtt, topics: Topics, broker: Broker) -> None:
        """Take the machines, what is allowed, and where answers go."""
        self._site = site
        self._allowed = {Command(command) for command in mqtt.commands}
        self._topics = topics
        self._broker = broker
        self._exchanges = asyncio.Semaphore(EXCHANGES_AT_ONCE)
        self._under_way: dict[str, _UnderWay] = {}
        if self._allowed and site.rests is None:
            # For the whole life of the process: what no disk has counts, too.
            site.rests = Rests(site.config.state, site.shard, WAITING.monotonic)
            site.rests.load()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def subscriptions(self) -> list[str]:
        """Topics by which orders come; none where none are allowed."""
        return [self._topics.order("+")] if self._allowed else []

    @property
    def _rests(self) -> Rests:
        assert self._site.rests is not None  # noqa: S101 Only where orders are allowed
        return self._site.rests

    def take(self, topic: str, text: str, *, retained: bool) -> None:
        """Begin to carry out an order."""
        prefix = self._topics.order("")
        ident = topic.removeprefix(prefix)
        if not topic.startswith(prefix) or not self._allowed:
            return
        if retained:
            # It would be carried out again after each connection.
            self._answer(ident, None, error="retained", text="orders are not retained")
            return
        try:
            request = _parse(text)
            machine = self._machine(ident, request.order.command)
        except ValueError as err:
            self._answer(ident, None, error="invalid", text=str(err))
            return
        task = asyncio.create_task(self._async_answer(machine, request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def async_stop(self) -> None:
        """Wait for none: what was sent is answered by nobody."""
        tasks = [*self._tasks, *(each.task for each in self._under_way.values())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._allowed:
            await self._rests.async_save()

    def _machine(self, ident: str, command: Command) -> Machine:
        if command not in self._allowed:
            raise ValueError(f"the site's file does not allow {command}")
        machine = self._site.names.get(ident)
        if machine is None or not machine.spot.shown:
            raise ValueError("there is no such machine")
        return machine

    async def _async_answer(self, machine: Machine, request: _Request) -> None:
        ident = machine.ident
        try:
            outcome = await self._async_order(machine, request.order)
        except ControlError as err:
            self._answer(ident, request, error=err.failure, text=str(err))
        except Exception:
            _LOGGER.exception("Unexpected error with an order to %s", ident)
            self._answer(ident, request, error="failed", text="see the log")
        else:
            self._answer(ident, request, outcome=outcome)

    def _answer(
        self,
        ident: str,
        request: _Request | None,
        *,
        outcome: str | None = None,
        error: str | None = None,
        text: str | None = None,
    ) -> None:
        """Send what became of an order, and write it down: nobody else may have seen it."""
        answer = {
            "id": request and request.ident,
            "command": request and request.order.command,
            "value": request and request.order.value,
            "outcome": outcome,
            "error": error,
            "message": text,
        }
        _LOGGER.info("Order to %r: %s", ident, answer)
        self._site.telemetry.orders.labels(outcome or error).inc()
        given = {key: value for key, value in answer.items() if value is not None}
        payload = json.dumps(given)
        self._broker.put(Message(self._topics.answer(ident), payload, retain=False))

    async def _async_order(self, machine: Machine, order: Order) -> Outcome:
        """Carry an order out when nothing else is under way."""
        ident = machine.ident
        while (under_way := self._under_way.get(ident)) is not None:
            if under_way.order == order:
                return await _async_outcome(under_way.task)
            if order.command is not Command.PAUSE:
                raise ControlError(
                    ControlFailure.BUSY, f"{under_way.order.command} is under way"
                )
            under_way.task.cancel()
            await asyncio.wait({under_way.task})
            order = replace(order, patience=RESTART_S)
        self._rests.require(machine, order.command)
        task = asyncio.create_task(self._async_prove(machine, order))
        self._under_way[ident] = _UnderWay(order, task)
        task.add_done_callback(lambda _: self._under_way.pop(ident, None))
        return await _async_outcome(task)

    async def _async_prove(self, machine: Machine, order: Order) -> Outcome:
        """Carry an order out to its end."""
        order = await self._async_require_same(machine, order)
        known = machine.member.known
        writer = None
        if known is not None:
            writer = create_writer(
                known.second or known.way,
                machine.spot.host,
                Turn(machine.lock, self._exchanges),
                WAITING,
                machine.spot.credentials,
            )
        if writer is None:
            raise ControlError(ControlFailure.UNSUPPORTED, "this miner is only read")
        outcome = await self._async_carry_out(machine, order, writer)
        self._site.schedule.ask_soon(machine)
        return outcome

    async def _async_carry_out(
        self, machine: Machine, order: Order, writer: Writer
    ) -> Outcome:
        """Have an order sent whose rest time is on disk by then, unless the disk hangs."""
        take_back = self._rests.begin(machine, order.command)
        saving = asyncio.create_task(self._rests.async_save())
        await asyncio.wait({saving}, timeout=_SAVE_S)
        try:
            outcome = await writer.async_carry_out(order, lambda _: None)
        except ControlError as err:
            if err.failure not in _MAYBE_SENT:
                take_back()
            raise
        if outcome is Outcome.UNCHANGED:
            take_back()
        else:
            self._rests.begin(machine, order.command)
        return outcome

    async def _async_require_same(self, machine: Machine, order: Order) -> Order:
        """Return the order as this machine takes it, after a look at who answers.

        Since it was polled another machine may have got its address.
        """
        known = machine.member.known
        if known is None:
            raise ControlError(ControlFailure.NO_ANSWER, "nothing was sent: unknown")
        recognition = recognition_of(
            machine.spot.host,
            known.way,
            known.second,
            partial(_recognise, known.profile),
            timeout_s=machine.member.target.timeout_s,
        )
        try:
            async with machine.lock:
                await recognition.async_require()
        except MinerError as err:
            if err.failure is Failure.ANOTHER_MINER or not order.patience:
                raise ControlError(
                    ControlFailure.NO_ANSWER, f"nothing was sent: {err}"
                ) from err
        capabilities = known.profile.capabilities
        if capabilities is None:
            raise ControlError(ControlFailure.UNSUPPORTED, "this miner is only read")
        check(order, capabilities)
        if order.command is Command.RESUME:
            # At the level of before.
            return replace(order, value=known.profile.level)
        return order


def _recognise(profile: MinerProfile, snapshot: MinerSnapshot) -> bool | None:
    """Return whether a reading is of a machine; None where that cannot be said."""
    if is_another(profile, snapshot):
        return False
    return True if snapshot.mac and profile.mac else None


async def _async_outcome(task: asyncio.Task[Outcome]) -> Outcome:
    """Wait for an order; who waits no more does not end it."""
    await asyncio.wait({task})
    if task.cancelled():
        raise ControlError(
            ControlFailure.SUPERSEDED, "a pause came before it was seen to work"
        )
    return task.result()


def _parse(text: str) -> _Request:
    """Return the order of a message: a command alone, or JSON; ValueError for others."""
    if len(text) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    content: Any = {"command": text.strip()}
    if text.lstrip().startswith("{"):
        try:
            content = json.loads(text)
        except ValueError, RecursionError:
            raise ValueError("neither a command nor JSON") from None
    match content:
        case {"command": str(name), **more}:
            pass
        case _:
            raise ValueError("the JSON has no command")
    if unknown := more.keys() - {"value", "id"}:
        raise ValueError(f"there is no key {', '.join(sorted(map(str, unknown)))}")
    value: Any = more.get("value")
    ident: Any = more.get("id")
    try:
        command = Command(name)
    except ValueError:
        raise ValueError("there is no such command") from None
    if command is Command.LEVEL and not isinstance(value, str):
        raise ValueError("a level is needed as value")
    if command is not Command.LEVEL and value is not None:
        raise ValueError(f"{command} takes no value")
    if not isinstance(ident, str | int | None) or len(str(ident)) > 64:
        raise ValueError("an id is a short text or a number")
    return _Request(Order(command=command, value=value), ident)
