"""Words for lists that a flow puts together: translated, with what is known filled in."""

from collections.abc import Mapping
from typing import Self

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN


class SelectorTexts:
    """Options of selectors, in the language of this Home Assistant."""

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

    def __call__(self, selector: str, option: str, **known: str) -> str:
        """Return the text of one option of a selector."""
        text = self._texts[f"component.{DOMAIN}.selector.{selector}.options.{option}"]
        return text.format(**known)
