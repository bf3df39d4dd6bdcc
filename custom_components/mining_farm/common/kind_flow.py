"""What the dialogs of a kind offer to the one config flow of all kinds."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFlow[FlowT: ConfigFlow]:
    """What `kinds/<kind>/flow` offers as `FLOW`."""

    steps: type[FlowT]
    """Its steps; their names begin with the kind."""
    menu: tuple[str, ...]
    """Steps that the first menu offers."""
    reconfigure: Callable[[FlowT, dict[str, Any] | None], Awaitable[ConfigFlowResult]]
    options: Callable[[], OptionsFlow]
    import_one: (
        Callable[[FlowT, dict[str, Any]], Awaitable[ConfigFlowResult]] | None
    ) = None
    """Adds one of many entries that another flow has prepared."""
    offer_discovered: (
        Callable[[FlowT, str, DhcpServiceInfo], Awaitable[ConfigFlowResult]] | None
    ) = None
    """Offers a new device with this MAC; one kind does."""
    follow: Callable[[FlowT, ConfigEntry, str], Awaitable[ConfigFlowResult]] | None = (
        None
    )
    """Ends a discovery of a known device at an address; moves it there if it proves to
    be the same."""
    offer_announced: (
        Callable[[FlowT, ZeroconfServiceInfo], Awaitable[ConfigFlowResult]] | None
    ) = None
    """Offers a device that announced its web page; one kind does."""
    reauth: Callable[[FlowT, Mapping[str, Any]], Awaitable[ConfigFlowResult]] | None = (
        None
    )
    """Asks for what a device refused; None for a kind without secrets."""
    subentries: Mapping[str, type[ConfigSubentryFlow]] = field(default_factory=dict)
    """What adds parts of an entry, by their type."""
