"""The two models by name."""

from collections.abc import Mapping
from types import MappingProxyType

from .hk3 import HK3
from .immersion import IMMERSION
from .models import Model
from .rows import PlantTable

TABLES: Mapping[Model, PlantTable] = MappingProxyType(
    {Model.HK3: HK3, Model.IMMERSION: IMMERSION}
)
