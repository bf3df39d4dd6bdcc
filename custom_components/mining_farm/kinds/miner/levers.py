"""What the farm may do with a miner: put it to sleep, let it draw less, restart it."""

from homeassistant.util import dt as dt_util

from ...common.members import Lever, Limit, Receipt, Restart, RestartKind
from ...engines.edge_collector import Command, Order
from ...engines.farm import Levels, LeverKind, Reach, Setting, Targets
from .controls import async_receipt, rest_left, resumption
from .coordinator import MinerCoordinator


def sleep_lever(miner: MinerCoordinator) -> Lever:
    """Return how the farm puts a miner to sleep and wakes it."""

    async def stop() -> Receipt:
        return await async_receipt(miner, Order(command=Command.PAUSE))

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
        match _command(miner):
            case Command.POWER_TARGET as command:
                bounds = known.numbers[command]
                return Targets(
                    least=bounds.minimum, most=bounds.maximum, step=bounds.step
                )
            case Command.LEVEL:
                return Levels(by_name=known.level_watts)
        return None

    def present() -> Setting | None:
        command = _command(miner)
        return None if command is None else _setting(miner, command)

    async def order(setting: Setting) -> Receipt:
        command = Command.LEVEL if isinstance(setting, str) else Command.POWER_TARGET
        return await async_receipt(miner, Order(command=command, value=setting))

    def rested() -> bool:
        command = _command(miner)
        if command is None or miner.under_way is not None:
            return False
        return not rest_left(miner, command)

    return Limit(reach=reach, present=present, order=order, rested=rested)


def _command(miner: MinerCoordinator) -> Command | None:
    """Return what lowers a miner: what it is set by now, so that it can be set back."""
    known = miner.capabilities
    if (
        Command.POWER_TARGET in known.numbers
        and _setting(miner, Command.POWER_TARGET) is not None
    ):
        return Command.POWER_TARGET
    if known.level_watts and _setting(miner, Command.LEVEL) is not None:
        return Command.LEVEL
    return None


def _setting(miner: MinerCoordinator, command: Command) -> Setting | None:
    value = miner.data.settings.get(command) if miner.fresh else None
    return None if isinstance(value, bool) else value


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
