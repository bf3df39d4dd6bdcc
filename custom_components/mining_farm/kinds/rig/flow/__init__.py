"""Dialogs of a rig: each part of it, the import of rigs.json, sign-in, options."""

from ....common.kind_flow import KindFlow
from .import_file import RigImportFlow
from .options import RigOptionsFlow

FLOW = KindFlow(
    steps=RigImportFlow,
    menu=("rig", "rig_import"),
    reconfigure=RigImportFlow.async_step_rig_reconfigure,
    options=RigOptionsFlow,
    import_one=RigImportFlow.import_rig,
    reauth=RigImportFlow.reauth_rig,
)
