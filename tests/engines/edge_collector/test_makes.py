"""Whatever a make offers can be ordered: it is sent once, and the reading shows it."""

from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    Capabilities,
    Command,
    Outcome,
    Value,
)

from .makes import MAKES, Makes

SHOWN = (Outcome.CONFIRMED, Outcome.UNCHANGED)
NEVER_SHOWN = (Command.IDENTIFY, Command.FAN_MODE)
WHILE_PAUSED = {
    "braiins": (Command.FAN_MODE, Command.FAN_SPEED, Command.TARGET_TEMPERATURE)
}
"""Commands that a make is given only then."""
_LASTING = (Command.LOCATE, Command.DISPLAY)
_APART = (Command.PAUSE, Command.RESUME, Command.POOLS, *_LASTING)


@pytest.mark.parametrize("name", MAKES)
async def test_it_is_paused_and_resumed(makes: Makes, name: str) -> None:
    """Each is one write, and the reading shows it; a second time nothing is sent."""
    miner = await makes.start(name)
    offered = (await miner.read()).capabilities
    assert offered is not None
    assert offered.pause
    for command, asleep in ((Command.PAUSE, True), (Command.RESUME, False)):
        before = len(miner.simulator.writes)
        assert await miner.order(command) is Outcome.CONFIRMED
        assert len(miner.simulator.writes) == before + 1
        assert (await miner.read()).sleeping is asleep
        assert await miner.order(command) is Outcome.UNCHANGED
        assert len(miner.simulator.writes) == before + 1


@pytest.mark.parametrize("name", MAKES)
async def test_all_that_it_offers_can_be_ordered(makes: Makes, name: str) -> None:
    """Commands, levels, numbers at both limits, boards: each once, and then shown."""
    miner = await makes.start(name)
    capabilities = (await miner.read()).capabilities
    assert capabilities is not None
    for command, value, part in _orders(capabilities):
        miner.machine.paused = command in WHILE_PAUSED.get(name, ())
        before = len(miner.simulator.writes)
        outcome = await miner.order(command, value, part)
        sent = len(miner.simulator.writes) - before
        if outcome is Outcome.ACCEPTED:
            assert (command in NEVER_SHOWN, sent) == (True, 1)
            continue
        assert outcome in SHOWN, (command, value)
        assert sent == (outcome is Outcome.CONFIRMED), (command, value)
        if value is not None:
            found = await miner.read()
            shown: Any = found.boards_on if part else found.settings
            assert shown[part or command] == value


def _orders(
    capabilities: Capabilities,
) -> list[tuple[Command, Value | None, str | None]]:
    """Return every order that can be made of them."""
    pause = (Command.PAUSE, Command.RESUME) if capabilities.pause else ()
    orders: list[tuple[Command, Value | None, str | None]] = [
        (command, None, None)
        for command in (*pause, *(c for c in capabilities.commands if c not in _APART))
    ]
    for command, bounds in capabilities.numbers.items():
        orders += [(command, bounds.minimum, None), (command, bounds.maximum, None)]
    orders += [(command, 1000.0, None) for command in capabilities.unbounded]
    for command, options in capabilities.choices.items():
        orders += [(command, option, None) for option in options]
    for board in capabilities.boards:
        orders += [(Command.BOARD, False, board), (Command.BOARD, True, board)]
    for command in set(_LASTING) & set(capabilities.commands):
        orders += [
            (command, False, None),
            (command, True, None),
            (command, False, None),
        ]
    return orders


async def test_a_goldshell_wakes_at_the_level_that_it_had(makes: Makes) -> None:
    """Not at the first of its plans, which draws more."""
    miner = await makes.start("goldshell")
    await miner.order(Command.LEVEL, "low")
    await miner.order(Command.PAUSE)
    assert await miner.order(Command.RESUME, "low") is Outcome.CONFIRMED
    assert (await miner.read()).settings[Command.LEVEL] == "low"
    await miner.order(Command.PAUSE)
    assert await miner.order(Command.RESUME, "gone") is Outcome.CONFIRMED
    assert (await miner.read()).settings[Command.LEVEL] == "normal"
