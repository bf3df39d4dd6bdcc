"""What a Braiins OS answers over REST; reading needs the account, too."""

from typing import override

from ...errors import Failure, MinerError
from ...values import text
from ..http import Answer, Extras, async_ask
from ..web import Object, WebClient, at, require_json, require_object

API = "/api/v1"
DETAILS = "/miner/details"
USER = "root"


class BraiinsClient(WebClient):
    """Asks one miner; a session lasts an hour without use."""

    @override
    async def async_sign_in(self) -> Extras:
        """Return the token of a new session."""
        credentials = self.account()
        account = {
            "username": credentials.username or USER,
            "password": credentials.password,
        }
        answer = await async_ask(
            self.address, "POST", f"{API}/auth/login", self.timeout_s, json=account
        )
        return {"headers": {"Authorization": _token(answer)}}

    async def async_version(self) -> Object:
        """Return the version of the API, which anyone may read."""
        version = require_object(await self.async_read(f"{API}/version/", signed=False))
        if "major" not in version or "minor" not in version:
            raise MinerError(
                Failure.NOT_CGMINER, "the answer is not that of Braiins OS"
            )
        return version

    async def async_object(self, path: str) -> Object:
        """Return the object that a path answers; MinerError when there is none."""
        return require_object(await self.async_read(f"{API}{path}"))


def _token(answer: Answer) -> str:
    if answer.status == 405:
        raise MinerError(
            Failure.UNKNOWN_COMMAND, "this firmware is older than its REST API"
        )
    if answer.status in (401, 403):
        raise MinerError(Failure.AUTH_FAILED, "the miner refuses this password")
    found = text(at(require_json(answer.body), "token"))
    if answer.status != 200 or found is None:
        raise MinerError(
            Failure.COMMAND_FAILED, f"the login answers with HTTP {answer.status}"
        )
    return found
