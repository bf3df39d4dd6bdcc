"""What a wallet's steps have in common, when it is added and among its options."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntryBaseFlow, ConfigFlowResult


class WalletSteps(ConfigEntryBaseFlow):
    """Steps whose answers become options."""

    @property
    @abstractmethod
    def _wallet_known(self) -> Mapping[str, Any]:
        """The options as far as they are known."""

    @property
    @abstractmethod
    def _wallet_entry_id(self) -> str | None:
        """The entry whose options these are; None while it is added."""

    @abstractmethod
    async def _wallet_part_known(
        self, keys: tuple[str, ...], known: dict[str, Any]
    ) -> ConfigFlowResult:
        """Put what is known now in the place of what was, and go on."""


def replaced(
    options: Mapping[str, Any], keys: tuple[str, ...], known: Mapping[str, Any]
) -> dict[str, Any]:
    """Return options with what is known now in the place of some keys."""
    return {k: v for k, v in options.items() if k not in keys} | dict(known)
