"""How a user reads that a container could not be read or controlled."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ...const import DOMAIN
from ...engines.containers import ContainerError, Failure


def error_key(err: ContainerError) -> str:
    """Return the key of the text about an error."""
    if err.failure is Failure.UNKNOWN_DEVICE:
        # Named when there was one maker; the key stays.
        return "container_not_antspace"
    return f"container_{err.failure}"


def placeholders(name: str, err: ContainerError) -> dict[str, str]:
    """Return what the text about an error of a container is filled in with."""
    return {"name": name, "detail": str(err)}


def command_error(name: str, err: ContainerError) -> HomeAssistantError:
    """Return the error that ends an action on a container."""
    invalid = err.failure.nothing_sent
    return (ServiceValidationError if invalid else HomeAssistantError)(
        translation_domain=DOMAIN,
        translation_key=error_key(err),
        translation_placeholders=placeholders(name, err),
    )
