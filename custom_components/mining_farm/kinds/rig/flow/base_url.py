"""Address of a pool that is not at the public one."""

from yarl import URL

from ....engines.pools import Dialect, Service


def needs_base_url(dialect: Dialect) -> bool:
    """Return whether a pool has no public service: its address has to be entered."""
    return dialect.base_url is None or dialect.service is Service.CLOSED


def is_base_url(text: str) -> bool:
    """Return whether a pool's API can be there, and the text holds no password."""
    try:
        url = URL(text.replace("{coin}", "coin"))
    except ValueError:
        return False
    return url.scheme in ("http", "https") and bool(url.host) and not url.user
