"""Rounds in which Home Assistant is killed while a leak stops what a container cools."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, override

from simulators.antspace import AntspaceSimulator
from simulators.kasa import KasaSimulator
from simulators.pool import PoolSimulator

from .client import HomeAssistantClient
from .containers import add_container
from .farms import add_cooling_group, arm_farm, remove_cooling_group
from .process import HomeAssistantProcess
from .stop_proof import SPAN, WORKERS, StopProof

GROUP = "Loop"
LEAK = "leakage_fault"
LEAST_OFF = timedelta(seconds=11)
"""How long an outlet is off before it may be turned on, and a moment more."""
SECOND_READING = 2.0
"""Seconds after the first one that shows the leak."""


class InterlockProof(StopProof):
    """A container leaks; while it does not answer after the kill, the latch stands alone.

    A release would have to prove its cooling for five minutes: in its place the group is
    removed, which leaves the machines to the user, and he starts them.
    """

    latch = f"binary_sensor.hall_{GROUP.lower()}_latched"

    def __init__(
        self,
        home_assistant: HomeAssistantProcess,
        strip: KasaSimulator,
        pools: PoolSimulator,
        container: AntspaceSimulator,
        *,
        seed: int,
    ) -> None:
        """Take a Home Assistant that runs, and simulators that run."""
        super().__init__(home_assistant, strip, pools, seed=seed)
        self._container = container
        self._container_entry = ""
        self._group = ""

    @override
    async def prepare(self) -> None:
        # Cooling runs, so that the leak alone is a cause.
        self._container.set_fields({"circulating_pump": True})
        # Before its farm, which then knows it from the start.
        async with self._home_assistant.connect() as client:
            added = await add_container(client, self._container, "North")
        self._container_entry = added["result"]["entry_id"]
        await super().prepare()

    @override
    async def _async_prepare(self, client: HomeAssistantClient) -> None:
        await arm_farm(client, "switch.hall_armed")
        await self._async_add_group(client)

    async def _async_add_group(self, client: HomeAssistantClient) -> None:
        self._group = await add_cooling_group(
            client, self._farm, GROUP, [self._container_entry], self._rigs
        )
        await self._until(client, stopped=False)
        await self._home_assistant.until(self._is_saved)

    @override
    async def _async_stop(self, client: HomeAssistantClient) -> None:
        self._container.raise_alarm(LEAK)

    @override
    async def _async_moment(self) -> float:
        """Return the seconds since the first reading of the leak."""
        seen = len(self._container.requests)
        await self._home_assistant.until(lambda: len(self._container.requests) > seen)
        after = self._random.uniform(0, SECOND_READING + SPAN)
        await asyncio.sleep(after)
        # Whatever stands after the start, it does not come from a reading.
        self._container.refuse()
        return after

    @override
    def _is_on_disk(self) -> bool:
        group = self._record().get("groups", {}).get(self._group, {})
        return group.get("kind") is not None

    @override
    def _is_saved(self) -> bool:
        stored = self._home_assistant.stored("core.config_entries")
        groups = {
            group["subentry_id"]
            for entry in stored.get("entries", ())
            for group in entry["subentries"]
        }
        wanted = {self._group} if self._group else set[str]()
        return super()._is_saved() and wanted <= groups & self._groups_of_latches()

    def _groups_of_latches(self) -> set[str]:
        """Return whose the latch is on disk; one of a group that is gone keeps its id."""
        stored = self._home_assistant.stored("core.entity_registry")
        return {
            entity["config_subentry_id"]
            for entity in stored.get("entities", ())
            if entity["entity_id"] == self.latch
        }

    @override
    async def _async_goes_on(self, client: HomeAssistantClient) -> bool:
        """It leaks on, and is seen again."""
        self._container.restore()
        await self._until(client, stopped=True)
        return True

    @override
    async def _async_let_go(self, client: HomeAssistantClient) -> None:
        self._container.clear_alarm(LEAK)
        await remove_cooling_group(client, self._farm, self._group)
        await client.until(client.states, lambda states: states.get(self.latch) is None)
        await client.until(client.states, _are_left_to_user)
        for worker in WORKERS:
            await client.call_action(
                "switch.turn_on", entity_id=f"switch.{worker}_power"
            )
        await self._async_add_group(client)


def _are_left_to_user(states: dict[str, Any]) -> bool:
    """Return whether all are his, and have been off for their pause.

    A rig is busy until it is read back that it is off.
    """
    switches = (states.get(f"switch.{worker}_power", {}) for worker in WORKERS)
    held = states.get("sensor.hall_machines_kept_down", {}).get("attributes", {})
    rested = datetime.now(UTC) - LEAST_OFF
    return held.get("user") == len(WORKERS) and all(
        each.get("state") == "off"
        and datetime.fromisoformat(each["last_changed"]) < rested
        for each in switches
    )
