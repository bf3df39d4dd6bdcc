"""Host and port of a pool's URL, which may hold a user, a password, a path and a query."""

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.edge_collector import Pool


def address(url: str) -> str | None:
    """Return what is shown of a URL."""
    return Pool(id=0, url=url).address


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("stratum+tcp://pool.example:3333", "pool.example:3333"),
        ("pool.example:3333", "pool.example:3333"),
        (
            "stratum+ssl://user:secret@pool.example:443/secret?x=secret#s",
            "pool.example:443",
        ),
        ("stratum+ssl://pool.example:443/secret?x=secret#s", "pool.example:443"),
        ("user:secret@pool.example:443", "pool.example:443"),
        ("stratum+tcp://:secret@pool.example:1", "pool.example:1"),
        ("stratum+tcp://user:12/secret@pool.example:3333", None),
        ("stratum+tcp://pool.example:1/?mail=me@secret:2", None),
        ("stratum+tcp://[2001:db8::1]:3333", "[2001:db8::1]:3333"),
        ("stratum+tcp://pool.example:secret", None),
        ("http://pool.example/?u=http://secret:80", "pool.example"),
        ("", None),
    ],
)
def test_what_is_shown(url: str, shown: str | None) -> None:
    """Nothing but host and port; nothing at all where these are not certain."""
    assert address(url) == shown


SECRET = "s3cr3tpassw0rd"
around = st.text(st.sampled_from("/?#@:\\%; .a1[]"), max_size=6)


@given(
    scheme=st.sampled_from(["", "stratum+tcp://", "//", "http://"]),
    user=st.sampled_from(["", "user", "me@mail.example"]),
    before=around,
    after=around,
    path=st.sampled_from(["", "/p", "?q=1", "#f", "/a@b"]),
)
def test_no_password_is_shown_whatever_it_holds(
    scheme: str, user: str, before: str, after: str, path: str
) -> None:
    """A password in the usual place never comes out of it."""
    shown = address(f"{scheme}{user}:{before}{SECRET}{after}@pool.example:3333{path}")
    assert shown is None or SECRET not in shown


@given(rest=st.text(max_size=20), mark=st.sampled_from("/?#"))
def test_no_path_is_shown(rest: str, mark: str) -> None:
    """What follows the host is not shown, whatever it is."""
    shown = address(f"stratum+tcp://pool.example:3333{mark}{SECRET}{rest}")
    assert shown in (None, "pool.example:3333")
