"""Every field of every dialog is either planted in a test of secrets, or may be shown."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

from custom_components.mining_farm import kinds
from custom_components.mining_farm.const import Kind

from .planted import PLANTED

FOLDER = Path(kinds.__file__).parent
CHOICE: Final = "a choice, a number or a limit, which says nothing of who owns what"
ADDRESS: Final = (
    "in titles, device pages and repairs: whom it is about in one's network"
)
NAMED: Final = "the name by which its owner knows it"
FILE: Final = "repairs name the file that has to be mended; diagnostics leave it out"
SHOWN: Final = {
    Kind.MINER: {
        ADDRESS: {"host", "port", "addresses", "miners"},
        NAMED: {"power_sensor", "switch_entity_id"},
        CHOICE: {
            *("containers", "replaced", "detail", "controls", "least_rest"),
            *("least_change", "pool_watch", "least_retune", "least_restart"),
            *("power_minimum", "power_maximum", "without_password"),
            "take_over",
        },
    },
    Kind.RIG: {
        # The worker is the rig's title, and what the pool calls it.
        NAMED: {
            *("worker_name", "miner_entry", "first_step_entity_id"),
            "power_sensor_entity_id",
            # Diagnostics leave it out.
            "switch_entity_id",
        },
        CHOICE: {
            *("status_api", "coin", "advanced", "save_anyway", "kasa_account"),
            *("armed", "device", "draw_is_evidence", "repeat_on_silence"),
            *("use_unseen", "add_second", "miner_steps", "<POLICY_FIELDS>"),
        },
    },
    Kind.CONTAINER: {
        ADDRESS: {"host", "port"},
        NAMED: {"name"},
        CHOICE: {
            *("controls", "set_point_lowest", "set_point_highest", "miner_readings"),
            *("pressure_unit", "thresholds", "severities"),
        },
    },
    Kind.WALLET: {
        # A hotkey's address is public on the chain.
        NAMED: {"hotkey", "proxy_pool_name", "machines"},
        FILE: {"workers_file", "proxy_file", "proxy_sentinel"},
        CHOICE: {
            *("netuid", "save_anyway", "price_ceiling", "worker_ceiling"),
            *("price_multiplier", "worker_sizes", "proxy_from"),
            *("lower_bid", "pause_when_lost"),
        },
    },
    Kind.FARM: {
        NAMED: {
            *("name", "areas", "labels", "members", "machines", "containers"),
            *("sensors", "guards", "pump", "signal_entity_id"),
        },
        CHOICE: {
            *("asleep_only", "starts", "start_seconds", "by_address", "return"),
            *("after_leak", "reactions", "accepted", "pump_watts", "signal_to_watts"),
            *("signal_less_after", "signal_more_after"),
        },
    },
}
"""What may be read where it is meant to be, and why."""


def fields(kind: Kind) -> Iterator[str]:
    """Yield the fields that the schemas of a kind's dialogs have."""
    for path in (FOLDER / kind / "flow").glob("*.py"):
        module = import_module(f"{kinds.__name__}.{kind}.flow.{path.stem}")
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="Required" | "Optional")
                    | ast.Name(id="marker"),
                    args=[name, *_],
                ):
                    yield from _named(module, name)


def _named(module: object, name: ast.expr) -> Iterator[str]:
    match name:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Name(id=constant) if constant.isupper():
            yield getattr(module, constant)
        case ast.Attribute(value=ast.Name(id="field"), attr="key"):
            yield "<POLICY_FIELDS>"
        case ast.Name(id="key"):
            # Of a loop over keys that stand beside it.
            yield from ("draw_is_evidence", "repeat_on_silence")
        case _:
            yield ast.unparse(name)


@pytest.mark.parametrize("kind", Kind)
def test_every_field_is_known(kind: Kind) -> None:
    """A field that is added is planted, or may be shown, before this passes again."""
    found = set(fields(kind))
    shown = set[str]().union(*SHOWN[kind].values())
    assert found <= PLANTED[kind] | shown
    assert len(found) > 5
    assert not PLANTED[kind] & shown
