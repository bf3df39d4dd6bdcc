"""A rig's linked miner is told to restart, and then to reboot, before its power is cut."""

from dataclasses import dataclass, field, replace

import pytest

from custom_components.mining_farm.common.members import (
    Member,
    MinerFacts,
    Receipt,
    ReceiptOutcome,
    Restart,
    RestartKind,
    async_members,
)
from homeassistant.util import dt as dt_util

from .test_linked_miner import HASHING
from .watching import Farm

OPTIONS = {
    "armed": True,
    "miner_steps": ["restart_mining", "reboot"],
    "restart_mining_wait": 4,
    "reboot_wait": 6,
}


@dataclass
class LinkedMiner:
    """A miner that notes what it is told."""

    facts: MinerFacts = HASHING
    outcome: ReceiptOutcome = ReceiptOutcome.SENT
    told: list[str] = field(default_factory=list)

    def join(self, farm: Farm, *kinds: RestartKind) -> None:
        """Be known to other entries."""
        async_members(farm.hass).add(
            Member(
                entry_id="miner1",
                name="miner1",
                facts=lambda: self.facts,
                restarts={kind: self._restart(kind) for kind in kinds},
            )
        )

    def _restart(self, kind: RestartKind) -> Restart:
        async def restart() -> Receipt:
            self.told.append(kind.value)
            return Receipt(outcome=self.outcome, at=dt_util.utcnow())

        return restart

    def stops(self) -> None:
        """Answer, and hash no more."""
        self.facts = replace(self.facts, hashing=False)


async def failing(farm: Farm, miner: LinkedMiner, *kinds: RestartKind) -> list[str]:
    """Let the miner of a rig stop; return what is done to the outlet."""
    miner.join(farm, *(kinds or RestartKind))
    outlet = await farm.add("rig1", miner_entry="miner1", options=OPTIONS)
    await farm.after(6)
    farm.dies("rig1")
    miner.stops()
    return outlet.log


def step(farm: Farm) -> str | None:
    """Return the last step that the rig's event names."""
    state = farm.hass.states.get("event.rig1_restarts")
    assert state is not None
    found: str | None = state.attributes.get("step")
    return found


async def test_it_is_restarted_then_rebooted_then_cut(farm: Farm) -> None:
    """Each is sent once, and waits for its own time."""
    miner = LinkedMiner()
    log = await failing(farm, miner)
    while not miner.told:
        await farm.after(0.5)
    assert (miner.told, step(farm)) == (["restart_mining"], "restart_mining")
    await farm.after(3.5)
    assert miner.told == ["restart_mining"]
    await farm.after(1)
    assert (miner.told, step(farm)) == (["restart_mining", "reboot"], "reboot")
    await farm.after(5)
    assert log == []
    await farm.after(2)
    assert miner.told == ["restart_mining", "reboot"]
    assert log == ["off", "on"]


async def test_one_that_works_again_keeps_its_power(farm: Farm) -> None:
    """The gentlest was enough."""
    miner = LinkedMiner()
    log = await failing(farm, miner)
    while not miner.told:
        await farm.after(0.5)
    miner.facts = HASHING
    farm.alive.add("rig1")
    await farm.after(30)
    assert (miner.told, log) == (["restart_mining"], [])


@pytest.mark.parametrize("outcome", [ReceiptOutcome.REFUSED, ReceiptOutcome.NOT_SENT])
async def test_a_refusal_keeps_nothing_back(
    farm: Farm, outcome: ReceiptOutcome
) -> None:
    """The next step comes with the next poll, and then the cut."""
    miner = LinkedMiner(outcome=outcome)
    log = await failing(farm, miner)
    while not miner.told:
        await farm.after(0.5)
    await farm.after(1.5)
    assert miner.told == ["restart_mining", "reboot"]
    assert log == ["off", "on"]


async def test_a_silent_miner_is_told_nothing(farm: Farm) -> None:
    """Nor one that may be another machine: what hangs for good is cut at once."""
    miner = LinkedMiner()
    log = await failing(farm, miner)
    miner.facts = replace(miner.facts, fresh=False)
    await farm.after(14)
    assert (miner.told, log) == ([], ["off", "on"])


async def test_what_it_cannot_do_is_passed_over(farm: Farm) -> None:
    """Some makes have no restart of mining."""
    miner = LinkedMiner()
    await failing(farm, miner, RestartKind.REBOOT)
    await farm.after(4)
    assert miner.told == ["reboot"]


async def test_a_step_is_not_repeated_after_a_restart_of_home_assistant(
    farm: Farm,
) -> None:
    """It is on disk before it is sent."""
    miner = LinkedMiner()
    await failing(farm, miner)
    while not miner.told:
        await farm.after(0.5)
    await farm.hass.config_entries.async_reload("rig1")
    await farm.after(20)
    assert miner.told == ["restart_mining", "reboot"]


async def test_a_rehearsal_tells_the_miner_nothing(farm: Farm) -> None:
    """Nor does a rig whose miner sleeps on purpose."""
    miner = LinkedMiner()
    miner.join(farm, *RestartKind)
    await farm.add("rig1", miner_entry="miner1", options=OPTIONS | {"armed": False})
    await farm.after(6)
    farm.dies("rig1")
    miner.stops()
    await farm.after(30)
    assert miner.told == []
