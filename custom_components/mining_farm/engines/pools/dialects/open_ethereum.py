"""What the pools built on open-ethereum-pool have in common (storage/redis.go)."""

from typing import Any

from ..models import WorkerReport
from ..rows import Row, read_named
from ..values import epoch, inverted, number


def read_workers(value: object) -> list[Row]:
    """Return workers from an object by name; null and an empty array are none."""
    return read_named(value or {}, _worker)


def _worker(name: str, row: dict[str, Any]) -> WorkerReport:
    return WorkerReport(
        name=name,
        last_share=epoch(row.get("lastBeat")),
        flag=inverted(row.get("offline")),
        hashrate_hs=number(row.get("hr")),
    )
