"""A real Home Assistant in a process of its own, with this integration and a user."""

from .access import PASSWORD, USERNAME
from .client import CommandError, FlowError, HomeAssistantClient
from .process import RESTART_WANTED, HomeAssistantFailedError, HomeAssistantProcess

__all__ = [
    "PASSWORD",
    "RESTART_WANTED",
    "USERNAME",
    "CommandError",
    "FlowError",
    "HomeAssistantClient",
    "HomeAssistantFailedError",
    "HomeAssistantProcess",
]
