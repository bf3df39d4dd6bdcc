"""Repair issues of an entry."""

from collections.abc import Iterable
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN

DISK = "disk"
"""What is kept of an entry could not be written."""
HOLDS_NOT_STORED = "holds_not_stored"
PAUSES_NOT_STORED = "pauses_not_stored"
PAUSES_LOST = "pauses_lost"
WORKERS_NOT_STORED = "workers_not_stored"
OF_NO_ENTRY = frozenset(
    {HOLDS_NOT_STORED, PAUSES_NOT_STORED, PAUSES_LOST, WORKERS_NOT_STORED}
)
"""Issues about records that belong to no entry."""


@callback
def raise_issue(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    key: str,
    *,
    text: str | None = None,
    fixable: bool = False,
    persistent: bool = False,
    severity: ir.IssueSeverity = ir.IssueSeverity.ERROR,
    **placeholders: str,
) -> None:
    """Create an issue about an entry, with placeholders for its text.

    `text` is the translation key where one issue has several texts.
    """
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry.entry_id, key),
        # For the fix flow.
        data={"entry_id": entry.entry_id},
        is_fixable=fixable,
        is_persistent=persistent,
        severity=severity,
        translation_key=text or key,
        translation_placeholders={"name": entry.title, **placeholders},
    )


@callback
def raise_notice(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    key: str,
    *,
    severity: ir.IssueSeverity = ir.IssueSeverity.WARNING,
    **placeholders: str,
) -> None:
    """Create an issue about what has happened, which stays until a human has read it.

    A restart takes away what caused it, and would take away an issue as well.
    """
    raise_issue(
        hass,
        entry,
        key,
        fixable=True,
        persistent=True,
        severity=severity,
        **placeholders,
    )


@callback
def is_notice(hass: HomeAssistant, issue_id: str) -> bool:
    """Return whether an issue is settled by being read."""
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    return issue is not None and issue.is_persistent


@callback
def update_disk(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    error: Exception | None,
    *,
    key: str = DISK,
) -> None:
    """Say that what an entry keeps is not on disk; None: it is.

    Each record of an entry that has several needs a key of its own.
    """
    if error is None:
        withdraw_issues(hass, entry.entry_id, (key,))
    else:
        raise_issue(hass, entry, key, text=DISK, detail=str(error))


@callback
def update_shared_disk(hass: HomeAssistant, key: str, error: Exception | None) -> None:
    """Say that a record that belongs to no entry is not on disk; None: it is."""
    if error is None:
        ir.async_delete_issue(hass, DOMAIN, key)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        key,
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key=key,
        translation_placeholders={"detail": str(error)},
    )


@callback
def tell_shared_loss(hass: HomeAssistant, key: str, file: str) -> None:
    """Say once that a record that belongs to no entry could not be read."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        key,
        is_fixable=True,
        is_persistent=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=key,
        translation_placeholders={"file": file},
    )


@callback
def withdraw_issues(hass: HomeAssistant, entry_id: str, keys: Iterable[str]) -> None:
    """Delete issues about an entry, whether they exist or not."""
    for key in keys:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry_id, key))


def _issue_id(entry_id: str, key: str) -> str:
    return f"{key}_{entry_id}"
