"""What goes wrong at every look, logged once for each cause."""

import logging

from ..const import LOGGER


class Complaint:
    """One thing that may go wrong again and again."""

    def __init__(self, what: str, level: int = logging.ERROR) -> None:
        """Take how it is called in the log."""
        self._what = what
        self._level = level
        self._told: str | None = None

    def tell(self, cause: object) -> None:
        """Log a cause unless it is that of before."""
        if (text := str(cause)) != self._told:
            self._told = text
            LOGGER.log(self._level, "%s: %s", self._what, text)

    def settle(self) -> None:
        """Note that it went well: what goes wrong next is logged again."""
        self._told = None
