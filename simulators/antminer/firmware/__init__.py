"""The firmware families: how each of them answers on TCP 4028."""

from simulators.antminer.identity import Identity
from simulators.antminer.models import Family, Model

from .avalon import Avalon
from .base import Firmware
from .braiins import Braiins
from .classic import Classic
from .rewrite import Rewrite
from .whatsminer import Whatsminer

__all__ = ["Firmware", "firmware_of"]

_FAMILIES: dict[Family, type[Firmware]] = {
    Family.REWRITE: Rewrite,
    Family.CLASSIC: Classic,
    Family.BRAIINS: Braiins,
    Family.WHATSMINER: Whatsminer,
    Family.AVALON: Avalon,
}


def firmware_of(model: Model, identity: Identity) -> Firmware:
    """Return the firmware that runs on a model."""
    return _FAMILIES[model.family](model, identity)
