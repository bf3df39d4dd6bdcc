"""Rights that an action needs, checked as Home Assistant checks its entity actions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.exceptions import Unauthorized, UnknownUser
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)

from ..const import DOMAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What a user must be allowed to do with every entity that an action targets."""

    policy: str | None
    """Policy of Home Assistant; None where only an administrator will do."""
    entity: tuple[Platform, str] | None = None
    """Platform and key of the entity that does the same, where there is one."""


ADMINISTRATOR: Final = Right(policy=None)
"""What signs, forces, releases a safety latch or returns addresses."""
READ: Final = Right(policy=POLICY_READ)
CONTROL: Final = Right(policy=POLICY_CONTROL)


def control_of(platform: Platform, key: str) -> Right:
    """Return the right to control what an action targets, and the entity that does the same.

    Whoever may control a sensor may not use it to reach the device's switch.
    """
    return Right(policy=POLICY_CONTROL, entity=(platform, key))


async def async_require(
    call: ServiceCall, right: Right, entry_ids: Iterable[str]
) -> None:
    """Raise Unauthorized unless the caller has a right on all that a call reaches.

    A call without a user, of an automation, passes as it does in Home Assistant.
    """
    if call.context.user_id is None:
        return
    user = await call.hass.auth.async_get_user(call.context.user_id)
    if user is None:
        raise UnknownUser(context=call.context)
    if user.is_admin:
        return
    if right.policy is None:
        raise Unauthorized(context=call.context)
    for entity_id in _reached(call, right, entry_ids):
        if not user.permissions.check_entity(entity_id, right.policy):
            raise Unauthorized(
                context=call.context, entity_id=entity_id, permission=right.policy
            )


async def async_require_administrator(
    hass: HomeAssistant, context: Context | None
) -> None:
    """Raise Unauthorized unless an administrator, or no user at all, has pressed.

    Home Assistant itself asks of a button only for the right to control it.
    """
    if context is None or context.user_id is None:
        return
    user = await hass.auth.async_get_user(context.user_id)
    if user is None:
        raise UnknownUser(context=context)
    if not user.is_admin:
        raise Unauthorized(context=context)


def _reached(
    call: ServiceCall, right: Right, entry_ids: Iterable[str]
) -> Iterator[str]:
    """Yield the entities that a call targets or acts through."""
    registry = er.async_get(call.hass)
    selected = async_extract_referenced_entity_ids(
        call.hass, TargetSelection(call.data)
    )
    targeted = selected.referenced | selected.indirectly_referenced
    yield from targeted
    for entry_id in entry_ids:
        owned = {
            each.entity_id
            for each in er.async_entries_for_config_entry(registry, entry_id)
        }
        if not owned & targeted:
            # Reached by its device, whose entities are all hidden or of a category.
            yield from owned
        if right.entity is None:
            continue
        platform, key = right.entity
        acting = registry.async_get_entity_id(platform, DOMAIN, f"{entry_id}_{key}")
        if acting is not None:
            yield acting
