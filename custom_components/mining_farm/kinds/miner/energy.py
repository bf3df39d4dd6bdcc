"""Energy of a miner: by a meter where there is one, else by what it reports."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, override

from homeassistant.core import callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...common.energy import ENERGY, Draw, EnergySensor, sensor_draw
from ...common.members import RigFacts, async_members
from ...const import CONF_KIND, Kind
from .const import CONF_POWER_SENSOR
from .coordinator import MinerCoordinator
from .detail import Detail
from .entity import entity_adder

BY_SENSOR: Final = "sensor"
BY_PLUG: Final = "plug"
BY_REPORT: Final = "reported"


@callback
def async_add_energy(
    miner: MinerCoordinator, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the energy of a miner as soon as anything is known to measure its power."""
    if miner.detail is Detail.FARM:
        return
    entry = miner.config_entry
    add_entities = entity_adder(miner, async_add_entities)
    is_added = False

    @callback
    def add(entry_id: str | None = None) -> None:
        nonlocal is_added
        # Hundreds of others are heard each time that they are read.
        if is_added or (entry_id and _is_miner(miner, entry_id)):
            return
        if not (
            miner.profile.power
            or entry.options.get(CONF_POWER_SENSOR)
            or any(True for _ in plug_watts(miner))
        ):
            return
        is_added = True
        add_entities([MinerEnergySensor(miner)])

    miner.async_on_profile(lambda _miner: add())
    entry.async_on_unload(async_members(miner.hass).listen(add))


def plug_watts(miner: MinerCoordinator) -> Iterator[float]:
    """Yield what the plugs of rigs measure that are linked with a miner."""
    for member in async_members(miner.hass):
        # The facts of hundreds of miners take their time.
        rig = None if _is_miner(miner, member.entry_id) else member.facts()
        if (
            isinstance(rig, RigFacts)
            and rig.miner == miner.config_entry.entry_id
            and rig.power is not None
        ):
            yield rig.power


def _is_miner(miner: MinerCoordinator, entry_id: str) -> bool:
    entry = miner.hass.config_entries.async_get_entry(entry_id)
    return entry is not None and entry.data.get(CONF_KIND) == Kind.MINER


class MinerEnergySensor(EnergySensor[MinerCoordinator]):
    """Energy that the miner draws, and by which witness at the moment."""

    def __init__(self, miner: MinerCoordinator) -> None:
        """Take the miner."""
        super().__init__(miner, ENERGY)

    @override
    def _draw(self, now: datetime) -> Draw | None:
        return next(self._draws(now), None)

    def _draws(self, now: datetime) -> Iterator[Draw]:
        """Yield what is drawn by each witness that knows it, the best first."""
        miner = self.coordinator
        named = miner.config_entry.options.get(CONF_POWER_SENSOR)
        if named and (draw := sensor_draw(self.hass, named, now, BY_SENSOR)):
            yield draw
        for watts in plug_watts(miner):
            yield Draw(at=now, watts=watts, source=BY_PLUG)
        if miner.fresh and miner.last_seen and miner.data.power_w is not None:
            yield Draw(at=miner.last_seen, watts=miner.data.power_w, source=BY_REPORT)
