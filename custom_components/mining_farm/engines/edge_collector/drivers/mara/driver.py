"""MaraFW as a driver: nothing is read without the account (HTTP digest)."""

from contextlib import suppress
from typing import override

from ...capabilities import Command, Value
from ...credentials import SignIn
from ...errors import Failure, MinerError
from ...models import Algorithm, MinerSnapshot, MinerState, PowerSource
from ...reading import PlainDriver, PlainReader
from ...units import THS
from ...values import count, number, positive, rate, text
from ..http import Extras, async_get, digest_of
from ..web import Object, WebClient, at, require_object

API = "/kaonsu/v1"
USER = "root"


class MaraClient(WebClient):
    """Asks one miner."""

    @override
    async def async_sign_in(self) -> Extras:
        """Return how a challenge is answered; there is no session."""
        return {"digest": digest_of(self.account(), USER)}

    async def async_challenge(self) -> None:
        """See that it asks for an account as MaraFW does; MinerError otherwise."""
        answer = await async_get(self.address, f"{API}/brief", self.timeout_s)
        said = answer.headers.get("WWW-Authenticate", "")
        if (
            answer.status != 401
            or "algorithm=md5" not in said.lower().replace('"', "")
            # Stock firmware of an Antminer asks in this way for every page.
            or "antminer" in said.lower()
        ):
            raise MinerError(Failure.NOT_CGMINER, "the answer is not that of MaraFW")

    async def async_object(self, name: str) -> Object:
        """Return the object that a page answers."""
        return require_object(await self.async_read(f"{API}/{name}"))


def parse_brief(brief: Object, config: object) -> MinerSnapshot:
    """Return a reading; rates are TH/s."""
    mode = text(at(config, "mode", "work-mode-selector"))
    asleep = mode == "Sleep"
    now = rate(brief.get("hashrate_realtime"), THS)
    watts = number(brief.get("power_consumption_estimated"))
    target = positive(at(config, "mode", "concorde", "power-target"))
    by_power = at(config, "mode", "concorde", "mode-select") == "PowerTarget"
    settings: dict[Command, Value] = {}
    if target is not None and by_power:
        settings[Command.POWER_TARGET] = target
    return MinerSnapshot(
        model=text(brief.get("model")),
        algorithm=Algorithm.SHA256,
        reported_state=MinerState.PAUSED if asleep else None,
        hashrate_ghs=0.0 if asleep and now is not None else now,
        ideal_hashrate_ghs=rate(positive(brief.get("hashrate_ideal")), THS),
        power_w=None if watts is None or watts < 0 else watts,
        power_source=None if watts is None else PowerSource.ESTIMATED,
        uptime_s=count(brief.get("elapsed")),
        settings=settings,
    )


class MaraReader(PlainReader):
    """Reads one miner again and again."""

    def __init__(self, client: MaraClient) -> None:
        """Take what asks it."""
        self._client = client

    @override
    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none."""
        if self._client.credentials is None:
            await self._client.async_challenge()
            return MinerSnapshot(firmware="MaraFW")
        brief = await self._client.async_object("brief")
        config: object = None
        with suppress(MinerError):
            config = await self._client.async_object("miner_config")
        return parse_brief(brief, config)


class MaraDriver(PlainDriver[MaraClient]):
    """Reads a MaraFW; which mode a wake up has to restore is not known after a restart."""

    name = "mara"
    ports = (80,)
    sign_in = SignIn(username=USER, to_read=True)
    client = MaraClient
    reads = MaraReader
