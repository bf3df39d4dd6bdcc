"""Commands to a Braiins OS over GraphQL: mutations of the maker's schema."""

from typing import override

from ...address import Address
from ...capabilities import Command
from ...controls import ControlError, ControlFailure, Order, Turn
from ...credentials import Credentials
from ...driver import TIMEOUT_S
from ...models import MinerSnapshot, MinerState
from ...prove import Waiting
from ...writing import FamilyWriter, Shows, shows
from .client import READING, TARGET, GraphQlClient
from .driver import parse_reading, with_target

_RESULT = "{__typename ...on Error{message}}"
_STARTS_WITHIN_S = 300.0
"""It hashes one to three minutes after it was started."""


class GraphQlWriter(FamilyWriter):
    """Changes one miner."""

    within = {Command.RESUME: _STARTS_WITHIN_S}

    def __init__(
        self,
        host: str,
        port: int,
        turn: Turn,
        waiting: Waiting,
        credentials: Credentials | None,
    ) -> None:
        """Take the address and the account."""
        super().__init__(turn, waiting)
        self._client = GraphQlClient(Address(host, port), TIMEOUT_S, credentials)

    @override
    async def async_state(self, order: Order) -> MinerSnapshot:
        """Return what shows an order."""
        state = parse_reading(await self._client.async_query(READING))
        if order.command is Command.POWER_TARGET:
            return with_target(state, await self._client.async_query(TARGET))
        return state

    @override
    def shows(self, order: Order, before: MinerSnapshot) -> Shows | None:
        """Return what tells that an order is done.

        Some firmware goes on to answer for the process that it has stopped: then a rate
        of nothing shows it, once the order was sent.
        """
        match order.command:
            case Command.PAUSE:
                return lambda now, _: (
                    now.reported_state is MinerState.PAUSED
                    or (now is not before and now.hashrate_ghs == 0)
                )
            case Command.RESUME:
                return lambda now, _: not now.sleeping and now.hashrate_ghs != 0
        return shows(order, before)

    @override
    async def async_send(self, order: Order, before: MinerSnapshot) -> None:
        """Send the mutation, once."""
        await self._client.async_mutate(f"mutation{{{_mutation(order)}}}")


def _mutation(order: Order) -> str:
    match order.command, order.value:
        case Command.PAUSE, _:
            return f"bosminer{{stop{_RESULT}}}"
        case Command.RESUME, _:
            return f"bosminer{{start{_RESULT}}}"
        case Command.REBOOT, _:
            return f"bos{{reboot{_RESULT}}}"
        case Command.LOCATE, bool() as on:
            return f"bos{{setFaultLight(enable:{str(on).lower()}){{enabled}}}}"
        case Command.POWER_TARGET, float() | int() as watts:
            change = f"input:{{powerTarget:{int(watts)}}},apply:true"
            return f"bosminer{{config{{updateAutotuning({change}){_RESULT}}}}}"
    raise ControlError(
        ControlFailure.UNSUPPORTED, f"this miner has no command {order.command}"
    )
