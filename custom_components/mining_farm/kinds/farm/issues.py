"""Repair issues of a farm: what was not seen to stop, and what cannot be read."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.issue_registry import IssueSeverity

from ...common.issues import raise_issue, raise_notice, withdraw_issues
from .data import StopData

UNCONFIRMED: Final = "farm_unconfirmed"
RECORD: Final = "farm_record"
CURTAILMENTS: Final = "farm_curtailments"
CURTAILMENTS_DISK: Final = "disk_curtailments"
LEFT_TO_USER: Final = "farm_left_to_user"
LATCHED: Final = "farm_latched"
HELPLESS: Final = "farm_helpless"
TWICE: Final = "farm_in_two_groups"
GROUP_UNCONFIRMED: Final = "farm_group_unconfirmed"
CURTAILMENT_WAITS: Final = "farm_curtailment_waits"
SIGNAL_WAITS: Final = "farm_signal_waits"
SIGNAL_SILENT: Final = "farm_signal_silent"
WATTS_SILENT: Final = "farm_signal_watts_silent"
"""Text of the same issue, where the signal is a number."""
MOST_NAMED: Final = 20


@callback
def update_stop(
    hass: HomeAssistant, entry: ConfigEntry[Any], stop: StopData | None
) -> None:
    """List the machines that an emergency stop was not seen to stop."""
    names = () if stop is None else stop.unconfirmed
    if not names:
        withdraw_issues(hass, entry.entry_id, (UNCONFIRMED,))
        return
    raise_issue(
        hass,
        entry,
        UNCONFIRMED,
        severity=IssueSeverity.CRITICAL,
        count=str(len(names)),
        machines=", ".join(names[:MOST_NAMED]),
    )


@callback
def update_groups(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    *,
    latched: list[str],
    helpless: list[str],
    twice: list[str],
    unconfirmed: list[str],
) -> None:
    """List the groups that a human has to release, what nothing can stop, what is in two."""
    for key, names, severity in (
        (LATCHED, latched, IssueSeverity.CRITICAL),
        (HELPLESS, helpless, IssueSeverity.WARNING),
        (TWICE, twice, IssueSeverity.WARNING),
        (GROUP_UNCONFIRMED, unconfirmed, IssueSeverity.CRITICAL),
    ):
        if names:
            raise_issue(
                hass,
                entry,
                key,
                severity=severity,
                count=str(len(names)),
                names=", ".join(names[:MOST_NAMED]),
            )
        else:
            withdraw_issues(hass, entry.entry_id, (key,))


@callback
def update_record(
    hass: HomeAssistant, entry: ConfigEntry[Any], file: str | None, *, lost: bool
) -> None:
    """Say that what was stopped cannot be read, and where a copy was kept."""
    if lost:
        raise_issue(hass, entry, RECORD, file=file or "")
    else:
        withdraw_issues(hass, entry.entry_id, (RECORD,))


@callback
def update_curtailments(
    hass: HomeAssistant, entry: ConfigEntry[Any], file: str | None, *, lost: bool
) -> None:
    """Say that when curtailments end cannot be read, and where a copy was kept."""
    if lost:
        raise_issue(hass, entry, CURTAILMENTS, file=file or "")
    else:
        withdraw_issues(hass, entry.entry_id, (CURTAILMENTS,))


@callback
def update_waiting_curtailments(
    hass: HomeAssistant, entry: ConfigEntry[Any], waiting: Mapping[str, object]
) -> None:
    """Say why curtailments can neither go on nor end, by their names."""
    if not waiting:
        withdraw_issues(hass, entry.entry_id, (CURTAILMENT_WAITS,))
        return
    raise_issue(
        hass,
        entry,
        CURTAILMENT_WAITS,
        names=", ".join(waiting),
        detail=str(next(iter(waiting.values()))),
    )


@callback
def update_waiting_signal(
    hass: HomeAssistant, entry: ConfigEntry[Any], entity_id: str, error: object
) -> None:
    """Say why the signal can neither begin nor end anything; None: it can."""
    if error is None:
        withdraw_issues(hass, entry.entry_id, (SIGNAL_WAITS,))
    else:
        raise_issue(hass, entry, SIGNAL_WAITS, entity_id=entity_id, detail=str(error))


@callback
def update_silent_signal(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    entity_id: str,
    text: str,
    *,
    silent: bool,
) -> None:
    """Say that nobody has known the signal for a while."""
    if silent:
        raise_issue(
            hass,
            entry,
            SIGNAL_SILENT,
            text=text,
            severity=IssueSeverity.WARNING,
            entity_id=entity_id,
        )
    else:
        withdraw_issues(hass, entry.entry_id, (SIGNAL_SILENT,))


@callback
def withdraw_signal(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Withdraw what was said of a signal that may be another one now."""
    withdraw_issues(hass, entry.entry_id, (SIGNAL_WAITS, SIGNAL_SILENT))


@callback
def create_left_to_user(
    hass: HomeAssistant, entry: ConfigEntry[Any], names: list[str]
) -> None:
    """List the machines that a farm kept down when it was removed."""
    raise_notice(
        hass,
        entry,
        LEFT_TO_USER,
        machines=", ".join(names[:MOST_NAMED]),
        count=str(len(names)),
    )


@callback
def delete_all(hass: HomeAssistant, entry_id: str) -> None:
    """Withdraw what is only true while the farm is there."""
    withdraw_issues(
        hass,
        entry_id,
        (
            UNCONFIRMED,
            RECORD,
            CURTAILMENTS,
            CURTAILMENTS_DISK,
            LATCHED,
            HELPLESS,
            TWICE,
            GROUP_UNCONFIRMED,
            CURTAILMENT_WAITS,
            SIGNAL_WAITS,
            SIGNAL_SILENT,
        ),
    )
