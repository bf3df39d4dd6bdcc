"""VNish over HTTP as a driver: the second way beside its CGMiner API, or the only one."""

from contextlib import suppress
from typing import override

from ...credentials import SignIn
from ...errors import Failure, MinerError
from ...models import MinerSnapshot
from ...reading import PlainDriver, PlainReader
from ...values import text
from ..http import Extras, async_ask
from ..web import Object, WebClient, at, require_json, require_object
from .parsing import parse_info, require_info, with_settings, with_status, with_summary

API = "/api/v1"


class VnishClient(WebClient):
    """Asks one miner; there is a password and no account."""

    @override
    async def async_sign_in(self) -> Extras:
        """Return the token of a new session."""
        credentials = self.account()
        secret = {"pw": credentials.password}
        answer = await async_ask(
            self.address, "POST", f"{API}/unlock", self.timeout_s, json=secret
        )
        match answer.status:
            case 401 | 403:
                raise MinerError(Failure.AUTH_FAILED, "the miner refuses this password")
            case 429:
                raise MinerError(Failure.DENIED, "too many wrong passwords: it waits")
        found = text(at(require_json(answer.body), "token"))
        if found is None:
            raise MinerError(Failure.COMMAND_FAILED, "the login gives no token")
        return {"headers": {"Authorization": f"Bearer {found}"}}

    async def async_info(self) -> Object:
        """Return who the miner is; MinerError for anything else."""
        info = await self.async_read(f"{API}/info", signed=False)
        return require_info(require_object(info))

    async def async_free(self, path: str) -> Object:
        """Return what anyone may read."""
        return require_object(await self.async_read(f"{API}{path}", signed=False))

    async def async_signed(self, path: str) -> object:
        """Return what only the owner may read."""
        return await self.async_read(f"{API}{path}")


class VnishReader(PlainReader):
    """Reads one miner again and again; asks for its presets once per firmware."""

    def __init__(self, client: VnishClient) -> None:
        """Take what asks it."""
        self._client = client
        self._presets: object = None
        self._presets_of: object = None

    @override
    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none."""
        client = self._client
        info = await client.async_info()
        snapshot = parse_info(info)
        with suppress(MinerError):
            snapshot = with_status(snapshot, await client.async_free("/status"))
        with suppress(MinerError):
            summary = await client.async_free("/summary")
            snapshot = with_summary(snapshot, summary, info.get("hr_measure"))
        if client.credentials is None:
            return snapshot
        settings = await client.async_signed("/settings")
        firmware = info.get("fw_version")
        if self._presets is None or self._presets_of != firmware:
            self._presets_of = firmware
            self._presets = await client.async_signed("/autotune/presets")
        return with_settings(snapshot, settings, self._presets)


class VnishDriver(PlainDriver[VnishClient]):
    """Reads a VNish without a password, and its settings with one."""

    name = "vnish"
    ports = (80,)
    accompanies = ("antminer", "antminer-new-api", "generic")
    sign_in = SignIn()
    client = VnishClient
    reads = VnishReader
