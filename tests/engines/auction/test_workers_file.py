"""The workers file: what it may say, and where a mistake is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from custom_components.mining_farm.engines.auction.errors import (
    AuctionError,
    WorkersFileError,
)
from custom_components.mining_farm.engines.auction.offer.workers_file import (
    WalletSettings,
    WorkersSource,
    parse_settings,
    read_workers_file,
)
from tests.reference import twin, vectors

HEAD = """\
# our farm
[bittensor]
network = "finney"
netuid = 89

[wallet]
name = "default"
hotkey_name = "aps"
directory = "~/wallets"

"""
GOOD = HEAD + '[workers]\nprice_multiplier = "0.98"\nhashrates = ["0.5"]\n'


def _write(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


@twin("test_settings", "test_a_mistake_is_reported_with_its_line")
@pytest.mark.parametrize("case", vectors("auction", "config.json"))
def test_reference_settings(case: Mapping[str, Any]) -> None:
    """A file loads where the reference loads it, and says the same."""
    text = case["input"]["toml"]
    if "error" in case:
        with pytest.raises(WorkersFileError):
            parse_settings(text)
        return
    read, expected = parse_settings(text), case["expected"]
    assert read.network == expected["bittensor"]["network"]
    assert read.netuid == int(expected["bittensor"]["netuid"])
    wallet = expected["wallet"]
    assert read.wallet.name == wallet["name"]
    assert read.wallet.hotkey == wallet["hotkey_name"]
    assert read.wallet.directory == Path(wallet["directory"]).expanduser()
    (only,) = read.sets
    assert only.price_multiplier == expected["price_multiplier"]
    assert (only.hashrates and [*only.hashrates]) == expected["hashrates"]
    assert only.sizes == expected["worker_sizes"]


@twin("test_three_ways_to_name_workers", "test_a_mistake_is_reported_with_its_line")
@pytest.mark.parametrize("case", vectors("auction", "commitment_from_config.json"))
def test_reference_commitment(case: Mapping[str, Any], tmp_path: Path) -> None:
    """The commitment of a file is the reference's, or there is none in both."""
    path = _write(tmp_path, case["input"]["toml"])
    version_1 = (case["input"]["APS_MINER_ALLOW_V1"] or "").strip().lower() in {
        "1",
        "true",
        "yes",
        "on",
    }
    if "error" in case:
        with pytest.raises(WorkersFileError):
            read_workers_file(path, version_1=version_1)
        return
    offer = read_workers_file(path, version_1=version_1).offer
    assert offer.payload.decode() == case["expected"]["compact"]
    assert len(offer.payload) == case["expected"]["bytes"]


def test_settings() -> None:
    """What stands in the file, the home directory expanded."""
    read = parse_settings(GOOD)
    assert (read.network, read.netuid) == ("finney", 89)
    assert read.wallet == WalletSettings(
        name="default", hotkey="aps", directory=Path("~/wallets").expanduser()
    )
    (only,) = read.sets
    assert only.price_multiplier == "0.98"
    assert (only.hashrates, only.sizes) == (("0.5",), None)


@pytest.mark.parametrize(
    ("workers", "payload"),
    [
        ('hashrates = ["1.37"]', b"2;b;BTC,0.98=0.05:1,0.42:1,0.45:2"),
        ('hashrates = { "0.25" = 4 }', b"2;b;BTC,0.98=0.25:4"),
        (
            'worker_sizes = { "0.10" = 4, ".1" = 1, "0.45" = 2 }',
            b"2;b;BTC,0.98=0.1:5,0.45:2",
        ),
    ],
)
def test_three_ways_to_name_workers(
    tmp_path: Path, workers: str, payload: bytes
) -> None:
    """A list is split, tables are taken as they are."""
    text = f'{HEAD}[workers]\nprice_multiplier = "0.98"\n{workers}\n'
    file = read_workers_file(_write(tmp_path, text))
    assert file.offer.payload == payload
    assert file.settings.wallet.directory == Path("~/wallets").expanduser()


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (GOOD.replace("netuid = 89", "netuid ="), 4, "value"),
        (GOOD.replace("netuid = 89", "netuid = -1"), 4, "65535"),
        (GOOD.replace("netuid = 89", "netuid = 89\nport = 5"), 5, "port is not known"),
        (GOOD.replace('name = "default"', "name = 5"), 7, "quotes"),
        (GOOD.replace('hotkey_name = "aps"\n', ""), 6, "hotkey_name is missing"),
        (GOOD.replace('"0.98"', "0.98"), 12, "price_multiplier is not in quotes"),
        (GOOD.replace('"0.98"', '"a"'), 12, "price multiplier"),
        (GOOD.replace('price_multiplier = "0.98"\n', ""), 11, "price_multiplier"),
        (GOOD.replace('["0.5"]', '[\n  "0.5",\n  "x",\n]'), 15, "'x'"),
        (GOOD.replace('["0.5"]', '[\n  "0.5",\n  "0.04",\n]'), 15, "'0.04'"),
        (GOOD.replace('["0.5"]', "[\n  0.5,\n]"), 14, "in quotes"),
        (GOOD.replace('["0.5"]', '["460"]'), 13, "1000"),
        (GOOD.replace('["0.5"]', "[]"), 13, "hashrates is empty"),
        (GOOD.replace('["0.5"]', "{}"), 13, "hashrates is empty"),
        (GOOD.replace('["0.5"]', "5"), 13, "a list or a table"),
        (GOOD.replace('["0.5"]', '{ "0.1" = "many" }'), 13, "no count"),
        (GOOD.replace('["0.5"]', '{ "0.1" = 0 }'), 13, "below 1"),
        (GOOD.replace('["0.5"]', '{ "0.1" = 1001 }'), 13, "1000"),
        (GOOD + 'worker_sizes = { "0.1" = 1 }\n', 14, "exactly one"),
        (HEAD + '[workers]\nprice_multiplier = "1"\n', 11, "exactly one"),
        (
            HEAD
            + '[workers]\nprice_multiplier = "1"\n[workers.worker_sizes]\n'
            + '"0.1" = 1\n"0.5" = 2\n',
            15,
            "0.45",
        ),
        (
            HEAD
            + '[workers]\nprice_multiplier = "1"\n[workers.worker_sizes]\n'
            + '"0.1" = 1\n"0.04" = 2\n',
            15,
            "0.05",
        ),
        (HEAD, None, "[workers] is missing"),
    ],
)
def test_a_mistake_is_reported_with_its_line(
    tmp_path: Path, text: str, line: int | None, reason: str
) -> None:
    """The error names the line to correct."""
    with pytest.raises(WorkersFileError) as raised:
        read_workers_file(_write(tmp_path, text))
    assert (raised.value.line, reason in str(raised.value)) == (line, True), (
        raised.value
    )


