"""Base class of the steps that set up or change a part of a rig."""

from abc import abstractmethod
from enum import Enum, auto
from typing import Any

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult

CONF_ADVANCED = "advanced"
"""Section of a form."""


class Part(Enum):
    """What is asked for in steps of its own, when a rig is added and later on."""

    ACCOUNT = auto()
    WORKER = auto()
    SECOND_ACCOUNT = auto()
    SECOND_WORKER = auto()
    OUTLET = auto()
    MINER = auto()


class RigStepsFlow(ConfigFlow):
    """Collects a rig's data step by step."""

    _rig: dict[str, Any]
    """The entry's data as far as they are known."""

    @abstractmethod
    async def _part_known(self, part: Part) -> ConfigFlowResult:
        """Go on once the steps about a part have put it into the rig's data."""

    @property
    def _own_entry_id(self) -> str | None:
        """The entry that is changed, None while a rig is added."""
        return self.context.get("entry_id")

    def _replace(self, keys: tuple[str, ...], known: dict[str, Any]) -> None:
        """Replace the stored values of these keys."""
        self._rig = {k: v for k, v in self._rig.items() if k not in keys} | known
