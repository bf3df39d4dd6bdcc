"""What the figures were measured on."""

from datetime import UTC, datetime
import os
import platform

from homeassistant.const import __version__ as homeassistant_version


def describe_machine() -> str:
    """Return date, versions and cores in one line."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, "
        f"Python {platform.python_version()}, "
        f"Home Assistant {homeassistant_version}, "
        f"{platform.system()} {platform.machine()}, "
        f"{len(os.sched_getaffinity(0))} cores"
    )


def load() -> str:
    """Return how busy the machine was in the last minute, by whatever."""
    return f"load average over the last minute: {os.getloadavg()[0]:.1f}"
