"""What each family says that it is doing, and that a sleeping miner is known as such."""

from typing import Any, override

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    MinerError,
    MinerSnapshot,
    MinerState,
    parse_snapshot,
)

from .fake_miner import Classic, Firmware, Reply, ok
from .harness import MakePoller, StartMiner
from .replies import chains, stats, stock_replies, whatsminer_replies
from .test_families import reply


def vnish(state: str, **entry: Any) -> Reply:
    """Return `stats` of VNish, whose device row states what it does."""
    return stats(
        (entry or chains()) | {"state": state}, model="Antminer S21 (Vnish 1.2.7)"
    )


def avalon(fields: str) -> Reply:
    """Return `stats` of an Avalon Q with some fields."""
    text = (
        f"Ver[Q-25010101] Elapsed[5020] GHSspd[52000.5] MGHS[51000.0] TA[160] {fields}"
    )
    return reply("STATS", {"MM ID0": text}, description="cgminer 4.11.1")


def luxos(
    config: dict[str, Any] | None = None, **device: Any
) -> dict[str, dict[str, Any]]:
    """Return the replies of LuxOS, its boards with some fields."""
    description = "LUXminer 2025.1.14"
    return {
        "stats": stats(description=description),
        "devs": ok("DEVS", [{"ASC": 0, "MHS 5s": 3e7} | device], description),
        "config": ok("CONFIG", [config or {}], description),
    }


def braiins(*words: str, rate: float = 0.0, **tuner: Any) -> dict[str, dict[str, Any]]:
    """Return the replies of Braiins OS: what its tuner says of each hashboard."""
    description = "BOSer boser-openwrt 0.1.0-26ba61b9"
    chains = [{"HashchainIndex": n, "Status": word} for n, word in enumerate(words)]
    row = {"PowerLimit": 1420, "TunerChainStatus": chains} | tuner
    return {
        "devs": ok("DEVS", [{"ID": 1, "MHS 5s": rate}], description),
        "tunerstatus": ok("TUNERSTATUS", [row], description),
    }


def stopped(key: str) -> Reply:
    """Return what a stopped Whatsminer answers to `status`."""
    return {"STATUS": "S", "Code": 131, "Msg": {key: "true"}, "Description": ""}


