"""Polls one miner and remembers what it consists of."""

from collections.abc import Callable
from datetime import timedelta
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.update_coordinator import UpdateFailed

from ...common.coordinator import FarmCoordinator
from ...common.members import MinerFacts
from ...const import DOMAIN
from ...engines.edge_collector import (
    MinerError,
    MinerProfile,
    MinerSnapshot,
    RateUnit,
    Reader,
    display_unit,
)
from .data import miner_facts
from .issues import async_update_issues
from .stored import profile_data, stored_profile

type MinerConfigEntry = ConfigEntry[MinerCoordinator]

POLL_INTERVAL = timedelta(seconds=30)


class MinerCoordinator(FarmCoordinator[MinerSnapshot]):
    """Latest snapshot of a miner, and the profile that outlives it."""

    config_entry: MinerConfigEntry
    device_id: str

    def __init__(
        self, hass: HomeAssistant, entry: MinerConfigEntry, reader: Reader
    ) -> None:
        """Start from the stored profile, so that entities exist while the miner is off."""
        profile = stored_profile(entry.data)
        super().__init__(
            hass,
            entry,
            name=entry.title,
            interval=POLL_INTERVAL,
            known=profile is not None,
        )
        self.reader = reader
        self.profile = profile or MinerProfile()

    @property
    def rate_unit(self) -> RateUnit:
        """Unit in which the hashrates of this miner are shown."""
        return display_unit(self.profile.algorithm)

    @override
    async def _async_poll(self) -> MinerSnapshot:
        try:
            snapshot = await self.reader.async_poll()
        except MinerError as err:
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key=f"miner_{err.failure}",
                translation_placeholders={"detail": str(err)},
            ) from err
        self._refuse_another_miner(snapshot)
        self._learn(snapshot)
        return snapshot

    def _refuse_another_miner(self, snapshot: MinerSnapshot) -> None:
        """Keep the readings of a miner that took over the address out of the history."""
        ours, theirs = self.profile.hardware_id, snapshot.hardware_id
        another = bool(ours and theirs and ours != theirs)
        async_update_issues(self.hass, self.config_entry, another_miner=another)
        if another:
            raise UpdateFailed(
                translation_domain=DOMAIN, translation_key="miner_another_miner"
            )

    def _learn(self, snapshot: MinerSnapshot) -> None:
        profile = self.profile.learn(snapshot)
        if profile != self.profile or not self.known:
            self._store(profile)

    @callback
    def forget_board(self, board_id: int) -> None:
        """No longer expect a hashboard."""
        self._store(self.profile.without_board(board_id))
        self.hass.config_entries.async_schedule_reload(self.config_entry.entry_id)

    def _store(self, profile: MinerProfile) -> None:
        self.profile = profile
        self.known = True
        self.hass.config_entries.async_update_entry(
            self.config_entry,
            data={**self.config_entry.data, **profile_data(profile)},
        )

    def facts(self) -> MinerFacts:
        """Return what other entries may know of the miner."""
        return miner_facts(self.data if self.fresh else None, last_seen=self.last_seen)

    @callback
    def async_on_profile(self, on_profile: Callable[[MinerProfile], None]) -> None:
        """Call with the profile now and whenever it has changed."""
        last = self.profile
        on_profile(last)

        @callback
        def changed() -> None:
            nonlocal last
            if self.profile != last:
                last = self.profile
                on_profile(last)

        self.config_entry.async_on_unload(self.async_add_listener(changed))
