"""Records on disk: what was written is read, and what is damaged is never nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.mining_farm.common.record_file import (
    NOT_READ,
    NOT_WRITTEN,
    RecordFile,
    RecordPair,
)
from homeassistant.core import HomeAssistant


@pytest.fixture
def record_file(hass: HomeAssistant, tmp_path: Path) -> RecordFile:
    """Return a record in a Home Assistant that never wrote anything."""
    hass.config.config_dir = str(tmp_path)
    return RecordFile(hass, "rig.rig1", 1)


async def test_what_was_written_is_read(
    record_file: RecordFile, tmp_path: Path
) -> None:
    """A record comes back, for nobody else to read, until it is removed."""
    assert await record_file.async_read() is None
    await record_file.async_write({"seen": True})
    assert await record_file.async_read() == {"seen": True}
    (file,) = (tmp_path / ".storage").iterdir()
    assert file.name == "mining_farm.rig.rig1"
    assert file.stat().st_mode & 0o077 == 0
    await record_file.async_remove()
    await record_file.async_remove()
    assert await record_file.async_read() is None


@pytest.mark.parametrize("text", ["", "{", "null", "[]", "\udcff"])
async def test_damage_is_not_nothing(
    record_file: RecordFile, tmp_path: Path, text: str
) -> None:
    """A file without a record in it is an error: it may have held one."""
    (tmp_path / ".storage").mkdir()
    file = tmp_path / ".storage" / "mining_farm.rig.rig1"
    file.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(NOT_READ):
        await record_file.async_read()


async def test_what_is_not_on_disk_is_told(
    record_file: RecordFile, tmp_path: Path
) -> None:
    """A file in the place of the folder: nothing can be written."""
    (tmp_path / ".storage").write_text("")
    with pytest.raises(NOT_WRITTEN):
        await record_file.async_write({})


@pytest.fixture
def pair(hass: HomeAssistant, tmp_path: Path) -> RecordPair:
    """Return two copies in a Home Assistant that never wrote anything."""
    hass.config.config_dir = str(tmp_path)
    return RecordPair(hass, "rig.rig1", 1)


async def test_the_newer_copy_is_read(
    hass: HomeAssistant, pair: RecordPair, tmp_path: Path
) -> None:
    """Each write spares the copy of the write before, also after a restart."""
    assert await pair.async_read() is None
    for number in range(3):
        await pair.async_write({"number": number})
    again = RecordPair(hass, "rig.rig1", 1)
    record = await again.async_read()
    assert record is not None
    assert record["number"] == 2
    await again.async_write({"number": 3})
    texts = [file.read_text() for file in (tmp_path / ".storage").iterdir()]
    assert sorted(json.loads(text)["number"] for text in texts) == [2, 3]
    await again.async_remove()
    assert list((tmp_path / ".storage").iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "null", "[]", '{"write": "x"}'])
async def test_one_damaged_copy_loses_one_write(
    hass: HomeAssistant, pair: RecordPair, tmp_path: Path, text: str
) -> None:
    """The other one is read; both damaged are not nothing."""
    for number in range(2):
        await pair.async_write({"number": number})
    folder = tmp_path / ".storage"
    (folder / "mining_farm.rig.rig1.2").write_text(text)
    record = await RecordPair(hass, "rig.rig1", 1).async_read()
    assert record is not None
    assert record["number"] == 0
    (folder / "mining_farm.rig.rig1").write_text(text)
    with pytest.raises(NOT_READ):
        await RecordPair(hass, "rig.rig1", 1).async_read()


async def test_a_single_record_of_before_is_the_first_copy(
    hass: HomeAssistant, record_file: RecordFile
) -> None:
    """It is read, and spared by the first write."""
    await record_file.async_write({"number": 7})
    pair = RecordPair(hass, "rig.rig1", 1)
    assert await pair.async_read() == {"number": 7}
    await pair.async_write({"number": 8})
    assert await record_file.async_read() == {"number": 7}


async def test_a_record_of_a_newer_version_is_refused_with_words(
    hass: HomeAssistant, pair: RecordPair, tmp_path: Path
) -> None:
    """Also where the other copy could be read: that is of before."""
    await pair.async_write({"number": 1})
    assert await RecordPair(hass, "rig.rig1", 2).async_read() is not None
    await RecordPair(hass, "rig.rig1", 2).async_write({"number": 2})
    with pytest.raises(NOT_READ, match="version 2, and this one knows 1"):
        await RecordPair(hass, "rig.rig1", 1).async_read()
    versions: tuple[Any, ...] = (0, -1, True, "1", None, [], 1.5)
    for version in versions:
        text = json.dumps({"version": version, "number": 3})
        for name in ("mining_farm.rig.rig1", "mining_farm.rig.rig1.2"):
            (tmp_path / ".storage" / name).write_text(text)
        with pytest.raises(NOT_READ):
            await RecordPair(hass, "rig.rig1", 1).async_read()


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 200_000])
async def test_brackets_without_end_are_damage(
    record_file: RecordFile, tmp_path: Path, text: str
) -> None:
    """As is all else that cannot be taken apart."""
    (tmp_path / ".storage").mkdir()
    (tmp_path / ".storage" / "mining_farm.rig.rig1").write_text(text)
    with pytest.raises(NOT_READ):
        await record_file.async_read()
