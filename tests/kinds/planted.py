"""Which fields of dialogs are filled with a marker, by which test, and that they were."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from custom_components.mining_farm.const import Kind
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowManager

MARK: Final = "m4rk"
SHARES: Final[Mapping[Kind, Mapping[str, frozenset[str]]]] = {
    Kind.MINER: {"account": frozenset({"username", "password"})},
    Kind.RIG: {
        "2miners": frozenset(
            {
                *("wallet", "base_url", "token"),
                *("host", "username", "password", "kasa_outlet_id"),
            }
        ),
        "f2pool": frozenset(
            {
                *("user_name", "base_url", "token"),
                *("host", "username", "password", "kasa_outlet_id"),
            }
        ),
        "import": frozenset({"rigs", "username", "password"}),
    },
    Kind.CONTAINER: {},
    Kind.WALLET: {"form": frozenset({"endpoints", "wallet_directory"})},
    Kind.FARM: {},
}
"""By the test that fills them: there, what is entered is shown nowhere."""
PLANTED: Final = {
    kind: frozenset[str]().union(*shares.values()) for kind, shares in SHARES.items()
}


class Planting:
    """Sees what is entered in dialogs from its making on."""

    def __init__(self, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
        """Listen to new entries, their options, and what is entered again."""
        self._fields: set[str] = set()
        for manager in (hass.config_entries.flow, hass.config_entries.options):
            monkeypatch.setattr(manager, "async_configure", self._seen_by(manager))

    def require(self, kind: Kind, share: str) -> None:
        """Fail unless each field of a test's share held the marker, and no other did."""
        assert self._fields == SHARES[kind][share]

    def _seen_by(self, manager: FlowManager[Any, Any]) -> Any:
        configure = manager.async_configure

        async def async_configure(
            flow_id: str, user_input: dict[str, Any] | None = None
        ) -> Any:
            self._fields |= set(_marked(user_input or {}))
            return await configure(flow_id, user_input)

        return async_configure


def _marked(entered: Mapping[str, Any]) -> Iterator[str]:
    for field, value in entered.items():
        if isinstance(value, Mapping):
            yield from _marked(value)
        elif MARK in str(value):
            yield field
