"""Config flow of a miner: one by address, found by DHCP, or moved to a new address."""

import re
from typing import Any, NamedTuple

import voluptuous as vol

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.helpers.device_registry import format_mac
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from ....common.address import is_url, same_host, split_address
from ....common.entries import already_set_up
from ....common.forms import PORT
from ....engines.edge_collector import (
    DEFAULT_PORT,
    Credentials,
    Identified,
    MinerError,
    MinerSnapshot,
    SignIn,
    Way,
    async_identify,
)
from ..const import CONF_CONTROLS, CONF_DETAIL, CONF_MAC
from ..coordinator import MinerConfigEntry
from ..detail import Detail
from ..identity import find_entry, miner_title
from ..stored import entry_data, stored_credentials, ways_data
from ..stored_shape import is_usable
from ..whereabouts import (
    Answerer,
    async_move,
    async_who_answers,
    recognises,
    same_hardware,
)
from .sign_in import (
    account_data,
    account_schema,
    async_open,
    entered_account,
    is_closed,
    wanted_account,
)

CONF_REPLACED = "replaced"
# The name in a DHCP request is whatever its sender wrote there.
_HOSTNAME = re.compile(r"[\w.-]{1,63}", re.ASCII)

ADDRESS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_HOST): TextSelector(),
        vol.Optional(CONF_PORT): PORT,
    }
)
DETAIL = SelectSelector(
    SelectSelectorConfig(
        options=list(Detail),
        translation_key="miner_detail",
        mode=SelectSelectorMode.LIST,
    )
)
CONFIRM_SCHEMA = vol.Schema(
    {vol.Required(CONF_DETAIL, default=Detail.STANDARD): DETAIL}
)
MINER_SCHEMA = ADDRESS_SCHEMA.extend(CONFIRM_SCHEMA.schema)

REPLACED_SCHEMA = ADDRESS_SCHEMA.extend(
    {vol.Required(CONF_REPLACED, default=False): BooleanSelector()}
)


def api_address(user_input: dict[str, Any]) -> tuple[str, int | None]:
    """Return host and port of a miner's API from what was typed or pasted.

    The port of its web page says nothing about its API.
    """
    host, port = split_address(user_input[CONF_HOST])
    if port is None or is_url(user_input[CONF_HOST]):
        port = user_input.get(CONF_PORT)
    return host, port


def _may_be(entry: ConfigEntry[Any], snapshot: MinerSnapshot) -> bool:
    """Return whether a reading may be of the entry's miner.

    One with an account has to be the same model at least, for it is sent the account.
    """
    if stored_credentials(entry.data) is None:
        return same_hardware(entry, snapshot) is not False
    return recognises(entry, snapshot) is not False


class Closed(NamedTuple):
    """A miner of which nothing can be read without an account."""

    host: str
    found: Identified
    detail: str
    mac: str | None


