"""An Innosilicon's web API as a driver: each reading needs the account.

Paths and fields as a public client reads them (T and A series). Of its commands none can
be seen to work, and one needs hands to come back from: it is only read.
"""

from typing import override

from ...credentials import SignIn
from ...errors import Failure, MinerError
from ...health import with_boards
from ...identity import normalise_mac
from ...models import ORIGINAL_LIMITS, BoardStatus, MinerSnapshot
from ...reading import PlainDriver, PlainReader
from ...units import HS, MHS
from ...values import count, hottest, positive, rate, text, total
from ..http import Extras, async_ask, async_get
from ..web import Object, WebClient, at, require_json, require_object, rows

USER = "admin"
_MAX_BOARDS = 16


class InnosiliconClient(WebClient):
    """Asks one miner, each time by a POST; a token ends with HTTP 200."""

    @override
    async def async_sign_in(self) -> Extras:
        """Return the token of a new session."""
        credentials = self.account()
        account = {
            "username": credentials.username or USER,
            "password": credentials.password,
        }
        answer = await async_ask(
            self.address, "POST", "/api/auth", self.timeout_s, form=account
        )
        found = text(at(require_json(answer.body), "jwt"))
        if answer.status >= 400 or found is None:
            raise MinerError(Failure.AUTH_FAILED, "the miner refuses this password")
        return {"headers": {"Authorization": f"Bearer {found}"}}

    async def async_front(self) -> None:
        """See that the page for people is an Innosilicon's; MinerError otherwise."""
        front = await async_get(self.address, "/", self.timeout_s)
        if front.status != 200 or b"DragonMint" not in front.body:
            raise MinerError(Failure.NOT_CGMINER, "the answer is not an Innosilicon's")

    async def async_all(self) -> Object:
        """Return all readings; a session that has ended is renewed once."""
        for _ in range(2):
            reply = await self.async_read("/api/getAll", method="POST", json={})
            found = require_object(reply)
            if found.get("token") != "expired":
                break
            self._signed = None
        if not isinstance(readings := found.get("all"), dict):
            raise MinerError(Failure.INVALID_REPLY, "the answer has no readings")
        return readings

    async def async_type(self) -> Object:
        """Return what the miner calls itself."""
        return require_object(
            await self.async_read("/api/type", method="POST", json={})
        )


def parse_all(readings: Object, about: Object) -> MinerSnapshot:
    """Return a reading. Where its watts are measured is not known."""
    model = text(about.get("type"))
    boards = [
        _board(place, row)
        for place, row in enumerate(rows(readings.get("chain"), _MAX_BOARDS))
    ]
    if len({board.id for board in boards}) < len(boards):
        boards = []
    now = _rate(at(readings, "total_hash"))
    snapshot = MinerSnapshot(
        model=f"Innosilicon {model}" if model else None,
        mac=normalise_mac(readings.get("mac")),
        hashrate_ghs=total(b.hashrate_ghs for b in boards) if now is None else now,
        power_w=positive(readings.get("power")),
    )
    return with_boards(snapshot, boards, ORIGINAL_LIMITS)


def _board(place: int, row: Object) -> BoardStatus:
    slot = count(row.get("ASC"))
    return BoardStatus(
        id=place if slot is None else slot,
        hashrate_ghs=_rate(row),
        temp_chip=hottest(row.get("Temp max")),
    )


def _rate(row: object) -> float | None:
    """Return a rate in GH/s: one key has H/s, the other MH/s."""
    found = rate(at(row, "Hash Rate H"), HS)
    return rate(at(row, "Hash Rate"), MHS) if found is None else found


class InnosiliconReader(PlainReader):
    """Reads one miner again and again; asks once what it is."""

    def __init__(self, client: InnosiliconClient) -> None:
        """Know nothing yet."""
        self._client = client
        self._about: Object | None = None

    @override
    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none."""
        if self._client.credentials is None:
            await self._client.async_front()
            return MinerSnapshot()
        readings = await self._client.async_all()
        if self._about is None:
            self._about = await self._client.async_type()
        return parse_all(readings, self._about)


class InnosiliconDriver(PlainDriver[InnosiliconClient]):
    """Reads watts and MAC beside the CGMiner API, or all where that is closed."""

    name = "innosilicon"
    ports = (80,)
    accompanies = ("chains",)
    sign_in = SignIn(username=USER, to_read=True)
    client = InnosiliconClient
    reads = InnosiliconReader