def test_version_1_lists_whole_hashrates(tmp_path: Path) -> None:
    """For networks before their switch: a list is not cut; a table is version 2."""
    path = _write(tmp_path, GOOD.replace('["0.5"]', '["1.5", "0.5", "0.50"]'))
    offer = read_workers_file(path, version_1=True).offer
    assert offer.payload == b"1;b;0.98=0.5,0.5,1.5"
    assert offer.sets[0].sizes == {"0.5": 2, "1.5": 1}
    path = _write(tmp_path, GOOD.replace('["0.5"]', '{ "0.25" = 4 }'))
    offer = read_workers_file(path, version_1=True).offer
    assert offer.payload == b"2;b;BTC,0.98=0.25:4"


def test_files_that_are_none(tmp_path: Path) -> None:
    """Missing, binary and oversized files are reported as such."""
    with pytest.raises(WorkersFileError, match="cannot be read"):
        read_workers_file(tmp_path / "none.toml")
    path = tmp_path / "config.toml"
    path.write_bytes(b"# one\n\xff\n")
    with pytest.raises(WorkersFileError, match="line 2: is not UTF-8"):
        read_workers_file(path)
    path.write_bytes(b"#" * 2_000_000)
    with pytest.raises(WorkersFileError, match="larger than"):
        read_workers_file(path)


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ('"~/wallets"', '"~nobody-of-that-name/wallets"', 9),
        ('"0.98"', "9" * 5000, None),
        ('["0.5"]', "[" * 5000 + "]" * 5000, None),
    ],
    ids=["home", "digits", "brackets"],
)
def test_what_python_itself_refuses(
    tmp_path: Path, before: str, after: str, line: int | None
) -> None:
    """A mistake like any other, which ends no watch."""
    source = WorkersSource(_write(tmp_path, GOOD))
    good = source.read().in_force
    _write(tmp_path, GOOD.replace(before, after))
    reading = source.read()
    assert reading.problem is not None
    assert reading.problem.line == line
    assert reading.in_force is good


def test_too_long_a_commitment_is_the_file_s_mistake(tmp_path: Path) -> None:
    """More sizes than 128 bytes hold are an error before anything is published."""
    sizes = ", ".join(f'"0.{number}" = 100' for number in range(1001, 1025))
    text = f'{HEAD}[workers]\nprice_multiplier = "1"\nworker_sizes = {{ {sizes} }}\n'
    with pytest.raises(WorkersFileError):
        read_workers_file(_write(tmp_path, text))
    few = ", ".join(f'"0.{number}" = 10' for number in range(1001, 1025))
    with pytest.raises(WorkersFileError, match=r"line 13: .*128"):
        read_workers_file(_write(tmp_path, text.replace(sizes, few)))


def test_a_broken_edit_keeps_the_last_good(tmp_path: Path) -> None:
    """What was in force stays, the problem is reported, and a repair is seen."""
    path = _write(tmp_path, GOOD)
    source = WorkersSource(path)
    first = source.read()
    assert first.problem is None
    assert first.in_force is not None
    _write(tmp_path, GOOD.replace('["0.5"]', '["0.5"'))
    broken = source.read()
    assert broken.in_force == first.in_force
    assert broken.problem is not None
    assert broken.problem.line is not None
    path.unlink()
    assert source.read().in_force == first.in_force
    _write(tmp_path, GOOD.replace("0.5", "0.4"))
    repaired = source.read()
    assert repaired.problem is None
    assert repaired.in_force is not None
    assert repaired.in_force.offer.payload == b"2;b;BTC,0.98=0.4:1"


def test_a_file_broken_from_the_start(tmp_path: Path) -> None:
    """Nothing is in force before a good file was seen."""
    reading = WorkersSource(tmp_path / "none.toml").read()
    assert reading.in_force is None
    assert isinstance(reading.problem, AuctionError)
