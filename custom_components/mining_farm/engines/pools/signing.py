"""Pools whose requests are signed: the token is a key, a colon and a secret."""

from abc import abstractmethod
from datetime import datetime
import hashlib
import hmac
from typing import NamedTuple, override

from .dialect import Dialect, TokenUse
from .models import Account, PoolRequest


class KeyPair(NamedTuple):
    """A key that is sent, and a secret that never is."""

    key: str
    secret: str

    @override
    def __repr__(self) -> str:
        """Show neither."""
        return "KeyPair()"

    def digest(self, message: str) -> str:
        """Return HMAC-SHA256 of a message in lower-case hex."""
        return hmac.new(
            self.secret.encode(), message.encode(), hashlib.sha256
        ).hexdigest()


def key_pair(account: Account) -> KeyPair:
    """Return the parts of the token; empty where they are not given."""
    key, _, secret = (account.token or "").partition(":")
    return KeyPair(key.strip(), secret.strip())


class SignedDialect(Dialect):
    """A pool that wants each request signed, at the moment at which it is sent."""

    token = TokenUse.REQUIRED

    @override
    def missing(self, account: Account) -> tuple[str, ...]:
        missing = super().missing(account)
        if "token" in missing or all(key_pair(account)):
            return missing
        return (*missing, "token")

    @abstractmethod
    @override
    def sign(
        self, request: PoolRequest, account: Account, now: datetime
    ) -> PoolRequest: ...


def milliseconds(moment: datetime) -> str:
    """Return a time since 1970 as these pools write it."""
    return str(int(moment.timestamp() * 1000))
