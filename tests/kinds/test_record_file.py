"""Records on disk: what was written is read, and what is damaged is never nothing."""

from pathlib import Path

import pytest

from custom_components.mining_farm.common.record_file import (
    NOT_READ,
    NOT_WRITTEN,
    RecordFile,
)
from homeassistant.core import HomeAssistant


@pytest.fixture
def record_file(hass: HomeAssistant, tmp_path: Path) -> RecordFile:
    """Return a record in a Home Assistant that never wrote anything."""
    hass.config.config_dir = str(tmp_path)
    return RecordFile(hass, "rig.rig1")


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
