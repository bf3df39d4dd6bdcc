"""Simulated miners that are set lower draw and hash less, and say so, as true ones do."""

from dataclasses import dataclass
from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector import Command, Outcome, Value

from .makes import Makes


@dataclass(frozen=True, kw_only=True)
class Case:
    """A miner, what it is set to, and the share of its usual power that this is."""

    make: str
    command: Command
    value: Value
    share: float
    before: tuple[str, Any] = ("percent", 100.0)

    @property
    def name(self) -> str:
        """Return its name among the tests."""
        return f"{self.make}-{self.command}"


CASES = (
    Case(make="braiins", command=Command.POWER_TARGET, value=2508, share=0.76),
    Case(make="braiins", command=Command.HASHRATE_TARGET, value=75, share=0.75),
    Case(make="whatsminer", command=Command.POWER_TARGET, value=2475, share=0.75),
    Case(make="whatsminer", command=Command.LEVEL, value="low", share=0.8),
    Case(make="whatsminer", command=Command.POWER_PERCENT, value=60, share=0.6),
    Case(make="whatsminer_v2", command=Command.POWER_TARGET, value=2475, share=0.75),
    Case(make="whatsminer_v2", command=Command.LEVEL, value="low", share=0.8),
    Case(make="auradine", command=Command.POWER_TARGET, value=2310, share=0.7),
    Case(make="avalon", command=Command.LEVEL, value="eco", share=0.6),
    Case(make="luxos", command=Command.LEVEL, value="290MHz", share=2 / 3),
    Case(
        make="vnish",
        command=Command.LEVEL,
        value="2550",
        share=2550 / 3160,
        before=("level", "3160"),
    ),
    Case(make="vnish", command=Command.POWER_PERCENT, value=50, share=0.5),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_less_is_drawn_and_hashed(makes: Makes, case: Case) -> None:
    """In the share that it is set to, read by its own driver; it goes on hashing."""
    miner = await makes.start(case.make)
    setattr(miner.machine, *case.before)
    drew, hashed = miner.machine.watts_now, miner.machine.rate_now
    before = await miner.read()
    assert await miner.order(case.command, case.value) is Outcome.CONFIRMED
    miner.clock.advance(60)
    after = await miner.read()
    assert miner.machine.watts_now / drew == pytest.approx(case.share, abs=0.01)
    assert miner.machine.rate_now / hashed == pytest.approx(case.share, abs=0.01)
    for known, true in (
        (before.power_w, drew),
        (after.power_w, drew * case.share),
        (before.hashrate_ghs, hashed * 1000),
        (after.hashrate_ghs, hashed * 1000 * case.share),
    ):
        assert known is None or known == pytest.approx(true, rel=0.02)
    # Some are read for their rate by the CGMiner API beside it.
    assert after.hashing is not False
    assert not after.sleeping
