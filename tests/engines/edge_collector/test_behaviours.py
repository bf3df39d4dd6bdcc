"""Miners that misbehave on the wire, as public reports describe them."""

import asyncio
import json
from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    MinerCollector,
    MinerProfile,
    MinerSnapshot,
    miner_state,
)
from tests.reference import OTHER_CASES, reference, twin

from .fake_miner import Script, ok, status
from .harness import DrivenClock, DrivenSleep, StartMiner, client_of
from .replies import STOCK, chains, stats, whatsminer_replies

DEADLINE_S = 0.2
"""Stands for the deadline of a case; its delays shrink in proportion."""

INVALID = {"json": {"STATUS": status("E", 14, "Invalid command", STOCK)}}
HASHING = stats(chains(rates=(4000.0, 4100.0)), model="Antminer S17 Pro")


def case(what: str, commands: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a case of our own, in the format of the reference data."""
    expect = {"reading": True} | more.pop("expect", {})
    client = {"deadline_s": 3.0, "retries": 0, "polls": 2} | more.pop("client", {})
    miner = {"commands": commands, "otherwise": INVALID} | more
    return {"id": what, "miner": miner, "client": client, "expect": expect}


_TWO = {"boards": 2, "hashrate_ghs": 8100.0}
_DOWN = status("E", 132, "btminer process is down", "whatsminer v1.4.0")
_OFF = {"STATUS": "S", "Code": 131, "Msg": {"btmineroff": "true"}}
_GONE = stats(chains(rates=(4000.0,)), model="Antminer S17 Pro")
_SILENT = chains(rates=(4000.0,)) | {"chain_acn1": 0, "chain_acs1": ""}
OWN = [
    case("needs longer than the deadline", {"stats": {"json": HASHING}}, delay_s={"stats": 4.0}, expect=_TWO),
    case("ends without NUL", {"stats": {"json": HASHING}}, nul=False, expect=_TWO),
    case("two documents", {"stats": {"text": json.dumps(HASHING) + json.dumps(INVALID["json"])}}, expect=_TWO),
    case("states no chips", {"stats": {"json": stats(_SILENT)}}, expect={"chips_total": [None], "never_board_status": "critical"}),
    case("one rate with its unit", {"stats": {"json": stats(chains(rates=(4000.0, 4100.0)) | {"GHS 5s": "8.1 TH/s"})}}, expect=_TWO),
    case("boards in edevs only", {"summary": {"json": whatsminer_replies()["summary"]}, "edevs": {"json": whatsminer_replies()["devs"]}}, client={"polls": 6}, expect={"boards": 3}),
    case("asleep, and nothing but its state answers", {"status": {"json": _OFF}}, otherwise={"json": {"STATUS": _DOWN}}, expect={"sleeping": True, "hashing": False}),
    case("a board vanishes", {"stats": {"in_turn": [{"json": HASHING, "times": 2}, {"json": _GONE}]}}, client={"polls": 4}, expect={"boards": 1, "state": "degraded"}),
    case("fans in devs, chips in devdetails", {
        "devs": {"json": ok("DEVS", [{"PGA": 0, "MHS 20s": 2.5e6, "tstemp-0": 70.5, "fan0": 2000}], "bfgminer 5.4.2")},
        "devdetails": {"json": ok("DEVS", [{"PGA": 0, "chips-nr": 18}], "bfgminer 5.4.2")},
    }, client={"polls": 3}, expect={"board_temp_chip_c": [70.5], "chips_total": [18], "fan_rpm_has": 2000}),
]  # fmt: skip


def reference_cases() -> list[dict[str, Any]]:
    """Return the cases of the reference data; none where they are absent."""
    path = reference("cgminer", "behaviours", "behaviours.json")
    if not path.exists():
        return []
    cases: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["behaviours"]
    return cases


class Miner:
    """Answers as a case says."""

    def __init__(self, behaviour: dict[str, Any], scale: float) -> None:
        """Take the case, and by how much its delays shrink."""
        self._behaviour = behaviour
        self._scale = scale
        self._asked: dict[str, int] = {}

    def __call__(self, request: Any) -> bytes | Script:
        """Answer one request."""
        command = str(request["command"])
        raw = self._reply(command)
        delay = self._behaviour.get("delay_s", {}).get(command)
        if delay is None:
            return raw

        async def late(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            await asyncio.sleep(delay * self._scale)
            writer.write(raw)
            writer.write_eof()
            await reader.read()

        return late

    def _reply(self, command: str) -> bytes:
        """Return the bytes of the reply whose turn it is."""
        known = self._behaviour["commands"]
        answer = known.get(command, self._behaviour["otherwise"])
        turn = self._asked[command] = self._asked.get(command, 0) + 1
        for each in answer.get("in_turn", ()):
            answer = each
            turn -= each.get("times", turn)
            if turn <= 0:
                break
        text: str = answer["text"] if "text" in answer else json.dumps(answer["json"])
        return text.encode() + (b"\0" if self._behaviour.get("nul", True) else b"")


@pytest.mark.parametrize(
    "behaviour",
    [pytest.param(each, id=each["id"]) for each in (*OWN, *reference_cases())],
)
@twin(OTHER_CASES)
async def test_miner_that_misbehaves(
    start_miner: StartMiner,
    sleep: DrivenSleep,
    clock: DrivenClock,
    behaviour: dict[str, Any],
) -> None:
    """The last poll reads what the case expects; a client is as it is by default."""
    client, expect = behaviour["client"], behaviour["expect"]
    scale = DEADLINE_S / client["deadline_s"]
    # Only what is late needs a deadline that is short enough to wait for.
    hurried = "delay_s" in behaviour["miner"]
    miner = await start_miner(Miner(behaviour["miner"], scale))
    collector = MinerCollector(
        client_of(
            miner,
            sleep,
            timeout=DEADLINE_S if hurried else 30.0,
            retries=client["retries"],
        ),
        clock=clock,
    )
    profile, snapshot = MinerProfile(), MinerSnapshot()
    for _ in range(client["polls"]):
        snapshot = await collector.async_poll()
        profile = profile.learn(snapshot)
        clock.now += 30
    found = {
        "reading": True,
        "boards": len(snapshot.boards),
        "sleeping": snapshot.sleeping,
        "hashing": snapshot.hashing,
        "model": snapshot.model,
        "state": miner_state(snapshot, profile),
        "board_temp_chip_c": [board.temp_chip for board in snapshot.boards],
        "chips_total": [board.chips_total for board in snapshot.boards],
    }
    assert {key: found[key] for key in expect if key in found} == {
        key: value for key, value in expect.items() if key in found
    }
    if "hashrate_ghs" in expect:
        assert snapshot.hashrate_ghs == pytest.approx(expect["hashrate_ghs"], rel=2e-3)
    if "hashrate_ghs_one_of" in expect:
        assert snapshot.hashrate_ghs in expect["hashrate_ghs_one_of"]
    if "never_board_status" in expect:
        assert expect["never_board_status"] not in [b.status for b in snapshot.boards]
    if "fan_rpm_has" in expect:
        assert expect["fan_rpm_has"] in [fan.rpm for fan in snapshot.fans]
