"""Dialogs of a wallet: chain, key, workers, proxy, options."""

from ....common.kind_flow import KindFlow
from .add import WalletFlow
from .options import WalletOptionsFlow

FLOW = KindFlow(
    steps=WalletFlow,
    menu=("wallet",),
    reconfigure=WalletFlow.async_step_wallet_reconfigure,
    options=WalletOptionsFlow,
)
