"""Adding the simulated miner, as a user does."""

from typing import Any

from simulators.antminer import AntminerSimulator
from tests.harness import HomeAssistantClient

from . import DOMAIN

NAME = "antminer_s19j_pro_rack_1"
HASHRATE = f"sensor.{NAME}_hashrate"


async def add(client: HomeAssistantClient, miner: AntminerSimulator) -> dict[str, Any]:
    """Add a miner by its address and wait for its first reading."""
    result = await client.run_flow(
        DOMAIN,
        {"next_step_id": "miner"},
        {"host": miner.host, "port": miner.port, "detail": "standard"},
    )
    await client.until(client.states, lambda states: HASHRATE in states)
    return result
