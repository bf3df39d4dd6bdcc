"""Adding the simulated wallet to a Home Assistant, as a user does."""

from collections.abc import Mapping

from simulators.subtensor.chain import NETUID
from tests.harness import HomeAssistantClient

DOMAIN = "mining_farm"
ARMED = "switch.farm_default_armed"


async def add_wallet(
    client: HomeAssistantClient,
    url: str,
    wallet: Mapping[str, str],
    price: str = "0.97",
) -> str:
    """Add a wallet, as its folder describes itself.

    At its first price it bids what the chain holds, and seldom wins. Return the id of
    its entry. Raises FlowError.
    """
    result = await client.run_flow(
        DOMAIN,
        {"next_step_id": "wallet"},
        {"endpoints": [url], "netuid": NETUID},
        {"next_step_id": "wallet_directory"},
        {"wallet_directory": wallet["directory"]},
        {"hotkey": f"{wallet['wallet']}/{wallet['hotkey']}"},
        {},
        {"next_step_id": "wallet_workers_form"},
        {
            "price_multiplier": price,
            "worker_sizes": [{"size": 0.1, "count": 2}, {"size": 0.2, "count": 3}],
        },
        {},
        {"next_step_id": "wallet_no_proxy"},
    )
    entry_id: str = result["result"]["entry_id"]
    return entry_id


async def arm_wallet(client: HomeAssistantClient, entry_id: str) -> None:
    """Set ceilings just above the bid, and arm.

    Raises:
        FlowError: The options are refused.
        CommandError: The switch is.
    """
    await client.run_options_flow(
        entry_id,
        {"next_step_id": "wallet_ceilings"},
        {"price_ceiling": "1", "worker_ceiling": 10},
    )
    # Known once the first block was read.
    await client.until(
        client.states,
        lambda states: states.get(ARMED, {"state": ""})["state"] == "off",
    )
    await client.call_action("switch.turn_on", entity_id=ARMED)
