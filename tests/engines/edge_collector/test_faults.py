"""Codes and words of the makers are one list of reasons."""

from dataclasses import replace

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.edge_collector import (
    MinerProfile,
    MinerReason,
    MinerSnapshot,
    MinerState,
    miner_reason,
)
from custom_components.mining_farm.engines.edge_collector.faults import (
    Fault,
    name_fault,
)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        # MicroBT: the code, with its reason or without.
        ("110 Fanin detect speed error", Fault.FAN),
        ("202", Fault.SUPPLY),
        ("350 SM0 temperature protecting", Fault.TOO_HOT),
        ("530 Slot0 not found", Fault.BOARD),
        ("410 SM0 detect eeprom error", Fault.MEMORY),
        ("541 SM1 reading chip id error", Fault.CHIPS),
        ("301, 530", Fault.SENSOR),
        ("2010 All pools are disabled", None),
        # Bitmain
        ("P:1", Fault.TOO_HOT),
        ("P:2", Fault.TOO_COLD),
        ("V:1", Fault.SUPPLY),
        ("J0:8", Fault.BOARD),
        ("J2:4", Fault.MEMORY),
        ("J1:2", Fault.CHIPS),
        ("J1:9", None),
        # AxeOS and VNish
        ("overheated", Fault.TOO_HOT),
        ("Overcurrent", Fault.SUPPLY),
        ("power fault", Fault.SUPPLY),
        ("Fan 2 is stopped", Fault.FAN),
        ("chain 1 break", Fault.BOARD),
        ("something else", None),
        (None, None),
    ],
)
def test_what_a_fault_means(said: str | None, fault: Fault | None) -> None:
    """What is not known stays what it is: a fault."""
    assert name_fault(said) is fault


def test_a_reason_is_named_where_the_miner_has_a_problem() -> None:
    """A warning of one that hashes is none yet."""
    reading = MinerSnapshot(
        hashrate_ghs=0.0, reported_state=MinerState.FAULT, fault="110 fan"
    )
    profile = MinerProfile()
    assert miner_reason(reading, profile) is MinerReason.FAN_FAULT
    unknown = replace(reading, fault="something else")
    assert miner_reason(unknown, profile) is MinerReason.FAULT
    hashing = replace(reading, hashrate_ghs=1.0, reported_state=None)
    assert miner_reason(hashing, profile) is MinerReason.NONE


@given(st.text())
def test_no_text_is_too_odd(said: str) -> None:
    """Whatever a device says."""
    name_fault(said)
