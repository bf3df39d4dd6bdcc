"""Adding a rig of a simulated farm to a Home Assistant, as a user does."""

from dataclasses import dataclass
from typing import Any

from simulators.pool.simulator import ACCOUNT
from tests.harness import FlowError, HomeAssistantClient

DOMAIN = "mining_farm"
POOL = "2miners"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """A worker at the simulated pool, and the outlet that feeds it."""

    worker: str
    pool_url: str
    plug: str
    """Address of the plug or strip."""
    outlet: int = 1
    armed: bool = False
    on_delay: int = 5
    """Seconds without power in a restart."""
    miner_entry: str | None = None
    """Entry of the miner that is linked as a witness."""


async def add_rig(client: HomeAssistantClient, rig: Rig) -> dict[str, Any]:
    """Add a rig by its outlet's number; return the result of the flow.

    Raises:
        FlowError: A form found fault with an answer, or the flow ended too early.
    """
    form = await client.run_flow(
        DOMAIN,
        {"next_step_id": "rig"},
        {"status_api": POOL},
        {"wallet": ACCOUNT, "coin": "etc", "advanced": {"base_url": rig.pool_url}},
        {"worker_name": rig.worker},
        {"next_step_id": "rig_kasa"},
        {"host": rig.plug},
    )
    # Of a strip all outlets that feed no rig yet, of a plug its only one.
    ids = [value for value, _ in _options(form, "kasa_outlet_id")]
    suffix = f"{rig.outlet - 1:02}"
    (outlet,) = [id_ for id_ in ids if "_" not in id_ or id_.endswith(suffix)]
    form = await client.continue_flow(form, {"kasa_outlet_id": outlet})
    if form["step_id"] == "rig_miner":
        linked = {} if rig.miner_entry is None else {"miner_entry": rig.miner_entry}
        form = await client.continue_flow(form, linked)
    return await client.continue_flow(form, _policy(form, rig))


def _options(form: dict[str, Any], name: str) -> list[tuple[str, str]]:
    """Return values and labels of a list in a form."""
    for field in form.get("data_schema") or ():
        if field["name"] == name:
            options = field["selector"]["select"]["options"]
            return [(option["value"], option["label"]) for option in options]
    raise FlowError(form)


def _policy(form: dict[str, Any], rig: Rig) -> dict[str, Any]:
    """Return what the form of the policy proposes, but for what the rig wants."""
    if form.get("step_id") != "rig_policy":
        raise FlowError(form)
    answer: dict[str, Any] = {}
    for field in form["data_schema"]:
        if "schema" in field:
            answer[field["name"]] = _proposed(field["schema"])
        else:
            answer |= _proposed([field])
    answer["armed"] = rig.armed
    answer["advanced"]["power_cycle_on_delay"] = rig.on_delay
    return answer


def _proposed(fields: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the values that fields propose."""
    return {
        field["name"]: field["description"]["suggested_value"]
        for field in fields
        if "suggested_value" in field.get("description", {})
    }
