"""What only wallets need: installed and imported with the first wallet.

The packages, some 90 MB, stand beside the engine and not in the manifest, so that a
house without a wallet does not download them.
"""

from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.requirements import (
    RequirementsNotFound,
    async_clear_install_history,
    async_process_requirements,
)

from ...const import DOMAIN
from ...engines import auction

_LISTED: Final = Path(auction.__file__).with_name("requirements.txt")


async def async_load(hass: HomeAssistant) -> None:
    """Have all of it, unless it is there; ConfigEntryNotReady says which is missing."""
    if not hass.config.skip_pip:
        await _async_install(hass)
    await async_import(hass)


async def async_import(hass: HomeAssistant) -> None:
    """Import the engine of wallets, which the event loop must not wait for."""
    await hass.async_add_import_executor_job(auction.load)


async def _async_install(hass: HomeAssistant) -> None:
    """Have Home Assistant install the packages.

    They are missing again once its container was replaced.
    """
    listed = await hass.async_add_executor_job(_LISTED.read_text, "utf-8")
    # One at a time: of several that cannot be had, core would try each one three times.
    for requirement in listed.split():
        try:
            await async_process_requirements(
                hass, DOMAIN, [requirement], is_built_in=False
            )
        except RequirementsNotFound as err:
            # Core would not try it again before it starts again.
            async_clear_install_history(hass)
            raise ConfigEntryNotReady(
                translation_domain=DOMAIN,
                translation_key="wallet_packages",
                translation_placeholders={"package": requirement},
            ) from err
