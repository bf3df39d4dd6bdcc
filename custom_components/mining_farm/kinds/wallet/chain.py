"""What a wallet asks of a chain."""

from collections.abc import Callable
from typing import Protocol

from ...engines.auction import EndpointState, MinerChain, Neuron


class WalletChain(MinerChain, Protocol):
    """The chain as a wallet uses it."""

    async def start(self) -> None:
        """Begin to connect."""

    async def close(self) -> None:
        """End the connection."""

    async def neurons(self, block_hash: str) -> tuple[Neuron, ...]:
        """Return the members of the subnet."""

    def subscribe_endpoints(
        self, callback: Callable[[tuple[EndpointState, ...]], None]
    ) -> Callable[[], None]:
        """Call with the endpoints whenever one has changed."""
