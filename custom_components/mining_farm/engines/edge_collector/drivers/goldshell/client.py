"""What a Goldshell answers; its login carries the password in the URL, which is never logged."""

from typing import override

from ...errors import Failure, MinerError
from ...values import text
from ..http import Extras, async_ask
from ..web import Object, WebClient, at, require_json, require_object

USER = "admin"
SETTING = "/mcb/setting"
# Requests that come close together get a 401 for a token that is good (public clients).
_DOUBTS = 3


class GoldshellClient(WebClient):
    """Asks one miner; a token does not expire."""

    @override
    async def async_sign_in(self) -> Extras:
        """Return the token of a new session."""
        credentials = self.account()
        account = {
            "username": credentials.username or USER,
            "password": credentials.password,
            "cipher": "false",
        }
        answer = await async_ask(
            self.address, "GET", "/user/login", self.timeout_s, query=account
        )
        if answer.status in (401, 403):
            raise MinerError(Failure.AUTH_FAILED, "the miner refuses this password")
        found = text(at(require_json(answer.body), "JWT Token"))
        if answer.status != 200 or found is None:
            raise MinerError(Failure.AUTH_FAILED, "the miner refuses this password")
        return {"headers": {"Authorization": f"Bearer {found}"}}

    async def async_status(self) -> Object:
        """Return who the miner is, which anyone may read."""
        status = await self.async_read("/mcb/status", signed=False)
        found = require_object(status)
        if "goldshell" not in (text(found.get("model")) or "").lower():
            raise MinerError(Failure.NOT_CGMINER, "the answer is not a Goldshell's")
        return found

    async def async_setting(self) -> Object:
        """Return all that is set, as one object; a lone 401 is not believed."""
        signature = await self._async_signature()
        for _ in range(_DOUBTS):
            answer = await async_ask(
                self.address, "GET", SETTING, self.timeout_s, **signature
            )
            if answer.status != 401:
                break
        else:
            # It does mean it: the next one begins a session of its own.
            self._signed = None
        return require_object(self.parse(SETTING, answer))
