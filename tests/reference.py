"""The one place that knows `../shared/data`: captures and vectors of third parties.

They are no part of the repository. Each test that asks for them is skipped with a reason
where they are absent, and names its `twin`: a test of the same behaviour on data that the
project wrote itself. `scripts/check_twins.py` compares the two lists.
"""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any

import pytest

OTHER_CASES = "other cases of the same test"
_DATA = Path(__file__).parents[2] / "shared" / "data"


def reference(*parts: str) -> Path:
    """Return the path of a file or folder of the reference data; it may be absent."""
    return _DATA.joinpath(*parts)


def needs_reference(*parts: str) -> pytest.MarkDecorator:
    """Skip a test where a file or folder of the reference data is absent."""
    return pytest.mark.skipif(
        not reference(*parts).exists(),
        reason=f"../shared/data/{'/'.join(parts)} is not there",
    )


def twin(*tests: str) -> pytest.MarkDecorator:
    """Name the tests that prove the same without reference data.

    A bare name stands for a test of the same file, `tests/…/test_file.py::test_name` for
    one elsewhere, `OTHER_CASES` for the test's own parameters on our data. As
    `pytestmark` it holds for each test of the file on reference data.
    """
    return pytest.mark.twin(*tests)


def vectors(*parts: str) -> list[Any]:
    """Return the cases of a file as parameters; one skipped case where it is absent."""
    path = reference(*parts)
    if not path.exists():
        return [pytest.param({}, marks=needs_reference(*parts), id=path.stem)]
    cases: list[Mapping[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["id"]) for case in cases]
