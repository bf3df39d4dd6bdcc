"""Adding a simulated container to a Home Assistant, as a user does."""

from typing import Any

from simulators.antspace import AntspaceSimulator
from tests.harness import HomeAssistantClient

DOMAIN = "mining_farm"


async def add_container(
    client: HomeAssistantClient,
    container: AntspaceSimulator,
    name: str,
    *,
    controls: bool = False,
) -> dict[str, Any]:
    """Add a container by its address; return the result of the flow.

    Raises:
        FlowError: A form found fault with an answer, or the flow ended too early.
    """
    return await client.run_flow(
        DOMAIN,
        {"next_step_id": "container"},
        {"host": container.host, "port": container.port},
        {"name": name, "controls": controls},
    )
