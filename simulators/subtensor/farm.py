"""The farm's part of the auction: a node and a wallet that may bid there."""

import ipaddress

from simulators.clock import Clock
from simulators.commands import Device

from .node import PORT
from .simulator import SubtensorSimulator
from .wallet import WalletFolder

NODE_AT = 1024
"""Address of the node, counted from the farm's base."""


def groups(base: str, clock: Clock, port: int = PORT) -> dict[str, dict[str, Device]]:
    """Return chain, node and a wallet with bids in force, by kind and name."""
    host = str(ipaddress.ip_address(base) + NODE_AT)
    simulator = SubtensorSimulator(host, port, clock=clock)
    wallet = WalletFolder(f"ws://{host}:{port}")
    return {**simulator.groups, "wallets": {"farm": wallet}}
