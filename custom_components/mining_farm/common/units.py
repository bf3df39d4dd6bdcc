"""Units of hashrate: Home Assistant has no constants for them."""

from typing import Final

MEGAHASHES_PER_SECOND: Final = "MH/s"
TERAHASHES_PER_SECOND: Final = "TH/s"
PETAHASHES_PER_SECOND: Final = "PH/s"
