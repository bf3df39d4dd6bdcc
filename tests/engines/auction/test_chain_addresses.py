"""Addresses of accounts and of endpoints."""

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.auction.chain.networks import (
    NETWORKS,
    check_endpoint,
    endpoint_url,
    endpoint_urls,
    public_url,
)
from custom_components.mining_farm.engines.auction.errors import ChainError, WalletError
from custom_components.mining_farm.engines.auction.wire.ss58 import (
    ss58_decode,
    ss58_encode,
)

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
ALICE_KEY = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"


def test_an_address_is_its_public_key() -> None:
    """Substrate's best known development account."""
    assert ss58_decode(ALICE).hex() == ALICE_KEY
    assert ss58_encode(bytes.fromhex(ALICE_KEY)) == ALICE


@given(st.binary(min_size=32, max_size=32))
def test_every_key_comes_back(key: bytes) -> None:
    """With every byte, leading zeros too."""
    assert ss58_decode(ss58_encode(key)) == key


@pytest.mark.parametrize("length", [0, 31, 33])
def test_only_32_bytes_are_a_key(length: int) -> None:
    """Others have addresses of another form."""
    with pytest.raises(ValueError, match="32 bytes"):
        ss58_encode(bytes(length))


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("", "too short"),
        (ALICE[:-1], "too short"),
        (f"1{ALICE}", "too short"),
        (f"{ALICE}Y", "too long"),
        (f"{ALICE[:-1]}Z", "checksum"),
        (f"{ALICE[:9]}A{ALICE[10:]}", "checksum"),
        (f" {ALICE}", "' '"),
        (ALICE.replace("5", "0", 1), "'0'"),
        ("15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5", "another network"),
    ],
)
def test_what_is_no_address_is_refused_with_a_reason(
    address: str, problem: str
) -> None:
    """A watch-only wallet's address is typed by hand."""
    with pytest.raises(WalletError, match=problem):
        ss58_decode(address)


def test_networks_are_known_by_name() -> None:
    """In any case, with blanks around; others are URLs."""
    assert endpoint_url(" Finney ") == NETWORKS["finney"]
    assert endpoint_url("ws://10.0.0.5:9944") == "ws://10.0.0.5:9944"
    assert endpoint_urls(["local", "ws://127.0.0.1:9944", "archive"]) == (
        NETWORKS["local"],
        NETWORKS["archive"],
    )
    with pytest.raises(ChainError, match="no endpoint"):
        endpoint_urls([])


@pytest.mark.parametrize(
    "text", ["", "finny", "https://host/key", "wss://", "ws://:9944", "ws://h:99999"]
)
def test_other_endpoints_are_refused(text: str) -> None:
    """By a message that does not repeat them."""
    with pytest.raises(ChainError, match="ws://") as caught:
        endpoint_url(text)
    assert "key" not in str(caught.value)


@pytest.mark.parametrize(
    "host", ["a..b", f"{'a' * 64}.b", "a b", "xn--a", "-a.b", ".", f"{'a.' * 127}b"]
)
def test_hosts_that_cannot_be_are_refused(host: str) -> None:
    """A resolver would raise all sorts of errors for them."""
    with pytest.raises(ChainError, match="host") as caught:
        check_endpoint(f"ws://{host}/k3y")
    assert "k3y" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["ws://node", "ws://node_1.lan.:9944", "ws://knöten.example", "ws://[::1]"]
)
def test_hosts_of_a_network_at_home_are_taken(url: str) -> None:
    """Names of one label, underscores, letters of any language, IPv6."""
    check_endpoint(url)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("wss://rpc.example/v1/k3y", "wss://rpc.example"),
        ("wss://user:k3y@rpc.example:443/?apikey=k3y#k3y", "wss://rpc.example:443"),
        ("ws://[::1]:9944/k3y", "ws://[::1]:9944"),
    ],
)
def test_only_scheme_host_and_port_are_shown(url: str, shown: str) -> None:
    """Whatever else a URL holds may be a key."""
    assert public_url(url) == shown
