"""The modules and names that the original specification asks for."""

import asyncio
import inspect
import json
from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    cgminer_client,
    main,
    models,
    parsers,
)

from .fake_miner import Firmware
from .harness import StartMiner

STATS: dict[str, Any] = {
    "STATS": [
        {
            "chain_acn1": 63,
            "chain_acn2": 63,
            "chain_acs1": "o" * 63,
            "chain_acs2": "o" * 61 + "xx",
            "temp_chip1": 72,
            "temp_chip2": 74,
            "temp_pcb1": 68,
            "temp_pcb2": 70,
            "chain_rate1": "48523.45",
            "chain_rate2": "49012.33",
        }
    ]
}
DEVS: dict[str, Any] = {
    "DEVS": [
        {
            "ASC": 0,
            "Enabled": "Y",
            "Status": "Alive",
            "Temperature": 73.5,
            "MHS 5s": 97535780.0,
            "Hardware Errors": 12,
            "Rejected": 5,
        }
    ]
}


def test_the_client_has_the_original_signature() -> None:
    """Host, port 4028, a timeout of 3 s; send_command, get_stats and get_devs."""
    signature = inspect.signature(cgminer_client.CGMinerClient)
    assert list(signature.parameters)[:3] == ["host", "port", "timeout"]
    assert signature.parameters["port"].default == 4028
    assert signature.parameters["timeout"].default == 3.0
    for name in ("send_command", "get_stats", "get_devs"):
        assert callable(getattr(cgminer_client.CGMinerClient, name))
    assert cgminer_client.build_payload("stats") == b'{"command":"stats"}'
    assert issubclass(cgminer_client.CGMinerError, Exception)


def test_the_parsers_take_the_original_arguments() -> None:
    """One mapping for a board's status, two replies for a snapshot."""
    board = {"chips_ok": 63, "chips_total": 63, "temp_chip": 72}
    assert parsers.determine_board_status(board) == "healthy"
    assert parsers.determine_board_status(board | {"temp_chip": 81}) == "warning"
    assert parsers.determine_board_status(board | {"chips_ok": 50}) == "critical"
    assert parsers.determine_board_status({"temp_chip": 95}) == "critical"
    assert parsers.determine_board_status({}) == "unknown"
    assert parsers.pick_stats_entry(STATS) is STATS["STATS"][0]
    assert parsers.extract_board_indices(STATS["STATS"][0]) == [1, 2]
    snapshot = parsers.parse_board_health(STATS, DEVS)
    assert isinstance(snapshot, models.MinerSnapshot)
    assert [board.status for board in snapshot.boards] == ["healthy", "warning"]
    assert snapshot.total_hashrate_ghs_devs == 97535.78
    assert snapshot.temperature_overall == 73.5


async def test_replies_without_status_are_read_from_the_command_line(
    start_miner: StartMiner, capsys: pytest.CaptureFixture[str]
) -> None:
    """The original's own examples have no STATUS section."""
    miner = await start_miner(Firmware("", {"stats": STATS, "devs": DEVS}))
    arguments = ["--host", "127.0.0.1", "--port", str(miner.port)]
    assert await asyncio.to_thread(main.main, arguments) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["boards_total"] == 2
    assert document["total_hashrate_ghs_devs"] == 97535.78
    assert document["boards"][0] == {
        "id": 1,
        "hashrate_ghs": 48523.45,
        "temp_chip": 72,
        "temp_pcb": 68,
        "chips_ok": 63,
        "chips_total": 63,
        "status": "healthy",
    }
