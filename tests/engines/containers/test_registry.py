"""Who is at an address, whoever made it, and what a second maker has to bring."""

from collections import Counter
from dataclasses import replace

import pytest

from custom_components.mining_farm.engines.containers import (
    MAKERS,
    AnswerLostError,
    ContainerError,
    DeadlineError,
    RefusedError,
    UnknownDeviceError,
    UnreachableError,
    connect,
    find,
    plant,
    registry,
)
from custom_components.mining_farm.engines.containers.antspace import Model

from .other_maker import COOLING_UNIT, OTHER, OtherDriver


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> OtherDriver:
    """A maker beside the others, whose one container is at `unit`, port 502."""
    driver = OtherDriver()
    maker = replace(OTHER, connect=driver.connect)
    monkeypatch.setattr(registry, "MAKERS", (*MAKERS, maker))
    return driver


def test_models_are_unique() -> None:
    """An entry stores the model alone, so that no two makers have the same."""
    models = Counter(table.model for maker in MAKERS for table in maker.plants)
    assert set(models.values()) == {1}
    assert models.keys() >= {*Model}


def test_a_model_that_no_maker_has() -> None:
    """It is a KeyError, for its table and for a client of it."""
    with pytest.raises(KeyError, match="hk9"):
        plant("hk9")
    with pytest.raises(KeyError, match="hk9"):
        connect(None, "10.99.0.1", 80, model="hk9")  # type: ignore[arg-type]


def test_a_model_is_read_by_its_maker(other: OtherDriver) -> None:
    """Each gets the client of the maker that lists it."""
    assert plant(COOLING_UNIT.model) is COOLING_UNIT
    driver = connect(None, "unit", 502, model=COOLING_UNIT.model)  # type: ignore[arg-type]
    assert driver is other
    antspace = connect(None, "10.99.0.1", 80, model=Model.HK3)  # type: ignore[arg-type]
    assert antspace.page == "http://10.99.0.1:80"


async def test_makers_are_tried_in_turn(
    other: OtherDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is no container of the first maker may be one of the second."""
    first = OtherDriver(UnknownDeviceError("no such answer"))
    makers = (replace(OTHER, ports=(80,), connect=first.connect), registry.MAKERS[-1])
    monkeypatch.setattr(registry, "MAKERS", makers)
    found = await find(None, "unit", None)  # type: ignore[arg-type]
    assert (found.host, found.port, found.table) == ("unit", 502, COOLING_UNIT)
    assert found.reading.model == COOLING_UNIT.model
    assert first.asked == [("unit", 80)]
    assert other.asked == [("unit", 502)]


async def test_a_given_port_is_the_only_one(
    other: OtherDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each maker is tried on it, and on no usual one."""
    monkeypatch.setattr(registry, "MAKERS", (registry.MAKERS[-1],))
    assert (await find(None, "unit", 5020)).port == 5020  # type: ignore[arg-type]
    assert other.asked == [("unit", 5020)]


SILENT = UnreachableError("no connection")
LOST = AnswerLostError("the connection broke")
LATE = DeadlineError("no answer")
FOREIGN = UnknownDeviceError("HTTP 404")
REFUSED = RefusedError("HTTP 500")


@pytest.mark.parametrize(
    ("errors", "raised"),
    [
        ((SILENT, SILENT), SILENT),
        ((SILENT, LOST), LOST),
        ((LATE, SILENT), LATE),
        ((LOST, FOREIGN), FOREIGN),
        ((REFUSED, LATE), REFUSED),
    ],
)
async def test_the_error_that_says_most_is_raised(
    errors: tuple[ContainerError, ...],
    raised: ContainerError,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An answer outweighs a lost one, and that outweighs silence."""
    makers = tuple(
        replace(OTHER, connect=OtherDriver(error).connect) for error in errors
    )
    monkeypatch.setattr(registry, "MAKERS", makers)
    with pytest.raises(ContainerError) as caught:
        await find(None, "unit", None)  # type: ignore[arg-type]
    assert caught.value is raised
