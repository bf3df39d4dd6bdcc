"""Each simulated model answers with the keys of the firmware that it stands for."""

import json
from pathlib import Path
import re
from typing import Any

import pytest

from tests.simulators.asking import ask, ask_json
from tests.simulators.conftest import Start

FILE = Path(__file__).parents[2] / "data" / "antminer_shapes.json"
"""For each model and command the keys in their order, slots and fans as N, with kinds."""

SHAPES: dict[str, dict[str, Any]] = json.loads(FILE.read_text("utf-8"))


def shape(value: Any) -> Any:
    """Return the keys of a reply with slots and fans as N, and each value's kind."""
    match value:
        case dict():
            return {
                re.sub(r"\d+$", "N", key): shape(each) for key, each in value.items()
            }
        case list():
            return [shape(value[0]), shape(value[-1])] if value else []
        case bool():
            return "bool"
        case int() | float():
            return "number"
    return type(value).__name__


@pytest.mark.parametrize(
    ("model", "command"),
    [(model, command) for model, commands in SHAPES.items() for command in commands],
)
async def test_replies_have_the_keys_and_kinds_of_the_firmware(
    start: Start, model: str, command: str
) -> None:
    """Nothing missing, nothing added, nothing of another kind, in the same order."""
    simulator = await start(model)
    if command.endswith(":text"):
        text = (await ask(simulator, command.removesuffix(":text")))[:-1].decode()
        assert re.sub(r"=[^|,]*(?=[|,])", "=", text) == SHAPES[model][command]
        return
    name, _, flag = command.partition(":")
    reply = await ask_json(simulator, name, **({"new_api": True} if flag else {}))
    expected = SHAPES[model][command]
    assert shape(reply) == expected
    # The order matters to those who read the text form.
    assert json.dumps(shape(reply)) == json.dumps(expected)
