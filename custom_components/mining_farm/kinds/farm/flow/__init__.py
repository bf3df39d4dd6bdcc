"""Dialogs of a farm: its name and members, its options, its cooling groups."""

from ....common.kind_flow import KindFlow
from ..const import GROUP
from .add import FarmFlow
from .group import CoolingGroupFlow
from .options import FarmOptionsFlow

FLOW = KindFlow(
    steps=FarmFlow,
    menu=("farm",),
    reconfigure=FarmFlow.async_step_farm_reconfigure,
    options=FarmOptionsFlow,
    subentries={GROUP: CoolingGroupFlow},
)
