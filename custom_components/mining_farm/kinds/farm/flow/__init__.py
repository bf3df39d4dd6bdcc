"""Dialogs of a farm: its name and members, its options."""

from ....common.kind_flow import KindFlow
from .add import FarmFlow
from .options import FarmOptionsFlow

FLOW = KindFlow(
    steps=FarmFlow,
    menu=("farm",),
    reconfigure=FarmFlow.async_step_farm_reconfigure,
    options=FarmOptionsFlow,
)
