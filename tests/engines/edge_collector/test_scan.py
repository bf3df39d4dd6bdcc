"""Texts of addresses, and the scan of them over real sockets."""

import asyncio

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.engines.edge_collector import (
    MAX_TARGETS,
    Failure,
    MinerCollector,
    MinerError,
    MinerSnapshot,
    TargetError,
    TooManyTargetsError,
    async_identify,
    async_scan,
    parse_targets,
)


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("192.168.1.10", ["192.168.1.10"]),
        ("192.168.1.9-11", ["192.168.1.9", "192.168.1.10", "192.168.1.11"]),
        ("192.168.1.255 - 192.168.2.0", ["192.168.1.255", "192.168.2.0"]),
        ("10.0.0.0/30", ["10.0.0.1", "10.0.0.2"]),
        ("10.0.0.7/32", ["10.0.0.7"]),
        ("fd00::1-fd00::2", ["fd00::1", "fd00::2"]),
        ("Rig-1.lan, miner;10.0.0.1\n10.0.0.1", ["rig-1.lan", "miner", "10.0.0.1"]),
        ("", []),
    ],
)
def test_targets(text: str, hosts: list[str]) -> None:
    """Every form that people paste, in order and without repeats."""
    assert parse_targets(text) == hosts


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("10.0.0.1 10.0.0.256", "10.0.0.256"),
        ("10.0.0.5-4", "10.0.0.5-4"),
        ("10.0.0.1-256", "10.0.0.1-256"),
        ("10.0.0.1-fd00::1", "10.0.0.1-fd00::1"),
        ("10.0.0.0/33", "10.0.0.0/33"),
        ("-rig", "-rig"),
        ("http://10.0.0.1", "http://10.0.0.1"),
    ],
)
def test_what_is_no_target_is_named(text: str, part: str) -> None:
    """The error names the part to correct."""
    with pytest.raises(TargetError) as error:
        parse_targets(text)
    assert error.value.part == part


@pytest.mark.parametrize("text", ["10.0.0.0/8", "10.0.0.1-10.9.9.9", "fd00::/64"])
def test_a_scan_is_bounded(text: str) -> None:
    """A slip in a prefix scans no continent."""
    with pytest.raises(TooManyTargetsError):
        parse_targets(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing else than the two errors comes out."""
    try:
        hosts = parse_targets(text)
    except TargetError, TooManyTargetsError:
        return
    assert len(hosts) <= MAX_TARGETS


@pytest.mark.usefixtures("loopback")
async def test_scan_finds_what_answers() -> None:
    """Miners are found in the order of the text; the silent and the strange are not."""

    async def miner(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(
            b'{"STATUS":[{"STATUS":"S","Code":70,"Description":"cgminer 1.0.0"}],'
            b'"STATS":[{"Type":"Antminer S19"},{"chain_acn1":76,"GHS 5s":100.5}]}\0'
        )
        writer.close()

    async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    first = await asyncio.start_server(miner, "127.0.0.11", 0)
    port = first.sockets[0].getsockname()[1]
    second = await asyncio.start_server(web, "127.0.0.12", port)
    third = await asyncio.start_server(miner, "127.0.0.13", port)
    progress: list[float] = []
    async with first, second, third:
        found = await async_scan(
            parse_targets("127.0.0.13 127.0.0.10-12"), port, on_progress=progress.append
        )
    assert [(miner.host, miner.snapshot.hashrate_ghs) for miner in found] == [
        ("127.0.0.13", 100.5),
        ("127.0.0.11", 100.5),
    ]
    assert progress == [0.25, 0.5, 0.75, 1.0]


async def test_identifying_polls_once_more_for_a_missing_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A miner is named after its model, so one more poll is worth it; but only one."""
    answers = [MinerSnapshot(), MinerSnapshot(model="Whatsminer M30S")]

    async def async_poll(_self: MinerCollector) -> MinerSnapshot:
        return answers.pop(0)

    monkeypatch.setattr(MinerCollector, "async_poll", async_poll)
    assert (await async_identify("127.0.0.1")).snapshot.model == "Whatsminer M30S"
    answers.extend([MinerSnapshot(), MinerSnapshot()])
    assert (await async_identify("127.0.0.1")).snapshot.model is None
    assert answers == []


async def test_identifying_keeps_the_first_reading_when_the_second_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A miner that answered once is one, also without a model."""
    answers: list[MinerSnapshot | MinerError] = [
        MinerSnapshot(hashrate_ghs=5.0),
        MinerError(Failure.TIMEOUT, "late"),
    ]

    async def async_poll(_self: MinerCollector) -> MinerSnapshot:
        match answers.pop(0):
            case MinerError() as error:
                raise error
            case snapshot:
                return snapshot

    monkeypatch.setattr(MinerCollector, "async_poll", async_poll)
    assert (await async_identify("127.0.0.1")).snapshot.hashrate_ghs == 5.0
    assert answers == []
