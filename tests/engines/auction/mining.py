"""Blocks that a test makes for what is on its way, on a machine as slow as it likes.

An extrinsic lives for some blocks only: blocks that come by the clock would outrun a
busy machine between the head that it is signed for and the pool that takes it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

from simulators.subtensor import SubtensorSimulator

_BETWEEN = 0.02


def is_on_its_way(simulator: SubtensorSimulator) -> bool:
    """Whether an extrinsic waits for a block, or its block for being final."""
    chain = simulator.chain
    waiting = range(chain.finalised.number + 1, chain.head.number + 1)
    return len(chain.pool) > 0 or any(
        block.included for number in waiting if (block := chain.at(number))
    )


async def during[T](
    simulator: SubtensorSimulator, publishing: Awaitable[T], blocks: int = 200
) -> T:
    """Make blocks for what is on its way until something is published or not."""
    task = asyncio.ensure_future(publishing)
    while not task.done():
        await asyncio.wait([task], timeout=_BETWEEN)
        if blocks and is_on_its_way(simulator):
            blocks -= 1
            await simulator.produce()
    return await task


@asynccontextmanager
async def mining(simulator: SubtensorSimulator) -> AsyncIterator[None]:
    """Make blocks for what another process or thread sends."""

    async def mine() -> None:
        while True:
            await asyncio.sleep(_BETWEEN)
            if is_on_its_way(simulator):
                await simulator.produce()

    task = asyncio.create_task(mine())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
