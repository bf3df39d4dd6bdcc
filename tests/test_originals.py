"""What the documents of the four originals name runs here as it stands there."""

from collections.abc import Callable
import inspect
from typing import Any

import pytest

from custom_components.mining_farm.engines.auction.offer.workers_file import (
    parse_settings,
)
from custom_components.mining_farm.engines.auction.tasks import (
    compute_current_auction,
    ensure_worker_commitment,
)
from custom_components.mining_farm.engines.edge_collector import models
from custom_components.mining_farm.engines.edge_collector.cgminer_client import (
    CGMinerClient,
    CGMinerError,
    build_payload,
)
from custom_components.mining_farm.engines.edge_collector.parsers import (
    determine_board_status,
    extract_board_indices,
    parse_board_health,
    pick_stats_entry,
)

CONFIG = """
[bittensor]
network = "finney"
netuid = 42

[wallet]
name = "default"
hotkey_name = "default"
directory = "~/.bittensor/wallets"

[workers]
price_multiplier = "1.0"
"""


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (CGMinerClient.send_command, ["self", "command"]),
        (CGMinerClient.get_stats, ["self"]),
        (CGMinerClient.get_devs, ["self"]),
        (build_payload, ["command"]),
        (pick_stats_entry, ["stats_response"]),
        (extract_board_indices, ["stats"]),
        (determine_board_status, ["board"]),
        (parse_board_health, ["stats_response", "devs_response"]),
        (ensure_worker_commitment, ["config_path"]),
        (compute_current_auction, ["config_path"]),
    ],
)
def test_functions_and_their_arguments(
    function: Callable[..., Any], names: list[str]
) -> None:
    """By place and by name."""
    parameters = inspect.signature(function).parameters.values()
    by_place = [each.name for each in parameters if each.kind is not each.KEYWORD_ONLY]
    assert by_place == names


def test_the_client() -> None:
    """Address and defaults of the specification, and an error of its own."""
    client = CGMinerClient("192.168.1.100")
    assert (client.host, client.port, client.timeout) == ("192.168.1.100", 4028, 3.0)
    assert issubclass(CGMinerError, Exception)
    assert build_payload("stats") == b'{"command":"stats"}'


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (
            models.BoardStatus,
            "id hashrate_ghs temp_chip temp_pcb chips_ok chips_total status",
        ),
        (
            models.MinerSnapshot,
            """boards boards_healthy boards_total total_hashrate_ghs_boards
            total_hashrate_ghs_devs temperature_overall error_rate""",
        ),
    ],
)
def test_the_fields_of_the_models(model: type, fields: str) -> None:
    """All of them, in their order before those that are new."""
    assert list(inspect.signature(model).parameters)[: len(fields.split())] == (
        fields.split()
    )


@pytest.mark.parametrize(
    ("board", "status"),
    [
        ({"chips_ok": 63, "chips_total": 63, "temp_chip": 72}, "healthy"),
        ({"chips_ok": 61, "chips_total": 63, "temp_chip": 72}, "warning"),
        ({"chips_ok": 59, "chips_total": 63, "temp_chip": 72}, "critical"),
        ({"chips_ok": 63, "chips_total": 63, "temp_chip": 81}, "warning"),
        ({"chips_ok": 63, "chips_total": 63, "temp_chip": 91}, "critical"),
    ],
)
def test_the_rule_of_a_board(board: dict[str, int], status: str) -> None:
    """One mapping in, the word out: a text, as JSON prints it."""
    judged = determine_board_status(board)
    assert judged == status
    assert isinstance(judged, str)


@pytest.mark.parametrize(
    ("workers", "listed", "sizes"),
    [
        ('hashrates = ["0.1", "0.2", "0.3"]', ("0.1", "0.2", "0.3"), None),
        ('worker_sizes = { "0.25" = 4, "0.45" = 2 }', None, {"0.25": 4, "0.45": 2}),
        (
            '[workers.worker_sizes]\n"0.25" = 4\n"0.45" = 2',
            None,
            {"0.25": 4, "0.45": 2},
        ),
        ('hashrates = { "0.25" = 4, "0.45" = 2 }', None, {"0.25": 4, "0.45": 2}),
        ('[workers.hashrates]\n"0.25" = 4\n"0.45" = 2', None, {"0.25": 4, "0.45": 2}),
    ],
)
def test_every_form_of_the_workers_file(
    workers: str, listed: tuple[str, ...] | None, sizes: dict[str, int] | None
) -> None:
    """A list, or sizes in four spellings."""
    settings = parse_settings(CONFIG + workers)
    assert (settings.network, settings.netuid) == ("finney", 42)
    (only,) = settings.sets
    assert only.hashrates == listed
    assert only.sizes == sizes
    assert only.price_multiplier == "1.0"
