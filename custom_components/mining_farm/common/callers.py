"""Who pressed."""

from homeassistant.core import Context, HomeAssistant


async def async_caller(hass: HomeAssistant, context: Context | None) -> str | None:
    """Return the name of the user who called; None of an automation."""
    if context is None or context.user_id is None:
        return None
    user = await hass.auth.async_get_user(context.user_id)
    return None if user is None else user.name