CASES: list[tuple[str, dict[str, Any], MinerState | None]] = [
    ("VNish, hashing", {"stats": vnish("mining")}, None),
    ("VNish, auto-tuning", {"stats": vnish("auto-tuning")}, MinerState.TUNING),
    ("VNish, initializing", {"stats": vnish("initializing")}, MinerState.STARTING),
    ("VNish, shutting down", {"stats": vnish("shutting-down")}, MinerState.STOPPING),
    ("VNish, stopped", {"stats": vnish("stopped")}, MinerState.PAUSED),
    (
        "VNish, stopped, no chains listed",
        {"stats": vnish("stopped", Elapsed=9000)},
        MinerState.PAUSED,
    ),
    ("VNish, failure", {"stats": vnish("failure")}, MinerState.FAULT),
    ("VNish, a word of tomorrow", {"stats": vnish("dreaming")}, None),
    ("stock, asleep", {"stats": stats(chains() | {"Mode": 254})}, MinerState.PAUSED),
    ("stock, at work", {"stats": stats(chains() | {"Mode": 2})}, None),
    (
        "new shape, asleep",
        {"stats": {"STATS": [{"chain": [], "miner-mode": 1, "rate_5s": 0.0}]}},
        MinerState.PAUSED,
    ),
    (
        "new shape, at work",
        {"stats": {"STATS": [{"chain": [], "miner-mode": 0, "rate_5s": 5.0}]}},
        None,
    ),
    ("Avalon, at work", {"stats": avalon("SoftOFF[0] STATE[1] ADJ[1]")}, None),
    (
        "Avalon, standby",
        {"stats": avalon("SYSTEMSTATU[Work: In Idle, Hash Board: 1] SoftOFF[4]")},
        MinerState.PAUSED,
    ),
    (
        "Avalon, idle without being told",
        {"stats": avalon("SYSTEMSTATU[Work: In Idle, Hash Board: 1] SoftOFF[0]")},
        None,
    ),
    ("Avalon, initialising", {"stats": avalon("STATE[0]")}, MinerState.STARTING),
    ("Avalon, fault", {"stats": avalon("STATE[3]")}, MinerState.FAULT),
    ("Avalon, fan fault", {"stats": avalon("FanErr[1]")}, MinerState.FAULT),
    ("Avalon, calibrating", {"stats": avalon("ADJ[0] BAR[42]")}, MinerState.TUNING),
    ("LuxOS, at work", luxos({"CurtailMode": "None"}), None),
    ("LuxOS, curtailed", luxos({"CurtailMode": "sleep"}), MinerState.PAUSED),
    ("LuxOS, tuning", luxos({"IsTuning": True}), MinerState.TUNING),
    ("LuxOS, ramping", luxos(IsRamping=True), MinerState.STARTING),
    ("LuxOS, shut down", luxos(IsUserShutdown=True), MinerState.PAUSED),
    ("Braiins OS, paused", braiins("Status: paused", "paused"), MinerState.PAUSED),
    ("Braiins OS, one hashboard paused", braiins("paused", "Stable"), None),
    ("Braiins OS, hashing all the same", braiins("Paused", rate=1e7), None),
    ("Braiins OS, stable", braiins("Stable", rate=1e7), None),
    (
        "Braiins OS, tuning",
        braiins("Stable", "Tuning individual chips (75%)", rate=1e7),
        MinerState.TUNING,
    ),
    (
        "Braiins OS, power scaled down",
        braiins("Stable", DynamicPowerScaling={"ScaledPowerLimit": 1200}, rate=1e7),
        MinerState.LIMITED,
    ),
    (
        "Braiins OS, scaled back to all of it",
        braiins("Stable", DynamicPowerScaling={"ScaledPowerLimit": 1420}, rate=1e7),
        None,
    ),
    (
        "Braiins OS, nothing scaled",
        braiins("Stable", DynamicPowerScaling="InitialPowerLimit", rate=1e7),
        None,
    ),
    (
        "Braiins OS, no limit stated",
        braiins(DynamicPowerScaling={"ScaledPowerLimit": 9}, PowerLimit=None, rate=1e7),
        None,
    ),
    ("Braiins OS, an odd tuner", braiins(TunerChainStatus="paused"), None),
    ("Whatsminer, API 2", {"status": stopped("mineroff")}, MinerState.PAUSED),
    ("Whatsminer, older", {"status": stopped("btmineroff")}, MinerState.PAUSED),
    (
        "Auradine",
        {"mode": reply("Mode", {"Sleep": "on"}, description="FluxOS-2024")},
        MinerState.PAUSED,
    ),
    (
        "Auradine, at work",
        {"mode": reply("Mode", {"Sleep": "off"}, description="FluxOS-2024")},
        None,
    ),
]


@pytest.mark.parametrize(
    ("replies", "state"), [pytest.param(*case, id=name) for name, *case in CASES]
)
def test_state_as_the_family_reports_it(
    replies: dict[str, Any], state: MinerState | None
) -> None:
    """The word of the firmware in our terms; a word that is not known says nothing."""
    snapshot = parse_snapshot(replies)
    assert snapshot.reported_state == state
    assert snapshot.sleeping is (state in (MinerState.PAUSED, MinerState.STOPPING))
    if state is MinerState.PAUSED:
        assert snapshot.hashing is False
        assert not snapshot.hashrate_ghs
        assert not snapshot.total_hashrate_ghs_boards


@pytest.mark.parametrize(
    ("uptime", "state"), [(200, MinerState.STARTING), (9000, None)]
)
def test_whatsminer_that_raises_its_frequencies_starts_for_an_hour_at_most(
    uptime: int, state: MinerState | None
) -> None:
    """Later the incomplete frequencies are what is wrong with it."""
    replies = whatsminer_replies()
    replies["devs"]["DEVS"][1]["Upfreq Complete"] = 0
    replies["summary"]["SUMMARY"][0]["Elapsed"] = uptime
    assert parse_snapshot(replies).reported_state == state