class MinerFlow(ConfigFlow):
    """Steps that add one miner or follow it to a new address."""

    _closed: Closed

    _discovered_host: str
    _discovered_port: int | None = None
    _discovered_name: str

    async def async_step_miner(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the address of one miner and try it."""
        errors: dict[str, str] = {}
        detail = ""
        if user_input is not None:
            host, port = api_address(user_input)
            try:
                found = await async_identify(host, port)
            except MinerError as err:
                errors["base"] = err.failure
                detail = str(err)
            else:
                return await self._create_miner(
                    host, found, detail=user_input[CONF_DETAIL]
                )
        return self.async_show_form(
            step_id="miner",
            data_schema=self.add_suggested_values_to_schema(MINER_SCHEMA, user_input),
            errors=errors,
            description_placeholders={"detail": detail},
        )

    async def offer_discovered_miner(
        self, mac: str, discovery_info: DhcpServiceInfo
    ) -> ConfigFlowResult:
        """Offer a new miner; one that was added by its address learns its MAC.

        A miner asks for its address long before its API answers: that it is silent now
        is no reason to drop it.
        """
        host = discovery_info.ip
        try:
            found = await async_identify(host)
        except MinerError:
            if entry := find_entry(self.hass, host, DEFAULT_PORT, None):
                raise already_set_up(entry) from None
            name = _HOSTNAME.fullmatch(discovery_info.hostname)
            self._discovered_name = f"{name[0] if name else 'Miner'} {host}"
        else:
            self._abort_if_known_miner(host, found, packet_mac=mac)
            self._discovered_name = miner_title(found.snapshot, host)
        self._discovered_host = host
        self.context["title_placeholders"] = {"name": self._discovered_name}
        return await self.async_step_miner_confirm()

    async def follow_miner(self, entry: ConfigEntry, host: str) -> ConfigFlowResult:
        """Move a known miner to an address once it proves there who it is.

        It asks for its address long before it answers: then its entry looks for it there
        whenever it does not answer where it was.
        """
        if not is_usable(entry) or same_host(entry.data[CONF_HOST], host):
            raise already_set_up(entry)
        match await async_who_answers(entry, host):
            case Answerer.SAME:
                async_move(self.hass, entry, host)
            case Answerer.SILENT | Answerer.UNTOLD:
                if entry.state is ConfigEntryState.LOADED:
                    entry.runtime_data.whereabouts.suspect(host)
        raise already_set_up(entry)

    async def offer_announced_miner(
        self, discovery_info: ZeroconfServiceInfo
    ) -> ConfigFlowResult:
        """Offer a new miner that announced its web page; follow a known one.

        The announcement has no MAC, so the miner is asked.
        """
        host = discovery_info.host
        try:
            found = await async_identify(host, discovery_info.port)
        except MinerError:
            return self.async_abort(reason="not_read")
        if found.snapshot.mac is not None:
            await self.async_set_unique_id(format_mac(found.snapshot.mac))
        self._abort_if_known_miner(host, found)
        self._discovered_host = host
        self._discovered_port = found.port
        self._discovered_name = miner_title(found.snapshot, host)
        self.context["title_placeholders"] = {"name": self._discovered_name}
        return await self.async_step_miner_confirm()

    async def async_step_miner_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Add a discovered miner once its API answers."""
        errors: dict[str, str] = {}
        detail = ""
        host = self._discovered_host
        if user_input is not None:
            try:
                found = await async_identify(host, self._discovered_port)
            except MinerError as err:
                errors["base"] = err.failure
                detail = str(err)
            else:
                return await self._create_miner(
                    host,
                    found,
                    detail=user_input[CONF_DETAIL],
                    mac=self.unique_id,
                )
        return self.async_show_form(
            step_id="miner_confirm",
            data_schema=self.add_suggested_values_to_schema(CONFIRM_SCHEMA, user_input),
            errors=errors,
            description_placeholders={"name": self._discovered_name, "detail": detail},
        )

    async def reconfigure_miner(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the miner's new address.

        Another miner there is refused, unless the user says that it is the same one
        with its control board replaced.
        """
        entry: MinerConfigEntry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        schema = ADDRESS_SCHEMA
        detail = ""
        if user_input is not None:
            host, port = api_address(user_input)
            try:
                found = await async_identify(host, port)
            except MinerError as err:
                errors["base"] = err.failure
                detail = str(err)
            else:
                port, snapshot = found.port, found.snapshot
                other = find_entry(self.hass, host, port, snapshot)
                if other is not None and other.entry_id != entry.entry_id:
                    raise already_set_up(other)
                if _may_be(entry, snapshot):
                    return self.async_update_reload_and_abort(
                        entry,
                        data_updates={CONF_HOST: host, **ways_data(found)},
                    )
                if user_input.get(CONF_REPLACED):
                    data = {**entry.data, **entry_data(host, found)}
                    return self.async_update_reload_and_abort(
                        entry, unique_id=data.get(CONF_MAC), data=data
                    )
                errors["base"] = "another_miner"
                schema = REPLACED_SCHEMA
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or entry.data
            ),
            errors=errors,
            description_placeholders={"name": entry.title, "detail": detail},
        )

    async def _create_miner(
        self,
        host: str,
        found: Identified,
        *,
        detail: str,
        mac: str | None = None,
        account: Credentials | None = None,
        controls: bool = False,
    ) -> ConfigFlowResult:
        """Create the entry of a miner that answered; ask for what reading it takes."""
        if entry := find_entry(self.hass, host, found.port, found.snapshot):
            raise already_set_up(entry)
        if account is None and is_closed(found):
            self._closed = Closed(host, found, detail, mac)
            return await self.async_step_miner_account()
        data = entry_data(host, found, mac) | account_data(account)
        if CONF_MAC in data:
            # Core would refuse this flow while a discovery of the same miner waits for
            # the user; that one it ends by itself when this entry is created.
            known = await self.async_set_unique_id(
                data[CONF_MAC], raise_on_progress=False
            )
            self._abort_if_unique_id_configured(
                description_placeholders={"name": known.title} if known else None,
            )
        return self.async_create_entry(
            title=miner_title(found.snapshot, host),
            data=data,
            options={CONF_DETAIL: detail} | ({CONF_CONTROLS: True} if controls else {}),
        )

    async def async_step_miner_account(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the account without which nothing can be read of a miner."""
        host, found, detail, mac = self._closed
        errors: dict[str, str] = {}
        said = ""
        if user_input is not None:
            account = entered_account(user_input)
            try:
                opened = await async_open(host, found, account)
            except MinerError as err:
                errors["base"], said = err.failure, str(err)
            else:
                return await self._create_miner(
                    host, opened, detail=detail, mac=mac, account=account
                )
        wanted = wanted_account(Way(found.driver, found.port)) or SignIn()
        return self.async_show_form(
            step_id="miner_account",
            data_schema=self.add_suggested_values_to_schema(
                account_schema(wanted), user_input
            ),
            errors=errors,
            description_placeholders={"host": host, "detail": said},
        )

    def _abort_if_known_miner(
        self, host: str, found: Identified, packet_mac: str | None = None
    ) -> None:
        """End the flow of a known miner; it moves if it has proved to be the same.

        One that was added by its address learns its MAC, also from a packet unless it
        reports another one itself.
        """
        mac = found.snapshot.mac and format_mac(found.snapshot.mac)
        if (entry := find_entry(self.hass, host, found.port, found.snapshot)) is None:
            # An ignored one, or one with this MAC and another serial number.
            self._abort_if_unique_id_configured()
            return
        if packet_mac and not entry.data.get(CONF_MAC) and mac in (None, packet_mac):
            self.hass.config_entries.async_update_entry(
                entry, unique_id=packet_mac, data={**entry.data, CONF_MAC: packet_mac}
            )
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        if (
            is_usable(entry)
            and entry.data[CONF_PORT] == found.port
            and not same_host(entry.data[CONF_HOST], host)
        ):
            async_move(self.hass, entry, host)
        raise already_set_up(entry)
