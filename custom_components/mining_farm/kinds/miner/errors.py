"""How a user reads that a miner was not ordered, or not seen to obey."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ...common.holds_of_users import UnconfirmedError
from ...const import DOMAIN
from ...engines.edge_collector import ControlError, ControlFailure

INVALID = (
    ControlFailure.OUT_OF_BOUNDS,
    ControlFailure.TOO_SOON,
    ControlFailure.UNSUPPORTED,
)
"""Failures of what was asked for, before anything was sent."""


def command_error(name: str, err: ControlError) -> HomeAssistantError:
    """Return the error that ends an order to a miner."""
    kind = HomeAssistantError
    if err.failure in INVALID:
        kind = ServiceValidationError
    elif err.failure is ControlFailure.UNCONFIRMED:
        kind = UnconfirmedError
    return kind(
        translation_domain=DOMAIN,
        translation_key=f"miner_command_{err.failure}",
        translation_placeholders={"name": name, "detail": str(err)},
    )
