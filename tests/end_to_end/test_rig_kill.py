"""A rig's power survives a Home Assistant that is killed in the middle of its cycle."""

import random

from simulators.kasa import KasaSimulator
from simulators.pool import PoolSimulator
from tests.harness import HomeAssistantProcess
from tests.harness.kill_proof import WORKER, KillProof
from tests.harness.rigs import POOL
from tests.simulators.kasa.conftest import free_host

from . import DOMAIN

KILLS = 5


async def test_killed_at_random_moments_of_a_cycle(
    home_assistant: HomeAssistantProcess,
) -> None:
    """After each start the outlet is on, once cut at most, and nothing is left to do."""
    seed = random.randrange(2**32)
    async with (
        KasaSimulator("hs300", free_host()) as strip,
        PoolSimulator([WORKER], dialects=[POOL]) as pools,
    ):
        proof = KillProof(home_assistant, strip, pools, seed=seed)
        await proof.prepare()
        rounds = [await proof.run() for _ in range(KILLS)]
        assert [each for each in rounds if each.faults] == [], f"seed {seed}"
        # While there is a plug that obeys: no rig goes before its power is on.
        async with home_assistant.connect() as client:
            await client.remove_entries(DOMAIN)
        assert [outlet.on for outlet in strip.outlets] == [True] * 6
