"""Steps about a Kasa outlet: found or by address, opened if need be, and chosen."""

import asyncio
from typing import Any, override

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ....common.address import split_address
from ....common.progress import async_end_progress
from ....const import DOMAIN
from ....engines.power import (
    Credentials,
    KasaDevice,
    NeedsCredentials,
    OutletAuthError,
    OutletError,
    OutletUnreachableError,
    OutletUnsupportedError,
    find_outlet,
)
from ..const import CONF_KASA_CREDENTIALS_HASH, CONF_KASA_HOST, CONF_KASA_OUTLET_ID
from ..identity import find_outlet_user, rig_entries
from ..resources import async_get_resources
from ..stored import OUTLET_KEYS, kasa_data
from .account import PASSWORD
from .kasa_access import async_identify_kasa, async_read_kasa, async_search_kasa
from .steps import Part, RigStepsFlow
from .texts import Texts

CONF_DEVICE = "device"

HOST_SCHEMA = vol.Schema({vol.Required(CONF_HOST): TextSelector()})
CREDENTIALS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_USERNAME): TextSelector(),
        vol.Required(CONF_PASSWORD): PASSWORD,
    }
)
FAILURES: dict[type[OutletError], str] = {
    OutletUnreachableError: "outlet_unreachable",
    OutletAuthError: "outlet_auth",
    OutletUnsupportedError: "outlet_unsupported",
}


