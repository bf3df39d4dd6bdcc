"""Adding a farm with a cooling group to a Home Assistant, as a user does."""

from collections.abc import Sequence

from tests.harness import HomeAssistantClient

DOMAIN = "mining_farm"
_GROUPS = "/api/config/config_entries/subentries/flow"


async def add_farm(client: HomeAssistantClient, name: str) -> str:
    """Add a farm of all that is there; return the id of its entry. Raises FlowError."""
    result = await client.run_flow(
        DOMAIN,
        {"next_step_id": "farm"},
        {"name": name, "areas": [], "labels": [], "members": []},
    )
    entry_id: str = result["result"]["entry_id"]
    return entry_id


async def add_cooling_group(
    client: HomeAssistantClient,
    farm: str,
    name: str,
    containers: Sequence[str],
    machines: Sequence[str] = (),
) -> str:
    """Add a group of picked machines and those that containers list; return its id.

    Machines without a lever are accepted. Raises FlowError.
    """
    form = await client.post(_GROUPS, {"handler": [farm, "cooling_group"]})
    asked = await client.continue_flow(
        form,
        {
            "name": name,
            "containers": list(containers),
            "by_address": True,
            "machines": list(machines),
            "after_leak": "keep",
            "return": "by_hand",
        },
        {},
        flows=_GROUPS,
    )
    accepted = {"accepted": True} if asked["data_schema"] else {}
    await client.continue_flow(asked, accepted, flows=_GROUPS)
    groups = await client.command("config_entries/subentries/list", entry_id=farm)
    found: str = next(each["subentry_id"] for each in groups if each["title"] == name)
    return found


async def remove_cooling_group(
    client: HomeAssistantClient, farm: str, group: str
) -> None:
    """Remove a group; what it keeps down is left to the user."""
    await client.command(
        "config_entries/subentries/delete", entry_id=farm, subentry_id=group
    )


async def arm_farm(client: HomeAssistantClient, armed: str) -> None:
    """Arm a farm by its switch, once that is there."""
    await client.until(
        client.states,
        lambda states: states.get(armed, {"state": ""})["state"] == "off",
    )
    await client.call_action("switch.turn_on", entity_id=armed)
