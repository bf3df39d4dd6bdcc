"""The two models by name."""

from collections.abc import Mapping
from types import MappingProxyType

from ..rows import PlantTable
from .hk3 import HK3
from .immersion import IMMERSION
from .models import Model

TABLES: Mapping[Model, PlantTable] = MappingProxyType(
    {Model.HK3: HK3, Model.IMMERSION: IMMERSION}
)
