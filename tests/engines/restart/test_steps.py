"""Steps before the plug: each once, the gentlest first, and only those that are possible."""

from dataclasses import replace

import pytest

from custom_components.mining_farm.engines.restart import (
    Action,
    Memory,
    Policy,
    Step,
    reset,
    step_failed,
)

from .test_hazards import MINUTE, START, Night

BOTH = frozenset({Step.RESTART_MINING, Step.REBOOT})
POLICY = Policy(
    miner_steps=BOTH, restart_mining_wait=4 * MINUTE, reboot_wait=6 * MINUTE
)


def taken(night: Night) -> list[str]:
    """Return the steps and cuts, in order."""
    assert night.decision is not None
    cuts = [action for _, action in night.actions if action is Action.CUT]
    return [*night.memory.steps_taken, *cuts]


def test_mining_is_restarted_then_the_miner_then_the_power_is_cut() -> None:
    """Each waits for as long as its own time says."""
    night = Night(policy=POLICY, rest={"steps": BOTH})
    night.until(30)
    assert [action for _, action in night.actions] == [
        Action.STEP,
        Action.STEP,
        Action.CUT,
    ]
    assert taken(night) == ["restart_mining", "reboot", "cut"]
    first, second, cut = (at for at, _ in night.actions)
    assert second - first >= 4
    assert cut - second >= 6


def test_what_the_user_named_comes_first() -> None:
    """As before there were other steps."""
    policy = replace(POLICY, first_step=True)
    night = Night(policy=policy, rest={"steps": BOTH})
    night.until(60)
    assert taken(night) == ["named", "restart_mining", "reboot", "cut"]


@pytest.mark.parametrize(
    ("possible", "expected"),
    [
        (frozenset(), ["cut"]),
        (frozenset({Step.REBOOT}), ["reboot", "cut"]),
    ],
)
def test_what_is_not_possible_is_passed_over(
    possible: frozenset[Step], expected: list[str]
) -> None:
    """A silent miner cannot be told anything: its power is cut at once."""
    night = Night(policy=POLICY, rest={"steps": possible})
    night.until(30)
    assert taken(night) == expected


def test_a_step_that_helped_ends_it_and_may_be_taken_again() -> None:
    """After the rig has worked again."""
    night = Night(policy=POLICY, rest={"steps": BOTH})
    night.until(12)
    assert taken(night) == ["restart_mining"]
    night.works = True
    night.until(20)
    assert taken(night) == []
    night.works = False
    night.until(31)
    assert taken(night) == ["restart_mining"]


def test_a_step_that_was_not_taken_waits_for_nothing() -> None:
    """It is not tried again: the next one comes at the next poll."""
    night = Night(policy=POLICY, rest={"steps": BOTH})
    while not night.actions:
        night.poll()
        night.now += MINUTE / 2
    night.memory = step_failed(night.memory)
    night.poll()
    assert taken(night) == ["restart_mining", "reboot"]


def test_a_step_survives_a_crash() -> None:
    """It was stored before it was sent, so it is sent once."""
    memory = Memory(steps_taken=(Step.RESTART_MINING,), stepped_at=START)
    assert Memory.from_dict(memory.as_dict()) == memory
    assert reset(memory).steps_taken == ()


def test_the_one_step_of_an_older_record_was_the_named_one() -> None:
    """Nothing else could be tried then."""
    older = Memory(stepped_at=START).as_dict()
    del older["steps_taken"]
    assert Memory.from_dict(older).steps_taken == (Step.NAMED,)
    older["stepped_at"] = None
    assert Memory.from_dict(older).steps_taken == ()


def test_a_step_that_is_none_is_damage() -> None:
    """Whoever reads it must not take one twice."""
    with pytest.raises(ValueError, match="explode"):
        Memory.from_dict(Memory().as_dict() | {"steps_taken": ["explode"]})
