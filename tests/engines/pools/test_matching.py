"""Which worker a name means."""

import pytest

from custom_components.mining_farm.engines.pools import (
    AccountReport,
    Outcome,
    WorkerReport,
)

from .replies import NOW


@pytest.mark.parametrize(
    ("name", "workers", "found"),
    [
        ("rig", ["rig", "Rig", "a.rig"], "rig"),
        ("RIG", ["rig", "big"], "rig"),
        ("GroßeKiste", ["grossekiste"], "grossekiste"),
        ("rig", ["bc1q.rig"], "bc1q.rig"),
        ("acct.rig", ["rig"], "rig"),
        ("rack1.rig", ["rack2.rig"], None),
        ("rig", ["acct.RIG"], "acct.RIG"),
        ("rig", ["acct.Rig", "acct.rig"], "acct.rig"),
        ("rack.rig", ["acct.rack.rig"], "acct.rack.rig"),
        ("Rack.rig", ["acct.rack.Rig"], "acct.rack.Rig"),
        ("rig.", [""], None),
        ("acct.rack.rig", ["rack.rig"], "rack.rig"),
        ("", [""], ""),
        ("rig", [""], None),
        ("", ["rig"], None),
        ("rig", ["rigs", "ri"], None),
        ("anything", ["*"], "*"),
        ("anything", ["*", "b"], None),
    ],
)
def test_found(name: str, workers: list[str], found: str | None) -> None:
    """Exact name first, then without regard to case, then without what stands before the dot."""
    answer = _report(workers).find(name)
    assert (None if answer.worker is None else answer.worker.name) == found
    assert answer.outcome is (Outcome.ABSENT if found is None else Outcome.WORKER)
    assert not answer.ambiguous


@pytest.mark.parametrize(
    ("name", "workers"),
    [
        ("rIG", ["Rig", "rig"]),
        ("rig", ["a.rig", "b.rig"]),
        ("rig", ["a.Rig", "a.RIG"]),
    ],
)
def test_ambiguous(name: str, workers: list[str]) -> None:
    """Workers that differ by case or prefix only are several, and none is guessed."""
    answer = _report(workers).find(name)
    assert (answer.outcome, answer.ambiguous) == (Outcome.ABSENT, True)


def _report(names: list[str]) -> AccountReport:
    workers = tuple(WorkerReport(name=name) for name in names)
    return AccountReport(outcome=Outcome.WORKER, at=NOW, workers=workers)