class RigKasaFlow(RigStepsFlow):
    """Steps to an outlet of a Kasa device that feeds no other rig."""

    _kasa_search: asyncio.Task[list[KasaDevice | NeedsCredentials]] | None = None
    _kasa_found: dict[str, KasaDevice | NeedsCredentials]
    _kasa_host: str | None = None
    _kasa: KasaDevice
    _kasa_trouble: str | None = None

    async def async_step_rig_kasa_search(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Search the networks while the user watches the progress."""
        if self._kasa_search is None:
            self._kasa_search = self.hass.async_create_task(
                async_search_kasa(self.hass), f"{DOMAIN} search", eager_start=False
            )
        if not self._kasa_search.done():
            return self.async_show_progress(
                step_id="rig_kasa_search",
                progress_action="rig_kasa_search",
                progress_task=self._kasa_search,
            )
        self._kasa_found = {
            device.host: device for device in self._kasa_search.result()
        }
        self._kasa_search = None
        return async_end_progress(
            self, "rig_kasa_pick" if self._kasa_found else "rig_kasa_none"
        )

    async def async_step_rig_kasa_pick(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which of the devices that were found it is."""
        if user_input is not None:
            host = user_input[CONF_DEVICE]
            return await self.async_step_rig_kasa({CONF_HOST: host})
        texts = await Texts.async_load(self.hass)
        options = []
        for host, device in self._kasa_found.items():
            kind, name = "device", device.model
            if isinstance(device, NeedsCredentials):
                kind = "locked_device"
            elif device.alias:
                name = f"{device.alias}, {device.model}"
            label = texts("rig_outlet", kind, device=name, host=host)
            options.append(SelectOptionDict(value=host, label=label))
        schema = vol.Schema(
            {
                vol.Required(CONF_DEVICE): SelectSelector(
                    SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST)
                )
            }
        )
        return self.async_show_form(step_id="rig_kasa_pick", data_schema=schema)

    async def async_step_rig_kasa(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the address of a Kasa device and try it."""
        errors: dict[str, str] = {}
        detail = ""
        if user_input is not None:
            self._kasa_host, _port = split_address(user_input[CONF_HOST])
            try:
                return await self._identify(self._kasa_host)
            except OutletAuthError:
                return await self.async_step_rig_kasa_auth()
            except OutletError as err:
                errors["base"] = FAILURES[type(err)]
                detail = str(err)
        elif self._kasa_trouble is not None:
            errors["base"] = self._kasa_trouble
            self._kasa_trouble = None
        host = self._kasa_host or self._rig.get(CONF_KASA_HOST, "")
        return self.async_show_form(
            step_id="rig_kasa",
            data_schema=self.add_suggested_values_to_schema(
                HOST_SCHEMA, {CONF_HOST: host}
            ),
            errors=errors,
            description_placeholders={"detail": detail},
        )

    async def async_step_rig_kasa_auth(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the credentials without which a device answers nothing."""
        errors: dict[str, str] = {}
        detail = ""
        host = self._kasa_host or self._rig[CONF_KASA_HOST]
        if user_input is not None:
            try:
                return await self._identify(host, entered_credentials(user_input))
            except OutletError as err:
                errors["base"] = FAILURES[type(err)]
                detail = str(err)
        return self.async_show_form(
            step_id="rig_kasa_auth",
            data_schema=self.add_suggested_values_to_schema(
                CREDENTIALS_SCHEMA, without_password(user_input)
            ),
            errors=errors,
            description_placeholders={"host": host, "detail": detail},
        )

    async def _identify(
        self, host: str, credentials: Credentials | None = None
    ) -> ConfigFlowResult:
        """Learn what is at an address and go on to its outlets; raises OutletError."""
        hashes = [] if credentials else known_hashes(self.hass)
        self._kasa = await async_identify_kasa(self.hass, host, credentials, hashes)
        return await self.async_step_rig_kasa_outlet()

    async def async_step_rig_kasa_outlet(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which of the device's free outlets it is, and show what each feeds."""
        device = self._kasa
        errors: dict[str, str] = {}
        if user_input is not None and CONF_KASA_OUTLET_ID not in user_input:
            errors[CONF_KASA_OUTLET_ID] = "none_chosen"
        elif user_input is not None:
            outlet = find_outlet(device, id=user_input[CONF_KASA_OUTLET_ID])
            self._replace(OUTLET_KEYS, kasa_data(device, outlet))
            return await self._part_known(Part.OUTLET)
        texts = await Texts.async_load(self.hass)
        # Over the connection that the rigs on the same strip have already.
        connections = async_get_resources(self.hass).kasa
        readings = await async_read_kasa(connections, device)
        options = [
            SelectOptionDict(
                value=outlet.id,
                label=texts.outlet(device, outlet, readings.get(outlet.id)),
            )
            for outlet in device.outlets
            if not find_outlet_user(
                self.hass, kasa_data(device, outlet), self._own_entry_id
            )
        ]
        if not options:
            self._kasa_trouble = "outlets_in_use"
            return await self.async_step_rig_kasa()
        free = [option["value"] for option in options]
        known = free[0] if len(free) == 1 else self._rig.get(CONF_KASA_OUTLET_ID)
        suggested = {CONF_KASA_OUTLET_ID: known} if known in free else {}
        # Of a field that is required, the dialog chooses the first option by itself:
        # the star that marks those is part of this one's label.
        schema = vol.Schema(
            {
                vol.Optional(CONF_KASA_OUTLET_ID): SelectSelector(
                    SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST)
                )
            }
        )
        return self.async_show_form(
            step_id="rig_kasa_outlet",
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors,
            description_placeholders={"device": device.alias or device.model},
        )

    @override
    @callback
    def async_remove(self) -> None:
        """Stop searching for a user who has left."""
        if self._kasa_search is not None:
            self._kasa_search.cancel()
        super().async_remove()


def known_hashes(hass: HomeAssistant) -> list[str]:
    """Return what opens the Kasa devices of the rigs there are."""
    hashes = {
        known
        for entry in rig_entries(hass)
        if isinstance(known := entry.data.get(CONF_KASA_CREDENTIALS_HASH), str)
    }
    return sorted(hashes)


def entered_credentials(user_input: dict[str, Any]) -> Credentials:
    """Return the credentials entered in a form."""
    return Credentials(user_input[CONF_USERNAME].strip(), user_input[CONF_PASSWORD])


def without_password(values: dict[str, Any] | None) -> dict[str, Any]:
    """Return a form's values without what is never shown back."""
    return {key: value for key, value in (values or {}).items() if key != CONF_PASSWORD}
