"""Folders whose files Home Assistant serves to browsers."""

from pathlib import Path

from homeassistant.core import HomeAssistant

from ...engines.auction.regular_file import DISK_WITHIN, run_within


async def async_served_folder(hass: HomeAssistant, path: str | Path) -> str | None:
    """Return the served folder that a path is in, links followed; None: in none.

    OSError, RuntimeError or TimeoutError where the path cannot be followed.
    """
    served = [hass.config.path("www"), *hass.config.media_dirs.values()]

    def find() -> str | None:
        real = _real(path)
        return next((each for each in served if real.is_relative_to(_real(each))), None)

    return await run_within(DISK_WITHIN, find)


def _real(path: str | Path) -> Path:
    return Path(path).expanduser().resolve()
