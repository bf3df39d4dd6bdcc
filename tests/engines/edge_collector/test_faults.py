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
        ("no fan (ECHU 4)", Fault.FAN),
        ("too hot, voltage wrong (ECHU 8256)", Fault.TOO_HOT),
        ("invalid power controller (ECHU 1024)", Fault.SUPPLY),
        ("temperature sensor failed (ECHU 4096)", Fault.SENSOR),
        ("hash unit failed (ECHU 131072)", Fault.BOARD),
        ("locked (ECHU 8)", None),
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


def avalon(fields: str, echu: str = "16 512") -> MinerSnapshot:
    """Return what an Avalon Q with these fields reports."""
    module = f"Ver[Q-25] Elapsed[9000] GHSspd[0.00] ECHU[{echu}] {fields}"
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
    ("echu", "fault", "reason"),
    [
        ("0", "ECHU 0", MinerReason.FAULT),
        ("", "fault", MinerReason.FAULT),
        ("x -1 16", "ECHU x -1 16", MinerReason.FAULT),
        ("0 64 16", "too hot (ECHU 0 64 16)", MinerReason.TOO_HOT),
        ("4 512", "no fan (ECHU 4 512)", MinerReason.FAN_FAULT),
        ("2048", "power failed (ECHU 2048)", MinerReason.SUPPLY_FAULT),
        ("131200", "hash unit failed, was too hot (ECHU 131200)", MinerReason.TOO_HOT),
        ("262144", "bit 262144 (ECHU 262144)", MinerReason.FAULT),
        ("65536", "invalid PLL value (ECHU 65536)", MinerReason.FAULT),
    ],
)
def test_the_bits_of_an_avalon_have_names(
    echu: str, fault: str, reason: MinerReason
) -> None:
    """Those that may be ignored name no reason; what has no name is shown as a number."""
    reading = avalon("STATE[3] FanErr[0]", echu)
    assert reading.fault == fault
    assert miner_reason(reading, MinerProfile()) is reason


def test_the_bits_of_an_avalon_tell_why_it_does_not_hash() -> None:
    """Without a state, which the A series does not report, too."""
    reading = avalon("FanErr[0]", "0 64")
    assert miner_reason(reading, MinerProfile()) is MinerReason.TOO_HOT
    hashing = replace(reading, hashrate_ghs=1.0)
    assert miner_reason(hashing, MinerProfile()) is MinerReason.NONE


@given(st.text(alphabet="0123456789 -x", max_size=80))
def test_no_bits_are_too_odd(echu: str) -> None:
    """However many numbers, and however large."""
    avalon("STATE[3]", echu)


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
