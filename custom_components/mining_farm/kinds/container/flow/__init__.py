"""Dialogs of a container: adding, changing, options."""

from ....common.kind_flow import KindFlow
from .add import ContainerFlow
from .options import ContainerOptionsFlow

FLOW = KindFlow(
    steps=ContainerFlow,
    menu=("container",),
    reconfigure=ContainerFlow.async_step_container_reconfigure,
    options=ContainerOptionsFlow,
)
