"""Config flow of a container: it has to answer before anything is saved."""

from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_NAME, CONF_PORT
from homeassistant.core import callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import BooleanSelector, TextSelector

from ....common.address import host_in_url, same_host, split_address
from ....common.entries import already_set_up, entries_of
from ....common.forms import PORT
from ....const import CONF_KIND, Kind
from ....engines.containers import ContainerError, Found, find
from ..const import CONF_CONTROLS, CONF_MODEL
from ..errors import error_key

ADDRESS_SCHEMA = vol.Schema(
    {vol.Required(CONF_HOST): TextSelector(), vol.Optional(CONF_PORT): PORT}
)
CONFIRM_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_CONTROLS, default=False): BooleanSelector(),
    }
)


class ContainerFlow(ConfigFlow):
    """Steps that add a container or follow it to a new address."""

    _container: Found

    async def async_step_container(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the address of a container and try it."""
        errors: dict[str, str] = {}
        detail = ""
        if user_input is not None:
            try:
                found = await self._find_container(user_input)
            except ContainerError as err:
                errors["base"], detail = error_key(err), str(err)
            else:
                self._async_abort_if_known(found)
                self._container = found
                return await self.async_step_container_confirm()
        return self.async_show_form(
            step_id="container",
            data_schema=self.add_suggested_values_to_schema(ADDRESS_SCHEMA, user_input),
            errors=errors,
            description_placeholders={"detail": detail},
        )

    async def async_step_container_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what was found; ask for its name, and whether it may be controlled."""
        found = self._container
        if user_input is not None:
            return self.async_create_entry(
                title=user_input[CONF_NAME].strip(),
                data={
                    CONF_KIND: Kind.CONTAINER,
                    **_address(found),
                    CONF_MODEL: found.table.model,
                },
                options={CONF_CONTROLS: user_input[CONF_CONTROLS]},
            )
        set_point = found.reading.set_point
        return self.async_show_form(
            step_id="container_confirm",
            data_schema=self.add_suggested_values_to_schema(
                CONFIRM_SCHEMA, {CONF_NAME: self._name(found)}
            ),
            description_placeholders={
                "model": found.table.name,
                "address": f"{host_in_url(found.host)}:{found.port}",
                "set_point": "?" if set_point is None else f"{set_point:g}",
                "alarms": str(len(found.reading.alarms)),
            },
        )

    async def async_step_container_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the container's new address; another model there is another one."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        detail = ""
        if user_input is not None:
            try:
                found = await self._find_container(user_input)
            except ContainerError as err:
                errors["base"], detail = error_key(err), str(err)
            else:
                self._async_abort_if_known(found)
                if found.table.model == entry.data[CONF_MODEL]:
                    return self.async_update_reload_and_abort(
                        entry, data_updates=_address(found)
                    )
                errors["base"] = "container_another_model"
                detail = found.table.name
        return self.async_show_form(
            step_id="container_reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                ADDRESS_SCHEMA, user_input or entry.data
            ),
            errors=errors,
            description_placeholders={"name": entry.title, "detail": detail},
        )

    async def _find_container(self, user_input: dict[str, Any]) -> Found:
        host, port = split_address(user_input[CONF_HOST])
        return await find(
            async_get_clientsession(self.hass),
            host,
            # The field may only hold what was proposed.
            user_input.get(CONF_PORT) if port is None else port,
        )

    @callback
    def _async_abort_if_known(self, found: Found) -> None:
        """Abort where an entry has the address, by whatever spelling of its host."""
        # No answer holds a serial number or a MAC: the address is all that identifies it.
        others = entries_of(
            self.hass, Kind.CONTAINER, excluding=self.context.get("entry_id")
        )
        for entry in others:
            host, port = entry.data.get(CONF_HOST), entry.data.get(CONF_PORT)
            if (
                isinstance(host, str)
                and port == found.port
                and same_host(host, found.host)
            ):
                raise already_set_up(entry)

    def _name(self, found: Found) -> str:
        """Return the model as a name, with the address where it is taken."""
        taken = {entry.title for entry in self._async_current_entries()}
        name = found.table.name
        return f"{name} {found.host}" if name in taken else name


def _address(found: Found) -> dict[str, Any]:
    return {CONF_HOST: found.host, CONF_PORT: found.port}
