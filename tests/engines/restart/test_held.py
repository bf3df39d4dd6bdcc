"""A machine that somebody keeps down on purpose: it counts as sleeping."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from custom_components.mining_farm.engines.restart import (
    Action,
    Company,
    Contact,
    Evidence,
    Memory,
    MinerEvidence,
    MinerKind,
    OutletEvidence,
    OutletKind,
    Policy,
    PoolEvidence,
    Presence,
    Verdict,
    decide,
)

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
times = st.integers(0, 100_000).map(lambda s: NOW - timedelta(seconds=s))
maybe = st.none() | times
watts = st.sampled_from([None, 0.0, 0.6, 120.0, 1000.0])
evidences = st.builds(
    Evidence,
    pool=st.none()
    | st.builds(
        PoolEvidence,
        verdict=st.sampled_from(Verdict),
        contact=st.sampled_from(Contact),
        at=times,
        last_share=maybe,
    ),
    miner=st.none()
    | st.builds(MinerEvidence, kind=st.sampled_from(MinerKind), since=times),
    outlet=st.none()
    | st.builds(OutletEvidence, kind=st.sampled_from(OutletKind), watts=watts),
    company=st.sampled_from(Company),
    armed=st.booleans(),
    held=st.just(True),
)
memories = st.builds(
    Memory,
    seen=st.booleans(),
    restarts_in_row=st.integers(0, 4),
    last_cut=maybe,
    off_by_user=st.booleans(),
    outlet_on=st.sampled_from([None, True, False]),
    off_at_plug=st.booleans(),
    outlet=st.builds(
        Presence, failures=st.integers(0, 2), failed_since=maybe, back_at=maybe
    ),
    drew=st.booleans(),
    cuts=st.lists(times, max_size=7).map(tuple),
)


@given(memory=memories, evidence=evidences)
def test_a_held_machine_is_neither_cut_nor_powered_nor_counted(
    memory: Memory, evidence: Evidence
) -> None:
    """Whatever else is known of it."""
    decision = decide(NOW, Policy(), memory, evidence)
    assert decision.action is Action.NONE
    assert not decision.ask_pool
    after = decision.memory
    assert (after.restarts_in_row, after.unstable, after.handed_over) == (
        memory.restarts_in_row,
        False,
        False,
    )


def test_it_is_cut_once_nothing_holds_it() -> None:
    """So the property can fail."""
    held = Evidence(
        pool=PoolEvidence(
            verdict=Verdict.OFFLINE, at=NOW, last_share=NOW - timedelta(hours=1)
        ),
        outlet=OutletEvidence(kind=OutletKind.ON),
        armed=True,
        held=True,
    )
    memory = Memory(seen=True, outlet_on=True)
    assert decide(NOW, Policy(), memory, held).action is Action.NONE
    free = replace(held, held=False)
    assert decide(NOW, Policy(), memory, free).action is Action.CUT
