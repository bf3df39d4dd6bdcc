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
from custom_components.mining_farm.engines.edge_collector.drivers.cgminer.parsing import (
    parse_snapshot,
)
from custom_components.mining_farm.engines.edge_collector.drivers.epic.parsing import (
    parse_summary,
)
from custom_components.mining_farm.engines.edge_collector.faults import (
    Fault,
    name_fault,
)

from .test_families import reply


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        # MicroBT: the code, with its reason or without.
        ("110 Fanin detect speed error", Fault.FAN),
        ("202", Fault.SUPPLY),
        ("203 power protecting", Fault.TOO_HOT),
        ("350 SM0 temperature protecting", Fault.TOO_HOT),
        ("380 humidity sensor not found", Fault.SENSOR),
        ("530 Slot0 not found", Fault.BOARD),
        ("410 SM0 detect eeprom error", Fault.MEMORY),
        ("541 SM1 reading chip id error", Fault.CHIPS),
        ("301, 530", Fault.SENSOR),
        ("610 env temp too high for high mode", Fault.TOO_HOT),
        ("712 control board rebooted", Fault.CONTROL),
        ("2310 hash rate too low", Fault.RATE),
        ("5051 slot 1 stopped", Fault.TOO_HOT),
        # Codes that mean something else than their neighbours.
        ("370 env temp fluctuates", None),
        ("430 chip bin type error", None),
        ("510 miner type error", None),
        ("713 the network is unstable", None),
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
        # Avalon, SealMiner
        ("fan error 2", Fault.FAN),
        ("ECHU 16 0 0 512", None),
        ("PSU error 0x00000040", Fault.SUPPLY),
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


def avalon(fields: str) -> MinerSnapshot:
    """Return what an Avalon Q with these fields reports."""
    module = f"Ver[Q-25] Elapsed[9000] GHSspd[0.00] ECHU[16 512] {fields}"
    return parse_snapshot({"stats": reply("STATS", {"MM ID0": module})})


@pytest.mark.parametrize(
    ("fields", "fault", "reason"),
    [
        ("STATE[1] FanErr[0]", None, MinerReason.NOT_HASHING),
        ("STATE[1] FanErr[2]", "fan error 2", MinerReason.FAN_FAULT),
        ("STATE[3] FanErr[0]", "ECHU 16 512", MinerReason.FAULT),
    ],
)
def test_an_avalon_names_its_fault(
    fields: str, fault: str | None, reason: MinerReason
) -> None:
    """By its fans, else by the bits that it prints: those of one at work are no fault."""
    reading = avalon(fields)
    assert reading.fault == fault
    assert miner_reason(reading, MinerProfile()) is reason


@pytest.mark.parametrize(
    ("count", "fault"), [(0, None), (1, "530"), (2, "530, 2010"), ("x", None)]
)
def test_a_whatsminer_lists_its_codes(count: object, fault: str | None) -> None:
    """As many as it counts."""
    summary = {
        "Fan Speed In": 5000,
        "Error Code Count": count,
        "Error Code 0": 530,
        "Error Code 1": "2010",
    }
    reading = parse_snapshot(
        {"summary": reply("SUMMARY", summary, description="btminer")}
    )
    assert reading.fault == fault


@pytest.mark.parametrize(("state", "fault"), [("Idling", "PSU lost"), ("Mining", None)])
def test_the_last_error_of_an_epic_counts_while_it_stands(
    state: str, fault: str | None
) -> None:
    """It stays when the cause has gone."""
    status = {"Operating State": state, "Last Command": None, "Last Error": "PSU lost"}
    assert parse_summary({"Status": status}, None).fault == fault
