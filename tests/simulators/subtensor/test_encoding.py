"""Encodings, addresses and storage keys, against values that are published."""

from hypothesis import given, strategies as st
import pytest

from simulators.subtensor import ALICE, BOB
from simulators.subtensor.accounts import account_of
from simulators.subtensor.extrinsics import Extrinsic
from simulators.subtensor.scale import Reader, blob, compact, option, text, vec
from simulators.subtensor.storage import commitment_key


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (0, "00"),
        (1, "04"),
        (42, "a8"),
        (69, "1501"),
        (65_535, "feff0300"),
        (1 << 30, "0300000040"),
        (100_000_000_000_000, "0b00407a10f35a"),
    ],
)
def test_compact_numbers(value: int, encoded: str) -> None:
    """As the examples of the SCALE specification."""
    assert compact(value).hex() == encoded
    assert Reader(bytes.fromhex(encoded)).compact() == value


@given(st.lists(st.integers(0, 1 << 128)), st.binary())
def test_what_is_written_can_be_read(numbers: list[int], rest: bytes) -> None:
    """Numbers of any size one after another, and bytes behind them."""
    reader = Reader(vec(compact(number) for number in numbers) + blob(rest))
    assert [reader.compact() for _ in range(reader.compact())] == numbers
    assert reader.blob() == rest
    assert reader.rest() == b""


def test_too_few_bytes() -> None:
    """A length that promises more than there is."""
    with pytest.raises(ValueError, match="5 bytes wanted, 2 left"):
        Reader(compact(5) + b"ab").blob()


def test_texts_and_options() -> None:
    """Strings carry their length in bytes; an option one byte more."""
    assert text("τ").hex() == "08cf84"
    assert option(None) + option(b"\x07") == b"\0\1\7"


def test_development_accounts() -> None:
    """Alice and Bob of every Substrate chain."""
    assert ALICE.address == "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
    assert BOB.address == "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"
    assert account_of(BOB.address) == BOB.account


@pytest.mark.parametrize(
    "address",
    [
        "",
        "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ",
        "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5",
        "0xd43593c715fdd31c61141abd04a99fd6822c8557854ccde39a5684e7a56da27d",
        "z" * 60,
    ],
)
def test_wrong_addresses(address: str) -> None:
    """A typing error, another chain's address, and no address at all."""
    with pytest.raises(ValueError, match="not an address of this chain"):
        account_of(address)


def test_the_key_of_a_commitment() -> None:
    """The prefix that the real chain has, and the account in plain at its end."""
    key = commitment_key(89, ALICE.account)
    prefix = "ca407206ec1ab726b2636c4b145ac287419a60ae8b01e6dcaebd7317e43c69bf5900"
    assert key.hex().startswith(prefix)
    assert key[-32:] == ALICE.account
    assert len(key) == 32 + 2 + 8 + 32


@pytest.mark.parametrize(
    ("era", "current", "birth"),
    [("00", 1000, 0), ("2500", 1000, 962), ("0200", 1000, 1000), ("0200", 1007, 1000)],
)
def test_eras(era: str, current: int, birth: int) -> None:
    """Immortal; period 64 with phase 2; period 8 with phase 0."""
    extrinsic = Extrinsic(
        raw=b"",
        account=b"",
        signature=b"",
        era=bytes.fromhex(era),
        nonce=0,
        extra=b"",
        call=b"",
    )
    assert extrinsic.birth(current) == birth
