"""Address of a pool that is not at the public one."""

from yarl import URL

from ....engines.pools import Dialect, Service


def needs_base_url(dialect: Dialect) -> bool:
    """Return whether a pool has no public service: its address has to be entered."""
    return dialect.base_url is None or dialect.service is Service.CLOSED


def is_base_url(text: str) -> bool:
    """Return whether a pool's API can be there, and the text holds no password.

    Paths are appended to it, so that it has no query either.
    """
    if "@" in text or "?" in text or "#" in text:
        return False
    try:
        url = URL(text.replace("{coin}", "coin"))
        return url.scheme in ("http", "https") and bool(url.host and url.port)
    except ValueError:
        return False
