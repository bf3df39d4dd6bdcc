"""Which devices are taken back, and which stay though nobody is there."""

from pathlib import Path

import pytest

from apps.site_collector.announced import Announced
from apps.site_collector.inventory import Shard


@pytest.fixture
def announced(tmp_path: Path) -> Announced:
    """Return two machines and a place."""
    made = Announced(tmp_path, Shard())
    made.devices = {"SN1": "10.0.0.1", "10_0_0_2": "10.0.0.2", "site": ""}
    return made


def test_what_the_file_shows_no_more_is_taken_back(announced: Announced) -> None:
    """Once."""
    assert announced.gone({"10.0.0.2": None}) == ["SN1"]
    assert announced.gone({"10.0.0.2": None}) == []
    assert announced.gone_places([]) == ["site"]
    assert announced.devices == {"10_0_0_2": "10.0.0.2"}


def test_hardware_that_was_replaced_stays(announced: Announced) -> None:
    """It may stand elsewhere, and a user has named its entities."""
    shown = {"10.0.0.1": "SN9", "10.0.0.2": "10_0_0_2"}
    assert announced.gone(shown) == []
    assert announced.vacant({"SN9", "10_0_0_2"}) == ["SN1"]


def test_what_was_named_by_its_address_goes_when_its_hardware_is_known(
    announced: Announced,
) -> None:
    """Not while that is not known, as after a lost disk."""
    assert announced.gone({"10.0.0.1": "SN1", "10.0.0.2": None}) == []
    assert announced.gone({"10.0.0.1": "SN1", "10.0.0.2": "SN2"}) == ["10_0_0_2"]


def test_it_outlives_the_process(announced: Announced, tmp_path: Path) -> None:
    """Each collector has a file of its own; one that is broken is nothing."""
    announced.save()
    assert Announced(tmp_path, Shard()).devices == announced.devices
    assert Announced(tmp_path, Shard(number=1, count=2)).devices == {}
    (tmp_path / "announced-0.json").write_text("[1]")
    assert Announced(tmp_path, Shard()).devices == {}


def test_a_disk_that_is_full_ends_nothing(tmp_path: Path) -> None:
    """Devices may be left behind, no more."""
    (tmp_path / "folder").symlink_to("/dev/full/never")
    made = Announced(tmp_path / "folder", Shard())
    made.devices["SN1"] = "10.0.0.1"
    made.save()
    assert made.devices
