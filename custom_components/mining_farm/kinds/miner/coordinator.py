"""Polls one miner and remembers what it consists of."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.update_coordinator import UpdateFailed

from ...common.coordinator import FarmCoordinator
from ...common.issues import raise_issue, withdraw_issues
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
from .const import CONF_PROFILE
from .data import miner_facts

type MinerConfigEntry = ConfigEntry[MinerCoordinator]

POLL_INTERVAL = timedelta(seconds=30)
ANOTHER_MINER = "another_miner"
"""The issue that another miner took over the address."""


class MinerCoordinator(FarmCoordinator[MinerSnapshot]):
    """Latest snapshot of a miner, and the profile that outlives it."""

    config_entry: MinerConfigEntry
    device_id: str

    def __init__(
        self, hass: HomeAssistant, entry: MinerConfigEntry, reader: Reader
    ) -> None:
        """Start from the stored profile, so that entities exist while the miner is off."""
        super().__init__(
            hass,
            entry,
            name=entry.title,
            interval=POLL_INTERVAL,
            known=CONF_PROFILE in entry.data,
        )
        self.reader = reader
        self.profile = MinerProfile.from_dict(entry.data.get(CONF_PROFILE, {}))

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
        entry = self.config_entry
        ours, theirs = self.profile.hardware_id, snapshot.hardware_id
        if not ours or not theirs or ours == theirs:
            withdraw_issues(self.hass, entry.entry_id, (ANOTHER_MINER,))
            return
        raise_issue(self.hass, entry, ANOTHER_MINER)
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
            data={**self.config_entry.data, CONF_PROFILE: asdict(profile)},
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
