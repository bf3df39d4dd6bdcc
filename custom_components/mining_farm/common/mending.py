"""Entries whose data or options cannot be used: refused with words, or mended."""

from pathlib import Path
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryError, ConfigEntryNotReady
from homeassistant.helpers.json import save_json
from homeassistant.helpers.storage import STORAGE_DIR

from ..const import DOMAIN, LOGGER
from .issues import DISK, raise_issue, raise_notice, withdraw_issues
from .kept import aside_name, remove_aside
from .record_file import NOT_WRITTEN
from .stored_shape import StoredShape, unusable, usable

UNUSABLE: Final = "entry_unusable"
MENDED: Final = "entry_mended"
ANOTHER_VERSION: Final = "entry_version"


async def async_mend_entry(
    hass: HomeAssistant, entry: ConfigEntry[Any], shape: StoredShape
) -> None:
    """Take out of an entry what cannot be used; all of it is kept in a file.

    ConfigEntryError where what is needed cannot be used: nothing is changed then.
    """
    if keys := unusable(shape.needed(entry.data), entry.data):
        if shape.when_refused is not None:
            await shape.when_refused(hass, entry)
        raise refused(hass, entry, ", ".join(keys))
    withdraw_issues(hass, entry.entry_id, (UNUSABLE,))
    data = usable(shape.data, entry.data)
    options = usable(shape.options(entry.options), entry.options)
    keys = _differing(entry.data, data) + _differing(entry.options, options)
    if keys:
        file = await _async_keep(hass, entry)
        off = dict.fromkeys(set(shape.leaves) & entry.options.keys(), False)
        hass.config_entries.async_update_entry(
            entry, data=data, options={**options, **off}
        )
        _say(hass, entry, ", ".join(keys), file)


def refused(
    hass: HomeAssistant, entry: ConfigEntry[Any], keys: str
) -> ConfigEntryError:
    """Raise the issue of an entry that cannot be set up; return the error to raise."""
    raise_issue(hass, entry, UNUSABLE, keys=keys)
    return ConfigEntryError(
        translation_domain=DOMAIN,
        translation_key="entry_unusable",
        translation_placeholders={"keys": keys},
    )


async def async_forget_mending(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Remove what was kept of a removed entry, and the issues about it."""
    withdraw_issues(hass, entry.entry_id, (UNUSABLE, MENDED, ANOTHER_VERSION, DISK))
    await hass.async_add_executor_job(remove_aside, _path(hass, entry))


def _say(hass: HomeAssistant, entry: ConfigEntry[Any], keys: str, file: str) -> None:
    LOGGER.warning(
        "%s: %s could not be used; the entry as it was is kept as %s",
        entry.title,
        keys,
        file,
    )
    raise_notice(hass, entry, MENDED, keys=keys, file=file)


async def _async_keep(hass: HomeAssistant, entry: ConfigEntry[Any]) -> str:
    """Write down an entry as it was; return the file."""
    path = _path(hass, entry)
    aside = path.with_name(aside_name(path.name))
    # Tokens and hashes of passwords are in it as well.
    record = {"data": dict(entry.data), "options": dict(entry.options)}

    def write() -> None:
        aside.parent.mkdir(exist_ok=True)
        save_json(str(aside), record, private=True, atomic_writes=True)

    try:
        await hass.async_add_executor_job(write)
    except NOT_WRITTEN as err:
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN, translation_key="entry_not_kept"
        ) from err
    return f"{STORAGE_DIR}/{aside.name}"


def _path(hass: HomeAssistant, entry: ConfigEntry[Any]) -> Path:
    return Path(hass.config.path(STORAGE_DIR, f"{DOMAIN}.entry.{entry.entry_id}"))


def _differing(before: Any, after: dict[str, Any]) -> list[str]:  # noqa: ANN401
    return [key for key in before if key not in after or after[key] != before[key]]
