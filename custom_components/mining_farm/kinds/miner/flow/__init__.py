"""Dialogs of a miner: one by address or discovery, many by a scan, options."""

from ....common.kind_flow import KindFlow
from .many import MinerManyFlow
from .options import MinerOptionsFlow

FLOW = KindFlow(
    steps=MinerManyFlow,
    menu=("miner", "miner_many"),
    reconfigure=MinerManyFlow.reconfigure_miner,
    options=MinerOptionsFlow,
    import_one=MinerManyFlow.import_miner,
    offer_discovered=MinerManyFlow.offer_discovered_miner,
    follow=MinerManyFlow.follow_miner,
    offer_announced=MinerManyFlow.offer_announced_miner,
)
