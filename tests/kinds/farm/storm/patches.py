"""What the product takes from outside: a driven clock, and a disk of ours."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from custom_components.mining_farm.common import power_ups, record_file, stopping
from custom_components.mining_farm.kinds.farm import group as group_module, group_timing
from homeassistant.core import HomeAssistant

from .disk import Disk
from .driven import DrivenLoop
from .world import AT_ONCE


@contextmanager
def patched(loop: DrivenLoop) -> Iterator[list[Disk]]:
    """Let the product live by a loop's time, and on disks; the last of the list counts."""
    disks: list[Disk] = []

    class Record:
        def __init__(self, _hass: HomeAssistant, name: str, version: int) -> None:
            self._name, self._disk = name, disks[-1]
            self._process = self._disk.process

        async def async_read(self) -> dict[str, Any] | None:
            return await self._disk.async_read(self._name)

        async def async_write(self, record: Mapping[str, Any]) -> None:
            if self._process != self._disk.process:
                raise OSError("of a process that has ended")
            await self._disk.async_write(self._name, record)

        async def async_set_aside(self) -> str | None:
            return None

        async def async_remove(self) -> None:
            self._disk.records.pop(self._name, None)

    class Time:
        monotonic = staticmethod(loop.time)

    with ExitStack() as stack:
        for target, name, new in (
            ("homeassistant.util.dt", "utcnow", lambda: loop.wall),
            (group_module.__name__, "monotonic", loop.time),
            (power_ups.__name__, "time", Time),
            (record_file.__name__, "RecordFile", Record),
            (stopping.__name__, "SWITCHED_AT_ONCE", AT_ONCE),
            # Looked at less often, so that an hour costs less.
            (group_timing.__name__, "LOOK_SOON_S", 5.0),
        ):
            stack.enter_context(patch(f"{target}.{name}", new))
        yield disks
