"""Dialogs of a miner: one by address or discovery, many by a scan, options."""

from ....common.kind_flow import KindFlow
from .options import MinerOptionsFlow
from .reauth import MinerReauthFlow

FLOW = KindFlow(
    steps=MinerReauthFlow,
    menu=("miner", "miner_many"),
    reconfigure=MinerReauthFlow.reconfigure_miner,
    options=MinerOptionsFlow,
    import_one=MinerReauthFlow.import_miner,
    offer_discovered=MinerReauthFlow.offer_discovered_miner,
    follow=MinerReauthFlow.follow_miner,
    offer_announced=MinerReauthFlow.offer_announced_miner,
    reauth=MinerReauthFlow.reauth_miner,
)
