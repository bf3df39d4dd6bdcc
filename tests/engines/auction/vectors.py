"""Golden vectors: what the reference makes of its inputs."""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "auction"


def vectors(name: str) -> list[Any]:
    """Return the cases of a file as parameters; one skipped case where it is absent."""
    path = FOLDER / f"{name}.json"
    if not path.exists():
        absent = pytest.mark.skip(reason="../shared/data/auction is not there")
        return [pytest.param({}, marks=absent, id=name)]
    cases: list[Mapping[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["id"]) for case in cases]
