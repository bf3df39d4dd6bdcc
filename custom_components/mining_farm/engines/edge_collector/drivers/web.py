"""A miner's web API: JSON over HTTP, signed in where that is needed, one thing at a time."""

from collections.abc import Mapping
from typing import Any, Unpack

from ..address import Address
from ..controls import ControlError, ControlFailure, MaybeDoneError
from ..credentials import Credentials
from ..errors import Failure, MinerError
from ..values import text
from .bounds import load_json
from .http import Answer, Extras, async_ask, async_send

type Object = Mapping[str, Any]


class WebClient:
    """Asks one miner; what is changed goes through `async_write` alone."""

    def __init__(
        self, address: Address, timeout_s: float, credentials: Credentials | None = None
    ) -> None:
        """Take the address, the deadline of one exchange, and the account."""
        self.address = address
        self.timeout_s = timeout_s
        self.credentials = credentials
        self._signed: Extras | None = None

    async def async_sign_in(self) -> Extras:
        """Return what shows a new session; MinerError, AUTH_FAILED where refused."""
        return {}

    def account(self) -> Credentials:
        """Return what to sign in with; MinerError, AUTH_FAILED where nothing is known."""
        if self.credentials is None:
            raise MinerError(Failure.AUTH_FAILED, "it needs a password")
        return self.credentials

    async def async_read(
        self,
        path: str,
        *,
        method: str = "GET",
        signed: bool = True,
        **extras: Unpack[Extras],
    ) -> object:
        """Return what a path answers; MinerError where that is no JSON.

        With `signed` in a session, which is renewed once where it has ended.
        """
        if not signed:
            answer = await async_ask(
                self.address, method, path, self.timeout_s, **extras
            )
            return self.parse(path, answer)
        is_new = self._signed is None
        for _ in range(2):
            signed_extras: Extras = {**extras, **await self._async_signature()}
            answer = await async_ask(
                self.address, method, path, self.timeout_s, **signed_extras
            )
            if answer.status != 401 or is_new:
                break
            self._signed, is_new = None, True
        return self.parse(path, answer)

    async def async_write(
        self, method: str, path: str, **extras: Unpack[Extras]
    ) -> object:
        """Send a write once and return its answer, None where that is empty.

        ControlError: it was not done; MaybeDoneError: it may have been. After a 401 in
        an old session the device has done nothing: then it is sent in a new one.
        """
        is_new = self._signed is None
        for _ in range(2):
            try:
                signed_extras: Extras = {**extras, **await self._async_signature()}
            except MinerError as err:
                raise not_sent(err) from err
            answer = await async_send(
                self.address, method, path, self.timeout_s, **signed_extras
            )
            if answer.status != 401 or is_new:
                break
            self._signed, is_new = None, True
        self.require_done(answer)
        return decode(answer.body)

    def parse(self, path: str, answer: Answer) -> object:
        """Return the JSON of an answer; MinerError for anything else."""
        match answer.status:
            case status if 200 <= status < 300:
                return require_json(answer.body)
            case 401 | 403:
                failure = Failure.AUTH_FAILED
            case 404 | 405:
                failure = Failure.UNKNOWN_COMMAND
            case _:
                failure = Failure.COMMAND_FAILED
        raise MinerError(failure, f"{path} answers with HTTP {answer.status}")

    def require_done(self, answer: Answer) -> None:
        """Raise for an answer to a write that says that it was not done."""
        said = said_by(answer.body)
        match answer.status:
            case status if 200 <= status < 300:
                return
            case 401:
                failure = ControlFailure.AUTH_FAILED
            case 403 | 429:
                # It has taken the password and not the order.
                failure = ControlFailure.LOCKED
            case 404 | 405:
                failure = ControlFailure.UNSUPPORTED
            case status if status >= 500:
                raise MaybeDoneError(f"HTTP {status}")
            case _:
                failure = ControlFailure.REFUSED
        raise ControlError(failure, said or f"HTTP {answer.status}")

    async def _async_signature(self) -> Extras:
        """Return what shows the session, which is begun where there is none."""
        if self._signed is None:
            self._signed = await self.async_sign_in()
        return self._signed


def decode(body: bytes) -> object:
    """Return the JSON of a body; None for anything else."""
    try:
        return load_json(body)
    except ValueError, RecursionError:
        return None


def require_json(body: bytes) -> object:
    """Return the JSON of a body; MinerError for anything else."""
    try:
        return load_json(body)
    except (ValueError, RecursionError) as err:
        raise MinerError(Failure.INVALID_REPLY, "the answer is no JSON") from err


def require_object(found: object) -> Object:
    """Return a JSON object; MinerError for anything else."""
    if not isinstance(found, Mapping):
        raise MinerError(Failure.NOT_CGMINER, "the answer is not that of this miner")
    return found


def not_sent(err: MinerError) -> ControlError:
    """Return why a write was not sent where what comes before it has failed."""
    if err.failure is Failure.AUTH_FAILED:
        return ControlError(ControlFailure.AUTH_FAILED, str(err))
    if err.failure is Failure.DENIED:
        return ControlError(ControlFailure.LOCKED, str(err))
    if err.failure is Failure.UNKNOWN_COMMAND:
        return ControlError(ControlFailure.UNSUPPORTED, str(err))
    return ControlError(ControlFailure.NO_ANSWER, f"nothing was sent: {err}")


def said_by(body: bytes) -> str | None:
    """Return the text of a refusal: its field for that, else the beginning of it."""
    found = decode(body)
    if isinstance(found, Mapping):
        for key in ("err", "error", "message", "msg", "Msg"):
            if said := text(found.get(key)):
                return said
    return text(body[:800].decode(errors="replace").partition("\n")[0])


def at(found: object, *keys: str) -> object:
    """Return what stands at a place of nested objects; None where there is none."""
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def rows(found: object, most: int = 64) -> list[Object]:
    """Return the objects of a list; none where it is no list."""
    listed = found[:most] if isinstance(found, list) else []
    return [row for row in listed if isinstance(row, Mapping)]
