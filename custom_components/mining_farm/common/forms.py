"""What the forms of all kinds build with: translated options and names, the port of a device."""

from collections.abc import Callable, Mapping
from typing import Final, Self

import voluptuous as vol

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN

PORT: Final = vol.All(
    NumberSelector(NumberSelectorConfig(min=1, max=65535, mode=NumberSelectorMode.BOX)),
    vol.Coerce(int),
)


async def async_entity_names(hass: HomeAssistant) -> Callable[[str, str], str]:
    """Return what gives an entity's translated name by platform and translation key."""
    texts = await async_get_translations(hass, hass.config.language, "entity", {DOMAIN})
    return lambda platform, key: texts[
        f"component.{DOMAIN}.entity.{platform}.{key}.name"
    ]


class SelectorTexts:
    """Translated options of selectors, for lists that are made at run time."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Take the translations as Home Assistant keeps them."""
        self._texts = texts

    @classmethod
    async def async_load(cls, hass: HomeAssistant) -> Self:
        """Read the translations once for a form."""
        return cls(
            await async_get_translations(
                hass, hass.config.language, "selector", {DOMAIN}
            )
        )

    def __call__(self, selector: str, option: str, **placeholders: str) -> str:
        """Return the text of one option of a selector."""
        text = self._texts[f"component.{DOMAIN}.selector.{selector}.options.{option}"]
        return text.format(**placeholders)
