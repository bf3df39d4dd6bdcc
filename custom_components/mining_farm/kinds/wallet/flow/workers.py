"""Steps for what is bid: a workers file, a table of sizes, or nothing yet."""

from typing import Any

import voluptuous as vol

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    ObjectSelector,
    ObjectSelectorConfig,
    ObjectSelectorField,
    TextSelector,
)

from ....common.units import PETAHASHES_PER_SECOND
from ....engines import auction
from ..const import CONF_POOL, CONF_PRICE, CONF_SETS, CONF_SIZES, CONF_WORKERS_FILE
from .checks import (
    RefusedError,
    absolute,
    check_ceilings,
    check_proxy,
    file_offer,
    form_offer,
    form_values,
)
from .steps import WalletSteps

WORKERS_KEYS = (CONF_WORKERS_FILE, CONF_PRICE, CONF_SIZES, CONF_SETS)
FILE_SCHEMA = vol.Schema({vol.Required(CONF_WORKERS_FILE): TextSelector()})
FORM_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_PRICE): TextSelector(),
        vol.Required(CONF_SIZES): ObjectSelector(
            ObjectSelectorConfig(
                fields={
                    "size": ObjectSelectorField(
                        required=True,
                        selector=NumberSelector(
                            NumberSelectorConfig(
                                min=0.05,
                                max=0.45,
                                # Core's least step is 0.001, and the network takes up
                                # to 18 decimal places.
                                step="any",
                                mode=NumberSelectorMode.BOX,
                                unit_of_measurement=PETAHASHES_PER_SECOND,
                            )
                        ),
                    ),
                    "count": ObjectSelectorField(
                        required=True,
                        selector=NumberSelector(
                            NumberSelectorConfig(
                                min=1,
                                max=auction.MAX_WORKERS,
                                mode=NumberSelectorMode.BOX,
                            )
                        ),
                    ),
                    CONF_PRICE: ObjectSelectorField(selector=TextSelector()),
                    CONF_POOL: ObjectSelectorField(selector=TextSelector()),
                },
                multiple=True,
                label_field="size",
                description_field="count",
                translation_key="wallet_sizes",
            )
        ),
    }
)


class WalletWorkersSteps(WalletSteps):
    """Steps from the source of the workers to what would be committed."""

    _wallet_workers: dict[str, Any]
    _wallet_offer: auction.Offer

    async def async_step_wallet_workers(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the source of the workers."""
        return self.async_show_menu(
            step_id="wallet_workers",
            menu_options=[
                "wallet_workers_form",
                "wallet_workers_file",
                "wallet_no_workers",
            ],
        )

    async def async_step_wallet_no_workers(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Bid nothing."""
        return await self._wallet_part_known(WORKERS_KEYS, {})

    async def async_step_wallet_workers_file(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the workers file and read it."""
        errors: dict[str, str] = {}
        detail = ""
        if user_input is not None:
            path = absolute(self.hass, user_input[CONF_WORKERS_FILE])
            try:
                offer = await file_offer(path)
                return await self._preview({CONF_WORKERS_FILE: path}, offer)
            except RefusedError as err:
                errors["base"], detail = err.key, err.detail
        return self.async_show_form(
            step_id="wallet_workers_file",
            data_schema=self.add_suggested_values_to_schema(
                FILE_SCHEMA, user_input or self._wallet_known
            ),
            errors=errors,
            description_placeholders={"detail": detail},
        )

    async def async_step_wallet_workers_form(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a price and for workers by size."""
        errors: dict[str, str] = {}
        detail = ""
        if user_input is not None:
            try:
                offer = form_offer(user_input[CONF_PRICE], user_input[CONF_SIZES])
                return await self._preview(form_values(offer), offer)
            except RefusedError as err:
                errors["base"], detail = err.key, err.detail
        return self.async_show_form(
            step_id="wallet_workers_form",
            data_schema=self.add_suggested_values_to_schema(
                FORM_SCHEMA, user_input or self._known_rows()
            ),
            errors=errors,
            description_placeholders={
                "detail": detail,
                "most": str(auction.MAX_WORKERS),
                "bytes": str(auction.TEXT_LIMIT),
            },
        )

    async def async_step_wallet_preview(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what would be committed."""
        if user_input is not None:
            return await self._wallet_part_known(WORKERS_KEYS, self._wallet_workers)
        offer = auction.describe_offer(self._wallet_offer)
        return self.async_show_form(
            step_id="wallet_preview",
            data_schema=vol.Schema({}),
            description_placeholders={
                "text": offer["text"],
                "bytes": str(offer["bytes"]),
                "limit": str(auction.TEXT_LIMIT),
                "workers": str(offer["workers"]),
                "hashrate": offer["hashrate_ph"],
                "price": offer["price"],
            },
        )

    async def _preview(
        self, known: dict[str, Any], offer: auction.Offer
    ) -> ConfigFlowResult:
        check_ceilings(self._wallet_known, offer)
        if any(workers.pool for workers in offer.sets):
            others = {
                key: value
                for key, value in self._wallet_known.items()
                if key not in WORKERS_KEYS
            }
            await check_proxy(others | known)
        self._wallet_workers = known
        self._wallet_offer = offer
        return await self.async_step_wallet_preview()

    def _known_rows(self) -> dict[str, Any]:
        """Return the form's values for what is bid now."""
        known = self._wallet_known
        sets = known.get(CONF_SETS) or [known]
        if CONF_SIZES not in (first := sets[0]):
            return {}
        rows = [
            {
                "size": float(size),
                "count": count,
                **({} if each is first else {CONF_PRICE: each[CONF_PRICE]}),
                **({CONF_POOL: each[CONF_POOL]} if CONF_POOL in each else {}),
            }
            for each in sets
            for size, count in each[CONF_SIZES].items()
        ]
        return {CONF_PRICE: first[CONF_PRICE], CONF_SIZES: rows}
