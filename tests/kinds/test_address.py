"""Addresses as people type and paste them."""

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.common.address import (
    canonical_host,
    same_host,
    split_address,
)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("10.99.0.5", "10.99.0.5", None),
        (" hall.example ", "hall.example", None),
        ("10.99.0.5:8000", "10.99.0.5", 8000),
        ("http://10.99.0.5/", "10.99.0.5", None),
        ("http://10.99.0.5:80", "10.99.0.5", 80),
        ("https://user:word@hall.example:8443/page?x=1", "hall.example", 8443),
        ("fe80::1", "fe80::1", None),
        ("[fe80::1]", "fe80::1", None),
        ("[fe80::1]:8000", "fe80::1", 8000),
        ("http://[fe80::1]:8000/", "fe80::1", 8000),
        ("http://:x", "http://:x", None),
        ("a:b", "a:b", None),
        ("10.99.0.5:65535", "10.99.0.5", 65535),
        ("10.99.0.5:65536", "10.99.0.5:65536", None),
    ],
)
def test_host_and_port_are_found(text: str, host: str, port: int | None) -> None:
    """Of a URL, of host:port, and of either with IPv6."""
    assert split_address(text) == (host, port)


@given(text=st.text(max_size=30) | st.from_regex(r"\w*://?\[?[:\w.]*\]?:?\d*/?"))
def test_no_text_breaks_it(text: str) -> None:
    """Whatever is typed gives a host to try, or to refuse."""
    host, port = split_address(text)
    assert isinstance(canonical_host(host), str)
    assert port is None or 0 <= port <= 65535


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("localhost", "127.0.0.1"),
        ("LOCALHOST.", "::1"),
        ("::ffff:10.99.0.5", "10.99.0.5"),
        ("[FE80::1]", "fe80:0::1"),
        ("Hall.Example.", "hall.example"),
    ],
)
def test_spellings_of_one_host(one: str, other: str) -> None:
    """They are compared by one of them."""
    assert same_host(one, other)
    assert not same_host(one, "10.99.0.6")
