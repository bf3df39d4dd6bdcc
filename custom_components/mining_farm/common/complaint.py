"""What goes wrong at every look or poll, logged once for each cause."""

import logging

from ..const import LOGGER


class Complaint:
    """One thing that may go wrong again and again."""

    def __init__(
        self, what: str, level: int = logging.ERROR, *, traceback: bool = False
    ) -> None:
        """Take how it is called in the log, and whether a fault of ours is looked for."""
        self._what = what
        self._level = level
        self._traceback = traceback
        self._told: str | None = None

    def tell(self, cause: Exception) -> None:
        """Log a cause unless it is that of before."""
        if (text := f"{type(cause).__name__} {cause}") != self._told:
            self._told = text
            LOGGER.log(
                self._level,
                "%s: %s",
                self._what,
                cause,
                exc_info=cause if self._traceback else None,
            )

    def settle(self) -> None:
        """Note that it went well: what goes wrong next is logged again."""
        self._told = None
