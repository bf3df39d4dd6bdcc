"""What can happen to a simulated container's plant, on command."""

from collections.abc import Iterable, Mapping
import json
from typing import Any

from simulators.commands import command
from simulators.http import Wire

from .faults import Faults
from .living import LivingPlant
from .miners import Heaters
from .plant import Plant


class Accidents(Faults):
    """A plant, what it reports, and what befalls it; the faults of its controller too."""

    def __init__(self, plant: Plant, wire: Wire) -> None:
        """Let things happen to this plant and to answers on this wire."""
        super().__init__(wire)
        self._plant = plant

    @property
    def state(self) -> dict[str, Any]:
        """What `coolerState` reports now, wire key by wire key."""
        return self._plant.fields()

    @property
    def miner_info(self) -> dict[str, Any]:
        """What `minerInfo` reports now."""
        return self._plant.miner_info()

    @property
    def alarms(self) -> list[str]:
        """Fault bits that the plant has set."""
        return self._plant.alarms()

    def set_fields(self, fields: Mapping[str, Any]) -> None:
        """Let `coolerState` show these values; `minerInfo` is a key like others.

        Operations of the mock may change them again; a living plant keeps showing them
        until `release_fields`, whatever happens behind.
        """
        self._plant.set_fields(fields)

    def remove_fields(self, keys: Iterable[str]) -> None:
        """Leave keys out; ValueError when there is none of that name."""
        keys = tuple(keys)
        if unknown := set(keys) - self.state.keys():
            raise ValueError(f"no field {', '.join(sorted(unknown))}")
        self._plant.remove_fields(*keys)

    @command
    def set_field(self, key: str, value: str) -> None:
        """Show a value in JSON, or else a text, under any key."""
        try:
            content = json.loads(value)
        except ValueError:
            content = value
        self.set_fields({key: content})

    @command
    def remove_field(self, key: str) -> None:
        """Leave a key out."""
        self.remove_fields([key])

    @command
    def release_fields(self) -> None:
        """Show what is true again; the mock starts over."""
        self._plant.release_fields()

    @command
    def raise_alarm(self, key: str) -> None:
        """Set a fault bit; what it belongs to stops in a living plant."""
        if key == "disconnect":
            self._plant.disconnect()
        else:
            self._plant.raise_alarm(key)

    @command
    def clear_alarm(self, key: str) -> None:
        """Clear a fault bit."""
        if key == "disconnect":
            self._plant.connect()
        else:
            self._plant.clear_alarm(key)

    @command
    def leak(self) -> None:
        """Begin to lose liquid."""
        self._plant.leak()

    @command
    def stop_pump(self) -> None:
        """Let the pumps fail that keep the miners cool; a reset does not help."""
        self._plant.stop_pump()

    @command
    def disconnect(self) -> None:
        """Take the PLC from the controller: values stand still, writes do nothing."""
        self._plant.disconnect()

    @command
    def connect(self) -> None:
        """Give the PLC back."""
        self._plant.connect()

    @command
    def repair(self) -> None:
        """Mend leak, pumps and PLC; fault bits stay latched until a reset."""
        self._plant.repair()

    def hold(self, miners: Heaters) -> None:
        """Cool other miners from now on; ValueError of the documented mock."""
        self._alive().hold(miners)

    @command
    def set_load(self, kilowatts: float) -> None:
        """Change what all miners together draw while they hash."""
        if not kilowatts >= 0:
            raise ValueError(f"kilowatts must be 0 or more, not {kilowatts}")
        self._alive().set_load(kilowatts)

    @command
    def set_weather(self, celsius: float) -> None:
        """Change the temperature outside."""
        if not -60 <= celsius <= 60:
            raise ValueError(f"celsius must be from -60 to 60, not {celsius}")
        self._alive().set_weather(celsius)

    def _alive(self) -> LivingPlant:
        if not isinstance(self._plant, LivingPlant):
            raise ValueError("the documented mock has neither load nor weather")  # noqa: TRY004
        return self._plant
