"""Actions: the one way to register them, acting on all targets, plain answers."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.json import json_bytes
from homeassistant.helpers.service import async_extract_config_entry_ids
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
from homeassistant.util.async_ import create_eager_task
from homeassistant.util.json import JsonObjectType, json_loads_object

from ..const import CONF_KIND, DOMAIN, Kind
from .rights import Right, async_require


@dataclass(frozen=True, slots=True, kw_only=True)
class Action[CoordinatorT]:
    """An action on the loaded entries of a kind, and the right that it needs."""

    name: str
    right: Right
    run: Callable[[list[CoordinatorT], ServiceCall], Awaitable[ServiceResponse]]
    """Act on the coordinators of all targeted entries."""
    fields: VolDictType = field(default_factory=dict)
    """Schema of what is given besides the target."""
    right_with: Mapping[str, Right] = field(default_factory=dict)
    """Rights that are needed instead where a field of that name is on."""
    response: SupportsResponse = SupportsResponse.NONE


def utc_time(value: Any) -> datetime:  # noqa: ANN401
    """Take a time as UTC; vol.Invalid also of one that no other zone can tell."""
    try:
        return dt_util.as_utc(cv.datetime(value))
    except OverflowError as err:
        raise vol.Invalid(f"out of the calendar: {value}") from err


@callback
def async_register_actions(
    hass: HomeAssistant, kind: Kind, actions: Iterable[Action[Any]]
) -> None:
    """Register the actions of a kind; each checks its caller first."""
    for action in actions:
        hass.services.async_register(
            DOMAIN,
            action.name,
            _handler(kind, action),
            schema=cv.make_entity_service_schema(action.fields),
            supports_response=action.response,
        )


def _handler(
    kind: Kind, action: Action[Any]
) -> Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]:
    async def handle(call: ServiceCall) -> ServiceResponse:
        right = action.right
        for name, instead in action.right_with.items():
            if call.data.get(name):
                right = instead
        entries = await _async_targeted_entries(call, kind)
        await async_require(call, right, [each.entry_id for each in entries])
        if not entries:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key=f"{kind}_none_targeted"
            )
        return await action.run([entry.runtime_data for entry in entries], call)

    return handle


async def _async_targeted_entries(call: ServiceCall, kind: Kind) -> list[ConfigEntry]:
    """Return the loaded entries of a kind that a call targets."""
    return [
        entry
        for entry_id in sorted(await async_extract_config_entry_ids(call))
        if (entry := call.hass.config_entries.async_get_entry(entry_id)) is not None
        and entry.domain == DOMAIN
        and entry.data.get(CONF_KIND) == kind
        and entry.state is ConfigEntryState.LOADED
    ]


async def async_do_all[TargetT](
    targets: Iterable[TargetT], act: Callable[[TargetT], Coroutine[Any, Any, Any]]
) -> None:
    """Act on all at once; one that fails stops no other.

    Raises the one failure, or one error that names them all.
    """
    outcomes = await asyncio.gather(
        # Begun at once: a target that was found to be loaded may be unloaded in the next
        # turn of the loop.
        *(create_eager_task(act(target)) for target in targets),
        return_exceptions=True,
    )
    raise_failures(
        [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    )


def raise_failures(failures: Sequence[BaseException]) -> None:
    """Raise the one failure, or one error that names them all; nothing of none."""
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


async def async_results[TargetT](
    targets: Iterable[TargetT],
    act: Callable[[TargetT], Awaitable[str]],
    *,
    at_once: int,
) -> list[str | HomeAssistantError]:
    """Act on all, so many at a time; return what each said, or the error it ended in."""
    slots = asyncio.Semaphore(at_once)

    async def one(target: TargetT) -> str | HomeAssistantError:
        async with slots:
            try:
                return await act(target)
            except HomeAssistantError as err:
                return err

    return list(await asyncio.gather(*map(one, targets)))


def plain_json(known: Mapping[str, Any]) -> JsonObjectType:
    """Return an object of JSON's own types: lists for tuples, text for times."""
    return json_loads_object(json_bytes(known))
