"""From decoded storage values to models: what strangers commit never costs a window."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.auction.chain.reading import (
    read_commitment,
    read_neurons,
    read_number,
    read_split,
    read_tempo,
    read_timestamp,
)
from custom_components.mining_farm.engines.auction.errors import ChainError
from custom_components.mining_farm.engines.auction.models import Neuron

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
ALICE_KEY = "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"


def _value(*fields: object) -> dict[str, Any]:
    return {"deposit": 0, "block": 77, "info": {"fields": [list(fields)]}}


@pytest.mark.parametrize(
    ("field", "raw"),
    [
        ({"Raw3": "0x313b62"}, b"1;b"),
        ({"Raw2": "0xff00"}, b"\xff\x00"),
        ({"Raw0": []}, b""),
        ({"Raw2": [1, 2]}, b"\x01\x02"),
        ({"Sha256": "0x" + "ab" * 32}, b"\xab" * 32),
    ],
)
def test_the_first_fields_bytes_count(field: dict[str, Any], raw: bytes) -> None:
    """As raw bytes of any length, or as one of the hashes."""
    read = read_commitment(ALICE, _value(field, {"Raw1": "0x00"}))
    assert (read.hotkey, read.block, read.raw, read.problem) == (ALICE, 77, raw, None)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (_value("None"), "holds None"),
        (_value("ResetBondsFlag"), "holds ResetBondsFlag"),
        (_value({"BigRaw": "text"}), "holds BigRaw"),
        (
            _value({"TimelockEncrypted": {"encrypted": "0x00", "reveal_round": 1}}),
            "holds TimelockEncrypted",
        ),
        (
            _value({"TimelockRevealFailed": {"encrypted": "1;b", "reveal_round": 1}}),
            "holds TimelockRevealFailed",
        ),
        (_value(), "holds no field"),
        ({"block": 77, "info": {"fields": []}}, "holds no field"),
        (_value({"Raw4": "0x00"}), "cannot be decoded"),
        (_value({"Raw1": {}}), "cannot be decoded"),
        (_value({"Raw1": "0x00", "Raw2": "0x0000"}), "cannot be decoded"),
        (_value(7), "cannot be decoded"),
    ],
)
def test_odd_fields_are_skipped_and_named(value: object, problem: str) -> None:
    """Its hotkey takes no part; everybody else does."""
    read = read_commitment(ALICE, value)
    assert (read.raw, read.problem, read.block) == (None, problem, 77)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["block", "info", "fields", "Raw1", "x"]), inner
            )
        ),
        max_leaves=12,
    )
)
def test_no_commitment_raises(value: object) -> None:
    """Whatever the chain's types may come to be."""
    read = read_commitment(ALICE, value)
    assert (read.raw is None) == (read.problem is not None)


def test_neurons_are_read() -> None:
    """Accounts as addresses or bytes; stake is that of the first pair."""
    neuron = {
        "uid": 3,
        "hotkey": ALICE,
        "coldkey": ALICE_KEY,
        "stake": [[ALICE, 5_000_000_000]],
        "emission": 12,
    }
    expected = Neuron(
        uid=3, hotkey=ALICE, coldkey=ALICE, stake_rao=5_000_000_000, emission_rao=12
    )
    assert read_neurons([neuron]) == (expected,)
    (none,) = read_neurons([neuron | {"stake": []}])
    assert none.stake_rao == 0
    assert read_neurons([]) == ()


@pytest.mark.parametrize(
    "value",
    [
        None,
        "0x00",
        [None],
        [{"uid": 1}],
        [{"uid": 1, "hotkey": ALICE, "coldkey": ALICE}],
        [{"uid": 1, "hotkey": ALICE, "coldkey": ALICE, "stake": "many"}],
        [{"uid": 1, "hotkey": None, "coldkey": ALICE, "stake": []}],
    ],
)
def test_no_neurons_are_invented(value: object) -> None:
    """An answer of another form is an error, not an empty subnet."""
    with pytest.raises(ChainError):
        read_neurons(value)


def test_single_values() -> None:
    """Times in milliseconds, tempo in blocks, a split in parts."""
    assert read_timestamp(1_700_000_000_250) == datetime(
        2023, 11, 14, 22, 13, 20, 250_000, UTC
    )
    assert read_tempo(360) == 360
    assert read_split([32768, 32767]) == (32768, 32767)
    assert read_split(None) is None
    assert read_number({"number": "0x10"}) == 16


@pytest.mark.parametrize("value", [None, 0, "x", -1])
def test_absent_values_are_errors(value: object) -> None:
    """No default takes their place."""
    for read in (read_timestamp, read_tempo):
        with pytest.raises(ChainError):
            read(value)
    with pytest.raises(ChainError):
        read_number({"number": value})
    with pytest.raises(ChainError):
        read_split([value, "x"])