class Whatsminer(Classic):
    """Joins, but not `status`; with btminer stopped nothing but that answers."""

    asleep = False
    """Told to stop, as `status` says."""
    down = False
    """Not running, for whatever reason."""

    def __init__(self, *, stale: bool = False) -> None:
        """Keep answering with the last readings while asleep, as some firmware does."""
        super().__init__("whatsminer v1.4", whatsminer_replies())
        self.stale = stale

    @override
    def __call__(self, request: Any) -> Reply:
        """Answer as btminer does."""
        command = request["command"]
        if command == "status":
            word = "true" if self.asleep else "false"
            return {"STATUS": "S", "Code": 131, "Msg": {"mineroff": word}}
        if "status" in command or self.down or (self.asleep and not self.stale):
            return {
                "STATUS": "E",
                "Code": 132,
                "Msg": "btminer process is down",
                "Description": self.description,
            }
        return super().__call__(request)


@pytest.mark.parametrize("stale", [True, False], ids=["stale readings", "refusals"])
async def test_whatsminer_goes_to_sleep_and_wakes_up(
    start_miner: StartMiner, poller: MakePoller, *, stale: bool
) -> None:
    """Asleep within two polls, with no rate of before, over two connections each."""
    firmware = Whatsminer(stale=stale)
    polls = poller(await start_miner(firmware))
    before = await polls.poll(3)
    assert before.hashing
    assert not before.sleeping
    firmware.asleep = True
    asleep = await polls.poll(2)
    assert asleep.sleeping
    assert asleep.hashing is False
    assert not asleep.hashrate_ghs
    assert not any(board.hashrate_ghs for board in asleep.boards)
    firmware.asleep = False
    awake = await polls.poll(3)
    assert (awake.hashrate_ghs, awake.sleeping) == (before.hashrate_ghs, False)
    assert max(polls.connections[1:]) <= 2


async def test_whatsminer_found_asleep(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """The first poll reads it, and it is asked little until it wakes up."""
    firmware = Whatsminer()
    firmware.asleep = True
    polls = poller(await start_miner(firmware))
    assert (await polls.poll()).reported_state is MinerState.PAUSED
    await polls.poll(3)
    assert max(polls.connections) <= 3
    firmware.asleep = False
    assert len((await polls.poll(2)).boards) == 3


async def test_whatsminer_that_is_down_without_being_told_is_not_asleep(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """A mining process that restarts is no reason to leave the miner alone."""
    firmware = Whatsminer()
    polls = poller(await start_miner(firmware))
    await polls.poll(2)
    firmware.down = True
    with pytest.raises(MinerError, match="btminer process is down"):
        await polls.poll()


async def test_luxos_is_asked_whether_it_is_curtailed(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """Its boards may still be alive, so only `config` says it."""
    replies = luxos({"CurtailMode": "None"}, Status="Alive")
    firmware = Classic("LUXminer 2025.1.14", replies)
    polls = poller(await start_miner(firmware))
    assert (await polls.poll(3)).hashing
    replies["config"]["CONFIG"][0]["CurtailMode"] = "Sleep"
    snapshot = await polls.poll(2)
    assert snapshot.sleeping
    assert snapshot.hashing is False


async def test_stock_miners_are_never_asked_for_a_state(
    start_miner: StartMiner, poller: MakePoller
) -> None:
    """The commands of one family are not sent to another."""
    polls = poller(await start_miner(Firmware("cgminer 1.0.0", stock_replies())))
    snapshot: MinerSnapshot = await polls.poll(12)
    assert snapshot.hashing
    sent = {name for asked in polls.asked for each in asked for name in each}
    assert sent.isdisjoint({"status", "config", "mode", "power", "tunerstatus"})
