"""What is kept in a store: read where it can be, else set aside and never fatal."""

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from custom_components.mining_farm.common.kept import KeptStore
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store


@pytest.fixture
def store(hass: HomeAssistant, tmp_path: Path) -> KeptStore:
    """Return a store in an empty folder."""
    hass.config.config_dir = str(tmp_path)
    return KeptStore(hass, "test.one", 1)


def files(tmp_path: Path) -> list[str]:
    """Return the files in the storage."""
    return sorted(path.name for path in (tmp_path / ".storage").iterdir())


type Kept = dict[str, Any]


def write(tmp_path: Path, storage: Kept, version: int = 1) -> str:
    """Write a record where tests' Home Assistant reads it, and as a file; return that."""
    folder = tmp_path / ".storage"
    folder.mkdir()
    storage["mining_farm.test.one"] = {
        "version": version,
        "minor_version": 1,
        "key": "mining_farm.test.one",
        "data": {"a": 1},
    }
    text = json.dumps(storage["mining_farm.test.one"])
    (folder / "mining_farm.test.one").write_text(text)
    return text


def test_it_is_for_its_owner_alone(store: KeptStore) -> None:
    """Nothing else on the machine reads it, and none is written half."""
    kept = vars(store)
    assert kept["_private"] is True
    assert kept["_atomic_writes"] is True


async def test_what_can_be_used_stays(
    store: KeptStore, tmp_path: Path, hass_storage: Kept
) -> None:
    """A record that was read is not touched."""
    write(tmp_path, hass_storage)
    read: list[dict[str, Any]] = []

    def take(kept: dict[str, Any]) -> bool:
        read.append(kept)
        return True

    assert await store.async_load_readable(take) is None
    assert read == [{"a": 1}]
    assert files(tmp_path) == ["mining_farm.test.one"]


def _raise(_kept: dict[str, Any]) -> bool:
    raise KeyError("b")


@pytest.mark.parametrize("read", [_raise, lambda _: False], ids=["raises", "in part"])
async def test_what_cannot_is_set_aside(
    store: KeptStore, tmp_path: Path, hass_storage: Kept, read: Any
) -> None:
    """Its whole content is kept under a name that is returned; removal takes it along."""
    content = write(tmp_path, hass_storage)
    aside = await store.async_load_readable(read)
    assert aside is not None
    assert aside.startswith(".storage/mining_farm.test.one.corrupt-")
    assert (tmp_path / aside).read_text() == content
    assert len(files(tmp_path)) == 1
    await store.async_remove()
    assert files(tmp_path) == []


@pytest.mark.usefixtures("store")
async def test_a_newer_version_is_set_aside(
    hass: HomeAssistant, tmp_path: Path, hass_storage: Kept
) -> None:
    """As after a downgrade."""
    write(tmp_path, hass_storage, version=2)
    aside = await KeptStore(hass, "test.one", 1).async_load_readable(lambda _: True)
    assert aside is not None
    assert '"version": 2' in (tmp_path / aside).read_text()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO])
@pytest.mark.parametrize("place", ["write", "folder"])
async def test_a_disk_that_takes_nothing_is_said(
    store: KeptStore,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    code: int,
    place: str,
) -> None:
    """Through every way to write; what was there before stays, and the next one is good.

    However often it fails, it is logged once.
    """

    async def write(store: Store[Any], data: dict[str, Any]) -> None:
        """Write for real: tests' Home Assistant keeps its stores in memory."""
        await store.hass.async_add_executor_job(store._write_data, data)  # noqa: SLF001

    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    said: list[Exception | None] = []
    store.on_written = said.append
    target = "homeassistant.util.file.AtomicWriter.open"
    if place == "folder":
        target = "homeassistant.helpers.storage.os.makedirs"
    with monkeypatch.context() as real:
        real.setattr(Store, "_async_write_data", write)
        await store.async_save({"number": 1})
        with monkeypatch.context() as full:
            full.setattr(target, fail)
            await store.async_save({"number": 2})
            await store.async_save({"number": 2})
        logged = [one for one in caplog.messages if "could not be written" in one]
        assert len(logged) == 1
        assert os.strerror(code) in str(said[-1])
        assert kept_data(store) == {"number": 1}
        await store.async_save({"number": 3})
    assert [error is None for error in said] == [True, False, False, True]
    assert kept_data(store) == {"number": 3}


def kept_data(store: KeptStore) -> Any:
    """Return what is in the file, which has to be its owner's alone."""
    path = Path(store.path)
    assert path.stat().st_mode & 0o777 == 0o600
    return json.loads(path.read_text())["data"]
