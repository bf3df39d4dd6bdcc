"""Which collector has which machine, on every machine alike."""

from collections import Counter

from hypothesis import given, strategies as st
import pytest

from apps.site_collector.inventory import Place, Shard, Spot, expand, owner

ADDRESSES = [f"10.{a}.{b}.{c}" for a in range(2) for b in range(10) for c in range(250)]


@given(st.text(min_size=1), st.integers(1, 50))
def test_each_address_is_exactly_ones(address: str, count: int) -> None:
    """Whatever it looks like."""
    shards = [Shard(number=number, count=count) for number in range(count)]
    assert sum(shard.has(address) for shard in shards) == 1


@given(st.text(min_size=1), st.integers(1, 50))
def test_one_more_collector_takes_and_moves_nothing_else(
    address: str, count: int
) -> None:
    """A machine stays where it is, or goes to the new one."""
    assert owner(address, count + 1) in (owner(address, count), count)


def test_the_owner_never_changes() -> None:
    """Collectors of two versions divide a site in the same way."""
    owners = [owner(f"10.3.0.{number}", 4) for number in range(1, 13)]
    assert owners == [3, 1, 1, 2, 2, 2, 0, 0, 1, 1, 2, 3]


def test_shards_are_of_about_the_same_size() -> None:
    """So that none has twice the work of another."""
    sizes = Counter(owner(address, 8) for address in ADDRESSES)
    assert len(sizes) == 8
    assert max(sizes.values()) < 1.2 * min(sizes.values())


@pytest.mark.parametrize("text", ["", "1", "a/2", "2/2", "-1/2", "0/0", "0/1001", "/"])
def test_what_is_no_shard(text: str) -> None:
    """It is refused."""
    with pytest.raises(ValueError, match="K"):
        Shard.parse(text)


def test_a_shard_of_the_command_line() -> None:
    """Numbers from 0, as Kubernetes counts."""
    assert Shard.parse("3/4") == Shard(number=3, count=4)


def test_ranges_of_every_form() -> None:
    """As the scan of the edge collector takes them, more than one scan may have."""
    assert expand(["10.0.0.1 - 10.0.0.2, rack.lan", "fd00::1"]) == [
        *("10.0.0.1", "10.0.0.2", "rack.lan", "fd00::1"),
    ]
    assert len(expand([f"10.0.{number}.0/20" for number in range(0, 96, 16)])) == 24564


def test_addresses_with_a_port() -> None:
    """Two miners behind one address are two."""
    assert Spot(host="10.0.0.1", port=4029).address == "10.0.0.1:4029"
    assert Spot(host="fd00::1", port=80).address == "[fd00::1]:80"


def test_places_around_a_machine() -> None:
    """A level that has no name is no place; one without a building may be."""
    place = Place(building="A", container="A-3", rack="R1")
    assert place.at("container") == Place(building="A", container="A-3")
    assert place.at("rack") == place
    assert Place(container="C").at("building") is None
    assert Place(container="C").at("rack") is None
    assert [place.at(level) for level in ("site", "planet")] == [Place(), None]
    assert [each.ident for each in place.around()] == [
        *("site", "building--A"),
        "container--A--A-3",
        "rack--A--A-3--R1",
    ]
    assert Place(container="a b").ident != Place(container="a_b").ident
    assert Place(building="A--B").ident != Place(building="A", container="B").ident
    alike = Place(building="A", rack="R"), Place(container="A", rack="R")
    assert alike[0].ident != alike[1].ident
