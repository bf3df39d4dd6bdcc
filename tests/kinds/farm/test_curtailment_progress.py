"""How far one machine of a curtailment has come."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.mining_farm.common.following import Phase
from custom_components.mining_farm.engines.farm import (
    CurtailmentProgress as Progress,
    Hold,
    HoldKind,
    Limited,
    MachineFacts,
    MachineState,
    Owner,
    Record,
    Standing,
)
from custom_components.mining_farm.kinds.farm.curtailment_progress import progress_of

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)
JUST_NOW = NOW - timedelta(seconds=30)
RUNS = MachineFacts(state=MachineState.HASHING, power=1500.0)
ASLEEP = MachineFacts(state=MachineState.PAUSED, power=9.0, power_measured=True)
SILENT = MachineFacts(state=MachineState.OFFLINE)


def hold(watts: float | None = None, since: datetime = LONG_AGO) -> Hold:
    """Return a hold of the curtailment."""
    return Hold(
        owner=Owner.CURTAILMENT,
        source="site/signal",
        kind=HoldKind.ASLEEP if watts is None else HoldKind.AT_MOST,
        watts=watts,
        reason="signal",
        since=since,
    )


def progress(
    facts: MachineFacts,
    held: Hold | None,
    phase: Phase | None,
    record: Record | None = None,
    **how: Any,
) -> Progress:
    """Return how far it is."""
    how = {"left": False, "everything": False, "loaded_at": LONG_AGO, **how}
    return progress_of(facts, record or Record(), held, phase, **how)


@pytest.fixture(autouse=True)
def _now(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOW)


@pytest.mark.parametrize(
    ("facts", "everything", "standing"),
    [
        (RUNS, False, Standing.FREE),
        (ASLEEP, False, Standing.DONE),
        (SILENT, False, Standing.MISSED),
        (ASLEEP, True, Standing.FREE),
    ],
)
def test_one_that_is_not_held(
    facts: MachineFacts, everything: bool, standing: Standing
) -> None:
    """One that sleeps may wake while everything is to stop."""
    found = progress(facts, None, None, everything=everything)
    assert found == Progress(standing=standing)


def test_one_that_somebody_has_set() -> None:
    """It is left to him, whatever it does."""
    left = progress(RUNS, hold(1500.0), Phase.LIMITED, left=True)
    assert left == Progress(standing=Standing.LEFT)


@pytest.mark.parametrize(
    ("down_at", "measured", "draws"),
    [
        (LONG_AGO, True, 9.0),
        (JUST_NOW, True, None),
        (None, True, None),
        (LONG_AGO, False, None),
    ],
)
def test_one_that_sleeps(
    down_at: datetime | None, measured: bool, draws: float | None
) -> None:
    """Its meter says what it draws, once two minutes have passed."""
    facts = MachineFacts(state=MachineState.PAUSED, power=9.0, power_measured=measured)
    found = progress(facts, hold(), Phase.DOWN, Record(down_at=down_at))
    assert found == Progress(standing=Standing.DONE, draws=draws)


@pytest.mark.parametrize(
    ("limited", "draws"),
    [
        (None, 1500.0),
        (Limited(before=3000.0, ordered=1500.0), None),
        (Limited(before=3000.0, ordered=1500.0, seen_at=JUST_NOW), None),
        (Limited(before=3000.0, ordered=1500.0, seen_at=LONG_AGO), 1500.0),
    ],
)
def test_one_that_is_lowered(limited: Limited | None, draws: float | None) -> None:
    """What it draws counts ten minutes after its target was seen."""
    record = Record(limited=limited)
    found = progress(RUNS, hold(1500.0), Phase.LIMITED, record)
    assert found == Progress(standing=Standing.DONE, to=1500.0, draws=draws)


@pytest.mark.parametrize("phase", [Phase.DOWN, Phase.WAITING])
def test_one_that_is_lowered_and_kept_down_by_another(phase: Phase) -> None:
    """It draws less than it may."""
    found = progress(ASLEEP, hold(1500.0), phase)
    assert found == Progress(standing=Standing.DONE, to=1500.0, draws=9.0)


@pytest.mark.parametrize(
    ("phase", "held", "loaded_at", "standing"),
    [
        (Phase.ORDERED, hold(), LONG_AGO, Standing.UNDER_WAY),
        (Phase.STARTING, hold(1500.0), LONG_AGO, Standing.UNDER_WAY),
        (Phase.WAITING, hold(since=JUST_NOW), LONG_AGO, Standing.UNDER_WAY),
        (Phase.WAITING, hold(), JUST_NOW, Standing.UNDER_WAY),
        (Phase.WAITING, hold(), LONG_AGO, Standing.MISSED),
        (Phase.UNCONFIRMED, hold(), LONG_AGO, Standing.MISSED),
        (Phase.UNCONFIRMED, hold(1500.0), LONG_AGO, Standing.MISSED),
    ],
)
def test_one_that_is_not_there_yet(
    phase: Phase, held: Hold, loaded_at: datetime, standing: Standing
) -> None:
    """It has a minute to be seen, also after a start; then another makes up for it."""
    found = progress(RUNS, held, phase, loaded_at=loaded_at)
    assert found == Progress(standing=standing, to=held.watts)
