"""Reads the pages of one miner: nothing here changes it."""

import re
from typing import Any

from ...address import Address
from ...credentials import Credentials
from ...errors import Failure, MinerError
from ...values import number, text
from ..bounds import load_json
from ..http import Answer, async_get, digest_of

SYSTEM = "/cgi-bin/get_system_info.cgi"
CONF = "/cgi-bin/get_miner_conf.cgi"
STATS = "/cgi-bin/stats.cgi"
BLINK = "/cgi-bin/get_blink_status.cgi"

USERNAME = "root"
SIDE_PORT = 6060
"""Of a second server, which some models have, and which asks for no password."""
MAX_WATTS = 20_000

_FIRST_NUMBER = re.compile(rb"\d{1,6}(?:\.\d{1,6})?")


class AntminerClient:
    """Asks one miner with one account; the challenge of its pages is remembered."""

    def __init__(
        self, address: Address, timeout_s: float, credentials: Credentials | None
    ) -> None:
        """Take the address, the deadline of one exchange, and the account."""
        self.address = address
        self.digest = digest_of(credentials, USERNAME)
        self._timeout_s = timeout_s

    async def async_challenge(self) -> str:
        """Return how the pages ask for a password; an empty text where they do not."""
        answer = await async_get(self.address, SYSTEM, self._timeout_s)
        return (
            answer.headers.get("WWW-Authenticate", "") if answer.status == 401 else ""
        )

    async def async_system(self) -> dict[str, Any]:
        """Return model, build and MAC."""
        return await self._async_json(SYSTEM)

    async def async_conf(self) -> dict[str, Any]:
        """Return the whole configuration."""
        return await self._async_json(CONF)

    async def async_stats(self) -> dict[str, Any]:
        """Return the readings; one that sleeps or starts lists none."""
        return await self._async_json(STATS)

    async def async_blinking(self) -> bool | None:
        """Return whether its LED blinks; None where it does not report that."""
        blinks = (await self._async_json(BLINK)).get("blink")
        return blinks if isinstance(blinks, bool) else None

    async def async_watts(self) -> float | None:
        """Return what it draws by its own meter; None where it has none to ask."""
        side = Address(self.address.host, SIDE_PORT)
        answer = await async_get(side, "/miner_power", self._timeout_s)
        found = (
            _FIRST_NUMBER.search(answer.body[:200]) if answer.status == 200 else None
        )
        watts = number(found[0].decode()) if found else None
        return watts if watts is not None and watts <= MAX_WATTS else None

    async def async_warning(self) -> str | None:
        """Return the code of its present warning; None where it has none."""
        side = Address(self.address.host, SIDE_PORT)
        answer = await async_get(side, "/warning", self._timeout_s)
        try:
            document = load_json(answer.body) if answer.status == 200 else None
        except ValueError, RecursionError:
            return None
        said = document.get("error_message") if isinstance(document, dict) else None
        code = text(said)
        return None if code in (None, "None") else code

    async def _async_json(self, path: str) -> dict[str, Any]:
        answer = await async_get(
            self.address, path, self._timeout_s, digest=self.digest
        )
        _require_page(path, answer)
        try:
            document = load_json(answer.body)
        except (ValueError, RecursionError) as err:
            raise MinerError(Failure.INVALID_REPLY, f"{path} is no JSON") from err
        if not isinstance(document, dict):
            raise MinerError(Failure.INVALID_REPLY, f"{path} is no object")
        return document


def _require_page(path: str, answer: Answer) -> None:
    match answer.status:
        case 200:
            return
        case 401:
            raise MinerError(Failure.AUTH_FAILED, f"{path} answers with HTTP 401")
        case status:
            raise MinerError(Failure.NOT_CGMINER, f"{path} answers with HTTP {status}")
