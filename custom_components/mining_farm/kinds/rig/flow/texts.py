"""Translated labels of workers and outlets in the lists of a flow."""

from datetime import datetime, timedelta
import math

from ....common.forms import SelectorTexts
from ....engines.power import KasaDevice, KasaOutletInfo, OutletReading


class Texts(SelectorTexts):
    """Workers and outlets, as they are picked from a list."""

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

    def usual_gap(self, usual: timedelta, proposed: timedelta) -> str:
        """Return how long the rig usually has no share, and the limit that suits it."""
        return self("rig_gap", "usual", **_minutes(usual, proposed))

    def neighbours_gap(self, usual: timedelta, proposed: timedelta, rig: str) -> str:
        """Return the same of another rig of the pool."""
        return self("rig_gap", "neighbour", **_minutes(usual, proposed), rig=rig)

    def solo(self) -> str:
        """Return what becomes of the limit where shares are rare."""
        return self("rig_gap", "solo")

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


def _minutes(usual: timedelta, proposed: timedelta) -> dict[str, str]:
    minute = timedelta(minutes=1)
    return {
        "usual": str(math.ceil(usual / minute)),
        "proposed": str(proposed // minute),
    }
