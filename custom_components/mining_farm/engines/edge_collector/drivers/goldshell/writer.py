"""Commands to a Goldshell: the whole object of settings, read, changed in one key, sent."""

from typing import Any, override

from ...address import Address
from ...capabilities import Command
from ...controls import ControlError, ControlFailure, Order, Turn
from ...credentials import Credentials
from ...driver import TIMEOUT_S
from ...models import MinerSnapshot
from ...prove import Waiting
from ...writing import FamilyWriter
from ..http import Answer
from ..web import Object, at, decode, said_by
from .client import SETTING, GoldshellClient
from .parsing import changed, names_of, parse_setting, place_of


class _Client(GoldshellClient):
    @override
    def require_done(self, answer: Answer) -> None:
        """Raise for an answer that says that nothing was done, with HTTP 200, too."""
        super().require_done(answer)
        found = decode(answer.body)
        if at(found, "error") not in (None, "", 0):
            said = said_by(answer.body) or "refused"
            raise ControlError(ControlFailure.REFUSED, said)


class GoldshellWriter(FamilyWriter):
    """Changes one miner."""

    within = {Command.TARGET_TEMPERATURE: 30.0, Command.LEVEL: 60.0}

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
        self._client = _Client(Address(host, port), TIMEOUT_S, credentials)
        self._setting: Object = {}

    @override
    async def async_state(self, order: Order) -> MinerSnapshot:
        """Return what is set."""
        self._setting = await self._client.async_setting()
        return parse_setting(self._setting)

    @override
    async def async_send(self, order: Order, before: MinerSnapshot) -> None:
        """Send the object that was read before, with one change."""
        body = changed(self._setting, **self._change(order))
        await self._client.async_write("PUT", SETTING, json=body)

    def _change(self, order: Order) -> dict[str, Any]:
        place: int | None = None
        match order.command, order.value:
            case Command.PAUSE, _:
                place = place_of(self._setting, asleep=True)
            case Command.RESUME, level:
                known = names_of(self._setting).get(str(level))
                first = place_of(self._setting, asleep=False)
                place = first if known is None else known
            case Command.LEVEL, str() as name:
                place = names_of(self._setting).get(name)
            case Command.TARGET_TEMPERATURE, float() | int() as celsius:
                return {"temp_target": int(celsius)}
        if place is None:
            raise ControlError(
                ControlFailure.UNSUPPORTED, f"this miner has no command {order.command}"
            )
        return {"select": place}
