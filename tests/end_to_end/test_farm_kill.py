"""A stop survives a Home Assistant that is killed in the middle of it."""

import random

from simulators.antspace import AntspaceSimulator
from simulators.kasa import KasaSimulator
from simulators.pool import PoolSimulator
from tests.harness import HomeAssistantProcess
from tests.harness.interlock_proof import InterlockProof
from tests.harness.rigs import POOL
from tests.harness.stop_proof import WORKERS, EmergencyStopProof
from tests.simulators.kasa.conftest import free_host

from . import DOMAIN

KILLS = 5


async def test_killed_at_random_moments_of_a_stop(
    home_assistant: HomeAssistantProcess,
) -> None:
    """After each start the stop goes on, each outlet is switched once, and all come back."""
    seed = random.randrange(2**32)
    async with (
        KasaSimulator("hs300", free_host()) as strip,
        PoolSimulator(list(WORKERS), dialects=[POOL]) as pools,
    ):
        proof = EmergencyStopProof(home_assistant, strip, pools, seed=seed)
        await proof.prepare()
        rounds = [await proof.run() for _ in range(KILLS)]
        assert [each for each in rounds if each.faults] == [], f"seed {seed}"
        # While there is a plug that obeys: no rig goes before its power is on.
        async with home_assistant.connect() as client:
            await client.remove_entries(DOMAIN)


async def test_killed_at_random_moments_after_a_leak(
    home_assistant: HomeAssistantProcess,
) -> None:
    """The latch stands before anything is read, and nothing is ordered twice or woken."""
    seed = random.randrange(2**32)
    async with (
        KasaSimulator("hs300", free_host()) as strip,
        PoolSimulator(list(WORKERS), dialects=[POOL]) as pools,
        AntspaceSimulator("hk3") as container,
    ):
        proof = InterlockProof(home_assistant, strip, pools, container, seed=seed)
        await proof.prepare()
        rounds = [await proof.run() for _ in range(KILLS)]
        assert [each for each in rounds if each.faults] == [], f"seed {seed}"
        # While there is a plug that obeys: no rig goes before its power is on.
        async with home_assistant.connect() as client:
            await client.remove_entries(DOMAIN)
