"""What Prometheus is told."""

from collections.abc import Sequence

from hypothesis import given, strategies as st
from prometheus_client.parser import text_string_to_metric_families

from apps.site_collector.engine import Failure, Known, MinerProfile, MinerSnapshot
from apps.site_collector.machine import Machine
from apps.site_collector.metrics import METRICS, Reading, exposition, labelled, render
from custom_components.mining_farm.engines.edge_collector import (
    BoardHealth,
    BoardStatus,
    Fan,
    Pool,
    Way,
)

from .stand_ins import Miner, machine

SNAPSHOT = MinerSnapshot(
    hashrate_ghs=100_000.0,
    ideal_hashrate_ghs=110_000.0,
    power_w=3250.0,
    boards=(
        BoardStatus(
            id=1, hashrate_ghs=33_000.0, temp_chip=71.0, status=BoardHealth.HEALTHY
        ),
        BoardStatus(id=2, hashrate_ghs=None, status=BoardHealth.CRITICAL),
    ),
    boards_healthy=1,
    boards_total=2,
    fans=(Fan(id="1", rpm=5400),),
    pools=(Pool(id=0, url="stratum+tcp://user:s3cret@pool.lan:3333", alive=True),),
    accepted=12,
    uptime_s=4000,
)
KNOWN = Known(way=Way("cgminer", 4028), profile=MinerProfile().learn(SNAPSHOT))

type Values = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def parsed(machines: Sequence[Machine]) -> Values:
    """Return the samples by name and labels."""
    text = b"".join(exposition(machines)).decode()
    found: Values = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = sample.name, tuple(sorted(sample.labels.items()))
            assert key not in found
            found[key] = sample.value
    return found


def read(snapshot: MinerSnapshot, number: int = 0) -> Machine:
    """Return a machine that was just read."""
    miner = Miner()
    miner.known = KNOWN
    made = machine(number, miner)
    made.note_reading(snapshot, 1.0)
    assert made.facts is not None
    made.lines = render(Reading(snapshot, made.profile, made.facts), made.ident)
    return made


def test_a_reading_in_base_units() -> None:
    """Hashes a second, watts, degrees Celsius, seconds."""
    values = parsed([read(SNAPSHOT)])
    who = ("miner", "10.0.0.1")
    assert values["miner_up", (who,)] == 1
    assert values["miner_hashrate_hashes_per_second", (who,)] == 1e14
    assert values["miner_power_watts", (who,)] == 3250
    assert values["miner_boards_healthy", (who,)] == 1
    assert values["miner_boards_expected", (who,)] == 2
    assert values["miner_shares_accepted_total", (who,)] == 12
    assert values["miner_state", (who, ("state", "degraded"))] == 1
    assert values["miner_problem", (who, ("reason", "board_critical"))] == 1
    assert values["miner_fan_speed_rpm", (("fan", "1"), who)] == 5400
    assert values["miner_board_healthy", (("board", "2"), who)] == 0
    board = (("board", "1"), who)
    assert values["miner_board_chip_temperature_celsius", board] == 71
    pool = (("address", "pool.lan:3333"), who, ("pool", "0"))
    assert values["miner_pool_alive", pool] == 1


def test_what_is_unknown_is_no_sample() -> None:
    """Neither zero nor an old value."""
    values = parsed([read(MinerSnapshot(hashrate_ghs=1.0))])
    names = {name for name, _ in values}
    assert "miner_power_watts" not in names
    assert "miner_chip_temperature_celsius" not in names
    unknown = parsed([read(MinerSnapshot(hashrate_ghs=float("nan")))])
    assert "miner_hashrate_hashes_per_second" not in {name for name, _ in unknown}


def test_a_silent_miner_has_but_that_it_is_down() -> None:
    """And what it is; one that was never asked not even that."""
    silent, waiting = read(SNAPSHOT), machine(1, Miner())
    silent.note_failure(Failure.TIMEOUT, 2.0)
    silent.lines = ()
    values = parsed([silent, waiting])
    assert {name for name, _ in values} == {"miner_up", "miner_info"}
    assert values["miner_up", (("miner", "10.0.0.1"),)] == 0
    assert ("miner_up", (("miner", "10.0.0.2"),)) not in values


def test_no_secret_of_a_pool_shows() -> None:
    """Its address is host and port."""
    assert b"s3cret" not in b"".join(exposition([read(SNAPSHOT)]))


def test_each_metric_has_its_name_once_and_its_unit() -> None:
    """As prometheus_client would have it."""
    names = [metric.name for metric in METRICS]
    assert len(set(names)) == len(names)
    assert all(
        metric.name.endswith("_total") == (metric.kind == "counter")
        for metric in METRICS
    )


@given(st.text())
def test_any_text_is_a_label(text: str) -> None:
    """Whatever a firmware calls itself."""
    line = f'# TYPE x gauge\nx{{a="1"{labelled(b=text)}}} 1.0\n'
    (family,) = text_string_to_metric_families(line)
    assert family.samples[0].labels["b"] == text


def test_a_hundred_thousand_samples_come_in_small_parts() -> None:
    """So that others have their turn in between."""
    machines = [read(SNAPSHOT, number) for number in range(6000)]
    parts = [*exposition(machines)]
    samples = sum(
        not line.startswith(b"#") for part in parts for line in part.splitlines()
    )
    assert samples > 100_000
    assert max(map(len, parts)) < 250_000
