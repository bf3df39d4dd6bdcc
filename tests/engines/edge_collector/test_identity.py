"""What identifies a miner, and what only looks like it."""

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    MinerProfile,
    parse_snapshot,
)
from custom_components.mining_farm.engines.edge_collector.identity import (
    normalise_id,
    normalise_mac,
)

from .test_families import reply


@pytest.mark.parametrize(
    ("printed", "identity"),
    [
        ("02010000a7f3c1d9", "02010000a7f3c1d9"),
        ("SMTTYRHBDJAAI0129", "SMTTYRHBDJAAI0129"),
        ("0000000000000000", None),
        ("00-00-00-00", None),
        ("FFFFFFFFFFFF", None),
        ("1111111111", None),
        ("0123456789ABCDEF", None),
        ("123456789", None),
        ("N/A", None),
        ("X", None),
        ("no miner id now", None),
        (None, None),
    ],
)
def test_placeholders_identify_nothing(printed: object, identity: str | None) -> None:
    """Zeros, one digit alone, digits in a row and words are on more than one miner."""
    assert normalise_id(printed) == identity


@pytest.mark.parametrize(
    ("printed", "address"),
    [
        ("02005E0053AF", "02:00:5e:00:53:af"),
        ("00:00:00:00:00:00", None),
        ("02:00:00:00:00:00", None),
        ("FF:FF:FF:FF:FF:FF", None),
        ("01:00:5e:00:53:af", None),
    ],
)
def test_addresses_that_no_single_device_has(printed: str, address: str | None) -> None:
    """Zeros, the broadcast address and groups."""
    assert normalise_mac(printed) == address


def test_two_miners_with_a_dna_of_zeros_are_two_miners() -> None:
    """A first Nano 3 prints zeros: neither has an identity that the other could share."""
    module = "Ver[Nano3-1] DNA[0000000000000000] Elapsed[9] GHSspd[4000.0] MGHS[4000.0]"
    stats = reply("STATS", {"MM ID0": module})
    version = reply("VERSION", {"PROD": "Avalon Nano3", "DNA": "0000000000000000"})
    assert parse_snapshot({"stats": stats, "version": version}).hardware_id is None


def test_the_other_dna_identifies_where_the_first_is_empty() -> None:
    """HDNA may be set where DNA is zeros."""
    version = reply("VERSION", {"DNA": "0000000000000000", "HDNA": "0201000052f3c1d9"})
    stats = reply("STATS", {"MM ID0": "Ver[Q-1] Elapsed[9] GHSspd[4000.0]"})
    snapshot = parse_snapshot({"stats": stats, "version": version})
    assert snapshot.hardware_id == "0201000052f3c1d9"


def test_a_placeholder_that_was_stored_is_forgotten() -> None:
    """Profiles of earlier versions hold them."""
    stored = {"model": "Avalon Nano3", "hardware_id": "0000000000000000"}
    assert MinerProfile.from_dict(stored).hardware_id is None
