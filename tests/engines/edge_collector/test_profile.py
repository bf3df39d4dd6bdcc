"""What outlives a reading, and the judgements that need it."""

from dataclasses import asdict
import json

from hypothesis import given, strategies as st

from custom_components.mining_farm.engines.edge_collector import (
    Algorithm,
    BoardHealth,
    BoardStatus,
    Fan,
    MinerProfile,
    MinerSnapshot,
    MinerState,
    board_has_problem,
    miner_has_problem,
    miner_state,
)

BOARDS = st.builds(
    BoardStatus,
    id=st.integers(1, 16),
    hashrate_ghs=st.none() | st.floats(0, 1e6),
    status=st.sampled_from(BoardHealth),
)
STATED = [s for s in MinerState if s not in (MinerState.HASHING, MinerState.DEGRADED)]
SNAPSHOTS = st.builds(
    MinerSnapshot,
    boards=st.lists(BOARDS, max_size=6, unique_by=lambda board: board.id).map(tuple),
    hashrate_ghs=st.none() | st.floats(0, 1e6),
    algorithm=st.none() | st.sampled_from(Algorithm),
    reported_state=st.none() | st.sampled_from(STATED),
    model=st.none() | st.text(max_size=5),
    fans=st.lists(
        st.builds(Fan, id=st.sampled_from("1234"), rpm=st.integers(0, 9999)), max_size=4
    ).map(tuple),
    temp_water_in=st.none() | st.floats(10, 60),
    power_w=st.none() | st.floats(0, 9000),
    uptime_s=st.none() | st.integers(0, 10**7),
)


@given(st.lists(SNAPSHOTS, max_size=5))
def test_a_part_once_seen_is_kept(readings: list[MinerSnapshot]) -> None:
    """Whatever is missing later, boards and fans only grow; learning again adds nothing."""
    profile = MinerProfile()
    for reading in readings:
        grown = profile.learn(reading)
        assert set(grown.boards) >= set(profile.boards) | {b.id for b in reading.boards}
        assert set(grown.fans) >= set(profile.fans)
        assert grown.learn(reading) == grown
        profile = grown
    assert list(profile.boards) == sorted(set(profile.boards))


@given(SNAPSHOTS)
def test_storing_loses_nothing(reading: MinerSnapshot) -> None:
    """A profile survives the way through Home Assistant's storage."""
    profile = MinerProfile().learn(reading)
    assert MinerProfile.from_dict(json.loads(json.dumps(asdict(profile)))) == profile


@given(SNAPSHOTS, st.lists(st.integers(1, 16), max_size=4))
def test_judgements_agree(reading: MinerSnapshot, lost: list[int]) -> None:
    """A miner hashes without a problem exactly when no expected board has one."""
    profile = MinerProfile(boards=tuple(lost)).learn(reading)
    problems = [board_has_problem(reading, number) for number in profile.boards]
    match miner_state(reading, profile):
        case None:
            assert reading.hashrate_ghs is None
            assert miner_has_problem(reading, profile) is None
        case MinerState.IDLE:
            assert not reading.hashrate_ghs
            assert set(problems) <= {None}
            assert miner_has_problem(reading, profile) is True
        case MinerState.PAUSED | MinerState.STARTING:
            assert set(problems) <= {None}
            assert miner_has_problem(reading, profile) is False
        case MinerState.DEGRADED:
            assert True in problems
            assert miner_has_problem(reading, profile) is True
        case MinerState.HASHING:
            assert True not in problems
            assert miner_has_problem(reading, profile) is False


def test_a_board_taken_out_is_no_longer_expected() -> None:
    """Only that board is forgotten."""
    profile = MinerProfile(boards=(1, 2, 3), model="Antminer S9")
    assert profile.without_board(2) == MinerProfile(boards=(1, 3), model="Antminer S9")
