"""Words for lists that a flow puts together: translated, with what is known filled in."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Self

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ...const import DOMAIN
from ...engines.power import KasaDevice, KasaOutletInfo, OutletReading


class Texts:
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

    def worker(self, name: str, last_share: datetime | None, now: datetime) -> str:
        """Return a worker's name with the age of its last share."""
        name = name or self("rig_worker", "nameless")
        if last_share is None:
            return name
        age = max(now - last_share, timedelta())
        for unit, size in (
            ("days", timedelta(days=1)),
            ("hours", timedelta(hours=1)),
            ("minutes", timedelta(minutes=1)),
        ):
            if age >= 2 * size or unit == "minutes":
                break
        return self("rig_worker", unit, worker=name, count=str(age // size))

    def outlet(
        self,
        device: KasaDevice,
        outlet: KasaOutletInfo,
        reading: OutletReading | None,
    ) -> str:
        """Return an outlet's place and name, whether it is on, and what it feeds."""
        name = outlet.alias or device.alias or device.model
        if device.is_strip:
            number = str(outlet.number)
            name = f"{number}. {outlet.alias}" if outlet.alias else number
        on = outlet.on if reading is None else reading.on
        state = "on" if on else "off"
        if reading is None or reading.watts is None:
            return self("rig_outlet", state, outlet=name)
        watts = f"{reading.watts:.0f}"
        return self("rig_outlet", f"{state}_watts", outlet=name, watts=watts)
