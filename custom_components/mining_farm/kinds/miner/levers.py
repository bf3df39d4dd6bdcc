"""What the farm may do with a miner: put it to sleep, let it draw less, restart it."""

from typing import Final

from ...common.members import Lever, Limit, Receipt, Restart, RestartKind
from ...engines.edge_collector import Command, Order
from ...engines.farm import Levels, LeverKind, Reach, Setting, Targets
from .controls import async_receipt, rest_left, resumption
from .coordinator import MinerCoordinator

STOP_PATIENCE_S: Final = 5.0
"""One that misses its first reading is read again: while hundreds are stopped, that may be
the doing of a busy loop."""


def sleep_lever(miner: MinerCoordinator) -> Lever:
    """Return how the farm puts a miner to sleep and wakes it."""

    async def stop() -> Receipt:
        order = Order(command=Command.PAUSE, patience=STOP_PATIENCE_S)
        return await async_receipt(miner, order)

    async def start() -> Receipt:
        return await async_receipt(miner, resumption(miner))

    def stopped() -> bool | None:
        return miner.data.sleeping if miner.fresh else None

    return Lever(
        kind=LeverKind.SLEEP,
        stop=stop,
        start=start,
        stopped=stopped,
        limit=power_limit(miner),
    )


def power_limit(miner: MinerCoordinator) -> Limit:
    """Return how a miner draws less: by its target in W, else by levels of known W."""

    def reach() -> Reach | None:
        known = miner.capabilities
        if known.writable is False:
            return None
        match miner.power_setting:
            case Command.POWER_TARGET as command, _:
                bounds = known.numbers[command]
                return Targets(
                    least=bounds.minimum, most=bounds.maximum, step=bounds.step
                )
            case Command.LEVEL, _:
                return Levels(by_name=known.level_watts)
        return None

    def present() -> Setting | None:
        return None if (found := miner.power_setting) is None else found[1]

    async def order(setting: Setting) -> Receipt:
        command = Command.LEVEL if isinstance(setting, str) else Command.POWER_TARGET
        return await async_receipt(miner, Order(command=command, value=setting))

    def rested() -> bool:
        if (found := miner.power_setting) is None or miner.under_way is not None:
            return False
        return not rest_left(miner, found[0])

    return Limit(reach=reach, present=present, order=order, rested=rested)


def restarts_of(miner: MinerCoordinator) -> dict[RestartKind, Restart]:
    """Return what a rig may try with a miner that hangs, before it cuts the power."""

    def restart(kind: RestartKind) -> Restart:
        order = Order(command=Command(kind.value))
        return lambda: async_receipt(miner, order)

    known = miner.capabilities
    if not miner.controls or known.writable is False:
        return {}
    commands = {command.value for command in known.commands}
    return {kind: restart(kind) for kind in RestartKind if kind.value in commands}
