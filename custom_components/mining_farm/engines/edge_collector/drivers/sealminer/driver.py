"""The pages of a SealMiner as a driver: each needs the account.

Fields as in captures of an A2. What its API calls suspended, and which of its commands
take effect without a restart, is not known: it is only read.
"""

from contextlib import suppress
from typing import override

from ...capabilities import Command, Value
from ...credentials import SignIn
from ...errors import Failure, MinerError
from ...identity import normalise_mac
from ...models import Algorithm, MinerSnapshot, PowerSource
from ...reading import PlainDriver, PlainReader
from ...values import count, positive, text
from ..http import Extras, async_ask, async_get
from ..web import Object, WebClient, at, require_object

LOGIN = "/cgi-bin/login.php"
SYSTEM = "/cgi-bin/get_system_info.php"
SUPPLY = "/cgi-bin/miner_psu_status.php"
USER = "seal"
MODES = ("low_power", "normal", "high_performance", "custom")
"""Keys that hold the number of a mode."""


class SealMinerClient(WebClient):
    """Asks one miner; a login brings a cookie."""

    @override
    async def async_sign_in(self) -> Extras:
        """Return the cookie of a new session."""
        credentials = self.account()
        account = {
            "username": credentials.username or USER,
            "origin_pwd": credentials.password,
        }
        answer = await async_ask(
            self.address, "POST", LOGIN, self.timeout_s, form=account
        )
        cookie = answer.headers.get("Set-Cookie", "").partition(";")[0]
        if answer.status >= 400 or not cookie:
            raise MinerError(Failure.AUTH_FAILED, "the miner refuses this password")
        return {"headers": {"Cookie": cookie}}

    async def async_front(self) -> None:
        """See that the pages are those of a SealMiner; MinerError otherwise.

        Its front page names the style sheets that it uses, as other devices' may, too.
        """
        front = await async_get(self.address, "/", self.timeout_s)
        if front.status == 200 and b"amazeui" in front.body.lower():
            system = await async_get(self.address, SYSTEM, self.timeout_s)
            if system.status != 404:
                return
        raise MinerError(Failure.NOT_CGMINER, "the answer is not a SealMiner's")


def parse_system(system: Object, supply: object) -> MinerSnapshot:
    """Return a reading; MinerError for what are not a SealMiner's pages."""
    if text(system.get("brand")) != "Sealminer":
        raise MinerError(Failure.AUTH_FAILED, "the miner refuses this password")
    model = text(system.get("miner_type"))
    watts = positive(at(supply, "Power"))
    settings: dict[Command, Value] = {}
    if (mode := mode_of(system)) is not None:
        settings[Command.LEVEL] = mode
    return MinerSnapshot(
        model=f"SealMiner {model}" if model else None,
        firmware=text(system.get("firmware_version")),
        mac=normalise_mac(system.get("macaddr")),
        algorithm=Algorithm.SHA256,
        power_w=watts,
        power_source=None if watts is None else PowerSource.WALL,
        settings=settings,
    )


def mode_of(system: Object) -> str | None:
    """Return the name of the mode that it is set to."""
    chosen = count(system.get("miningMode"))
    return next(
        (
            name
            for name in MODES
            if chosen is not None and count(system.get(name)) == chosen
        ),
        None,
    )


class SealMinerReader(PlainReader):
    """Reads one miner again and again."""

    def __init__(self, client: SealMinerClient) -> None:
        """Take what asks it."""
        self._client = client

    @override
    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none."""
        if self._client.credentials is None:
            await self._client.async_front()
            return MinerSnapshot()
        system = require_object(await self._client.async_read(SYSTEM))
        supply: object = None
        with suppress(MinerError):
            supply = await self._client.async_read(SUPPLY)
        return parse_system(system, supply)


class SealMinerDriver(PlainDriver[SealMinerClient]):
    """Reads the pages of one whose CGMiner API, which reports more, does not answer."""

    name = "sealminer"
    ports = (80,)
    sign_in = SignIn(username=USER, to_read=True)
    client = SealMinerClient
    reads = SealMinerReader
