"""What some miners want before they take orders."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An account of a miner; the password never shows in a text of this object."""

    username: str | None = None
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What a driver has to be given before it can order, or even read."""

    username: str | None = None
    """The usual account; None where there is a password alone."""
    may_be_empty: bool = False
    """Whether devices are delivered, and used, with an empty password."""
    to_read: bool = False
    """Whether nothing at all can be read without it."""
