"""A disk that may be slow, full, cut short in the middle of a write, or damaged."""

import asyncio
from collections.abc import Mapping
import copy
from dataclasses import dataclass, field
from random import Random
from typing import Any


@dataclass(kw_only=True)
class Disk:
    """Records by name; None for one that cannot be read."""

    random: Random
    records: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    full: bool = False
    damaged: bool = False
    """Both copies of some record were spoiled once."""
    process: int = 0

    async def async_read(self, name: str) -> dict[str, Any] | None:
        """Return a record; ValueError for one that is spoiled."""
        await asyncio.sleep(0.01)
        if name not in self.records:
            return None
        if (found := self.records[name]) is None:
            raise ValueError("spoiled")
        record = copy.deepcopy(found)
        record.pop("version", None)
        return record

    async def async_write(self, name: str, record: Mapping[str, Any]) -> None:
        """Store a record; OSError. One that is cut short leaves the copy spoiled, or as it was."""
        process = self.process
        try:
            await asyncio.sleep(self.random.choice([0.005, 0.02, 0.3]))
        except asyncio.CancelledError:
            if process != self.process and self.random.random() < 0.5:
                self.records[name] = None
            raise
        if self.full:
            raise OSError("full")
        self.records[name] = copy.deepcopy(dict(record))

    def spoil(self, *, both: bool) -> None:
        """Damage one copy of every record, or both of one."""
        names = sorted({name.removesuffix(".2") for name in self.records})
        if not names:
            return
        if both:
            name = self.random.choice(names)
            self.damaged = True
            for each in (name, f"{name}.2"):
                if each in self.records:
                    self.records[each] = None
            return
        for name in names:
            # The older of two copies: the other one is the state of things.
            copies = [
                (record.get("write", 0), each)
                for each in (name, f"{name}.2")
                if (record := self.records.get(each)) is not None
            ]
            if len(copies) == 2:
                self.records[min(copies)[1]] = None
