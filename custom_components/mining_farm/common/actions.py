"""Actions: the entries that a call targets, acting on all of them, plain answers."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.json import json_bytes
from homeassistant.helpers.service import async_extract_config_entry_ids
from homeassistant.util.json import JsonObjectType, json_loads_object

from ..const import CONF_KIND, DOMAIN, Kind


async def async_targeted_entries(call: ServiceCall, kind: Kind) -> list[ConfigEntry]:
    """Return the loaded entries of a kind that a call targets.

    Raises ServiceValidationError when there is none.
    """
    entries = [
        entry
        for entry_id in sorted(await async_extract_config_entry_ids(call))
        if (entry := call.hass.config_entries.async_get_entry(entry_id)) is not None
        and entry.domain == DOMAIN
        and entry.data.get(CONF_KIND) == kind
        and entry.state is ConfigEntryState.LOADED
    ]
    if not entries:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key=f"{kind}_none_targeted"
        )
    return entries


async def async_do_all[TargetT](
    targets: Iterable[TargetT], act: Callable[[TargetT], Awaitable[Any]]
) -> None:
    """Act on all at once; one that fails stops no other.

    Raises the one failure, or one error that names them all.
    """
    outcomes = await asyncio.gather(
        *(act(target) for target in targets), return_exceptions=True
    )
    failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    match failures:
        case []:
            return
        case [failure]:
            raise failure
    raise HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="several_failed",
        translation_placeholders={"details": " ".join(map(str, failures))},
    ) from BaseExceptionGroup("several failed", failures)


def plain_json(known: Mapping[str, Any]) -> JsonObjectType:
    """Return an object of JSON's own types: lists for tuples, text for times."""
    return json_loads_object(json_bytes(known))
