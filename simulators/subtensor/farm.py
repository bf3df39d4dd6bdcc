"""The farm's part of the auction: a node and a wallet that may bid there."""

import ipaddress
from pathlib import Path

from simulators.clock import Clock
from simulators.device import Groups

from .node import PORT
from .simulator import SubtensorSimulator
from .wallet import WalletFolder

NODE_AT = 1024
"""Address of the node, counted from the farm's base."""


def node_host(base: str) -> str:
    """Return the address of the node."""
    return str(ipaddress.ip_address(base) + NODE_AT)


def groups(
    base: str, clock: Clock, port: int = PORT, folder: Path | None = None
) -> Groups:
    """Return chain, node and a wallet with bids in force, by kind and name.

    The wallet's files are in that folder; None: in a temporary one.
    """
    host = node_host(base)
    simulator = SubtensorSimulator(host, port, clock=clock)
    wallet = WalletFolder(f"ws://{host}:{port}", folder)
    return {**simulator.groups, "wallets": {"farm": wallet}}
