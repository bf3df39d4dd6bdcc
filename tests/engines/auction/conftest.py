"""What runs only when asked for."""

import pytest


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Skip, and say so, what takes the solvers minutes; `-m golden_slow` runs it."""
    if "golden_slow" in config.getoption("markexpr", ""):
        return
    skip = pytest.mark.skip(reason="minutes of solving: pytest -m golden_slow")
    for item in items:
        if item.get_closest_marker("golden_slow"):
            item.add_marker(skip)
