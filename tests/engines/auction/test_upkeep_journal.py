"""The journal of publications as a file."""

from pathlib import Path

import pytest

from custom_components.mining_farm.engines.auction.errors import JournalError
from custom_components.mining_farm.engines.auction.publish.journal import (
    FileJournal,
    ReadOnlyJournal,
)
from custom_components.mining_farm.engines.auction.publish.memory import (
    Intent,
    Refusal,
    UpkeepMemory,
)

MEMORY = UpkeepMemory(
    scope="here",
    intent=Intent(cause="c", payload=b"2;b;\xff", head=7, expires=39),
    settled_at=5,
    refusal=Refusal(cause="r", head=3, times=2),
)


def _names(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


@pytest.mark.parametrize("memory", [MEMORY, UpkeepMemory()])
async def test_what_was_saved_is_loaded(tmp_path: Path, memory: UpkeepMemory) -> None:
    """By another process, and bit for bit."""
    path = tmp_path / "journal.json"
    assert await FileJournal(path).load() is None
    await FileJournal(path).save({"scope": "before"})
    await FileJournal(path).save(memory.as_record())
    record = await FileJournal(path).load()
    assert record is not None
    assert UpkeepMemory.from_record(record) == memory
    assert _names(tmp_path) == ["journal.json"]


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"'])
async def test_a_damaged_file_is_no_empty_one(tmp_path: Path, text: str) -> None:
    """What cannot be read might record something that was sent."""
    path = tmp_path / "journal.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(JournalError, match=r"journal\.json is damaged"):
        await FileJournal(path).load()


@pytest.mark.parametrize(
    "record",
    [
        {},
        {**MEMORY.as_record(), "intent": {"cause": "c"}},
        {**MEMORY.as_record(), "refusal": {"more": 1}},
        {**MEMORY.as_record(), "refusal": {"cause": "c", "head": None, "times": 1}},
        {**MEMORY.as_record(), "settled_at": "5"},
        {
            **MEMORY.as_record(),
            "intent": {"cause": "c", "payload": "00", "head": 1, "expires": "2"},
        },
        {**MEMORY.as_record(), "scope": None},
    ],
)
def test_a_damaged_record(record: dict[str, object]) -> None:
    """Parts of a record are none."""
    with pytest.raises(JournalError, match="damaged"):
        UpkeepMemory.from_record(record)


async def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """An error, so that nothing is sent."""
    with pytest.raises(JournalError, match="cannot be written"):
        await FileJournal(tmp_path / "none" / "journal.json").save({})
    with pytest.raises(JournalError, match="cannot be read"):
        await FileJournal(tmp_path).load()


async def test_a_read_only_journal_writes_nothing(tmp_path: Path) -> None:
    """But sees what is there."""
    path = tmp_path / "journal.json"
    await ReadOnlyJournal(path).save(MEMORY.as_record())
    assert not path.exists()
    await FileJournal(path).save(MEMORY.as_record())
    assert await ReadOnlyJournal(path).load() == MEMORY.as_record()
