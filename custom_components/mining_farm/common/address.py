"""Addresses as people type and paste them: URLs, host:port, IPv6 in brackets."""

from ipaddress import IPv6Address, ip_address
import re

from yarl import URL

HIGHEST_PORT = 65535
_HOST_AND_PORT = re.compile(r"(\[[^\]]+\]|[^:\[\]]+):(\d{1,5})", re.ASCII)


def split_address(text: str) -> tuple[str, int | None]:
    """Return the host, without brackets, and the port where the text has one."""
    text = text.strip()
    if is_url(text):
        try:
            url = URL(text)
        except ValueError:
            return text, None
        return url.host or text, url.explicit_port
    match = _HOST_AND_PORT.fullmatch(text)
    if match is not None and int(match[2]) <= HIGHEST_PORT:
        return match[1].strip("[]"), int(match[2])
    return text.removeprefix("[").removesuffix("]"), None


def is_url(text: str) -> bool:
    """Return whether a text is the address of a page, whose port is that of the page."""
    return "://" in text


def canonical_host(host: str) -> str:
    """Return one spelling for all spellings of a host that are known to be the same."""
    name = host.strip("[]").rstrip(".").casefold()
    if name == "localhost":
        return "127.0.0.1"
    try:
        address = ip_address(name)
    except ValueError:
        return name
    if isinstance(address, IPv6Address):
        if address.is_loopback:
            return "127.0.0.1"
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
    return str(address)


def same_host(one: str, other: str) -> bool:
    """Return whether two spellings are known to be of one host."""
    return canonical_host(one) == canonical_host(other)


def host_in_url(host: str) -> str:
    """Return a host as URLs and texts with a port hold it: IPv6 in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
