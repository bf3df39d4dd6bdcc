"""Config flow of a container: tried, its model told, before anything is saved."""

from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_NAME, CONF_PORT
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
)

from ....const import CONF_KIND, Kind
from ....engines.containers.antspace import (
    AnswerLostError,
    AntspaceClient,
    AntspaceError,
    PlantReading,
    UnreachableError,
)
from ..const import CONF_CONTROLS, CONF_MODEL
from ..coordinator import error_key
from ..entity import MODEL_NAMES

USUAL_PORTS = (80, 8000)
"""Of controllers, and of the mock server that everybody develops with."""

PORT = vol.All(
    NumberSelector(NumberSelectorConfig(min=1, max=65535, mode=NumberSelectorMode.BOX)),
    vol.Coerce(int),
)
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

    _container: dict[str, Any]
    _reading: PlantReading

    async def async_step_container(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the address of a container and try it."""
        errors: dict[str, str] = {}
        detail = ""
        if user_input is not None:
            try:
                address, reading = await self._find_container(user_input)
            except AntspaceError as err:
                errors["base"], detail = error_key(err), str(err)
            else:
                self._async_abort_entries_match(address)
                self._container = {
                    CONF_KIND: Kind.CONTAINER,
                    **address,
                    CONF_MODEL: reading.model,
                }
                self._reading = reading
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
        """Show what was found; ask for its name, and whether it may be steered."""
        if user_input is not None:
            return self.async_create_entry(
                title=user_input[CONF_NAME].strip(),
                data=self._container,
                options={CONF_CONTROLS: user_input[CONF_CONTROLS]},
            )
        model = MODEL_NAMES[self._reading.model]
        set_point = self._reading.set_point
        return self.async_show_form(
            step_id="container_confirm",
            data_schema=self.add_suggested_values_to_schema(
                CONFIRM_SCHEMA,
                {CONF_NAME: f"{model} {self._container[CONF_HOST]}"},
            ),
            description_placeholders={
                "model": model,
                "address": f"{self._container[CONF_HOST]}:{self._container[CONF_PORT]}",
                "set_point": "?" if set_point is None else f"{set_point:g}",
                "alarms": str(len(self._reading.alarms)),
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
                address, reading = await self._find_container(user_input)
            except AntspaceError as err:
                errors["base"], detail = error_key(err), str(err)
            else:
                self._async_abort_entries_match(address)
                if reading.model == entry.data[CONF_MODEL]:
                    return self.async_update_reload_and_abort(
                        entry, data_updates=address
                    )
                errors["base"] = "container_another_model"
                detail = MODEL_NAMES[reading.model]
        return self.async_show_form(
            step_id="container_reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                ADDRESS_SCHEMA, user_input or entry.data
            ),
            errors=errors,
            description_placeholders={"name": entry.title, "detail": detail},
        )

    async def _find_container(
        self, user_input: dict[str, Any]
    ) -> tuple[dict[str, Any], PlantReading]:
        """Return the address that a container answers at, and its state.

        The usual ports are tried where none is given; raises of their errors the one
        that says most.
        """
        failures: list[AntspaceError] = []
        session = async_get_clientsession(self.hass)
        host: str = user_input[CONF_HOST].strip()
        asked: int | None = user_input.get(CONF_PORT)
        for port in USUAL_PORTS if asked is None else (asked,):
            try:
                reading = await AntspaceClient(session, host, port).cooler_state()
            except AntspaceError as err:
                failures.append(err)
            else:
                return {CONF_HOST: host, CONF_PORT: port}, reading
        raise max(failures, key=_weight)


def _weight(err: AntspaceError) -> int:
    """Return how much an error says about what is there, 0 for nothing at all."""
    match err:
        case AnswerLostError():
            return 1
        case UnreachableError():
            return 0
        case _:
            return 2
