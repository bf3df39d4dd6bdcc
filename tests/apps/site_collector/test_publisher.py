"""What a real broker is told."""

from dataclasses import replace
import json
from pathlib import Path
import sys

import pytest

from apps.site_collector.collector import Collector
from apps.site_collector.engine import Member
from apps.site_collector.inventory import Place, Shard, Spot
from apps.site_collector.sums import Sum
from simulators.antminer import AntminerSimulator
from tests.harness.mosquitto import Mosquitto

from .collecting import (
    Listener,
    broker,
    collecting,
    config,
    is_swept,
    listening,
    until_read_again,
)
from .waiting import until

pytestmark = pytest.mark.usefixtures("loopback")
STATUS = "mining/north/0/status"
SITE_SUM = "mining/north/0/sum/site"
CONTAINER_SUM = "mining/north/0/sum/container----C1"


def ident(collector: Collector, miner: AntminerSimulator) -> str:
    """Return the name of a machine."""
    return collector.site.machines[f"{miner.host}:{miner.port}"].ident


async def test_machines_sums_and_availability_are_retained(
    tmp_path: Path, miners: list[AntminerSimulator], mosquitto: Mosquitto
) -> None:
    """Whoever comes later knows all of it; after a clean stop, that nobody is there."""
    site = config(tmp_path, *miners, mqtt=broker(mosquitto.port))
    async with collecting(site) as collector:
        await until(lambda: is_swept(collector))
        async with listening(mosquitto.port) as late:
            await late.until_text(STATUS, "online")
            name = ident(collector, miners[0])
            state = await late.until(
                f"mining/north/0/machine/{name}",
                lambda state: state["status"] == "hashing",
            )
            assert state["available"] is True
            assert state["hashrate"] == pytest.approx(
                miners[0].reading().rate_ghs / 1000, rel=0.1
            )
            assert state["boards_healthy"] == 3
            total = await late.until(
                SITE_SUM, lambda total: total["groups"]["hashing"] == 3
            )
            assert total["machines"] == 3
            assert total["hashrate"] == pytest.approx(
                sum(miner.reading().rate_ghs for miner in miners) / 1000, rel=0.1
            )
            assert (await late.until(CONTAINER_SUM, bool))["machines"] == 3
            announced = await late.until(
                f"homeassistant/device/mining_north/{name}/config", bool
            )
            assert announced["device"]["model"] == "Antminer S19j Pro"
            assert "mining" not in announced["components"]
    async with listening(mosquitto.port) as later:
        await later.until_text(STATUS, "offline")


@pytest.mark.parametrize("strange_polls", [20, 1])
async def test_a_miner_that_falls_silent_is_unavailable_and_listed(
    tmp_path: Path,
    miners: list[AntminerSimulator],
    mosquitto: Mosquitto,
    monkeypatch: pytest.MonkeyPatch,
    strange_polls: int,
) -> None:
    """After the grace; it is the worst of its container, also when that lasts for long."""
    engine = sys.modules[Member.__module__]
    monkeypatch.setattr(engine, "_STRANGE_POLLS", strange_polls)
    monkeypatch.setattr("apps.site_collector.schedule.GRACE_S", 0.5)
    site = config(tmp_path, *miners, mqtt=broker(mosquitto.port))
    async with collecting(site) as collector, listening(mosquitto.port) as listener:
        await until(lambda: is_swept(collector))
        name = ident(collector, miners[0])
        miners[0].refuse()
        state = await listener.until(
            f"mining/north/0/machine/{name}",
            lambda state: state["status"] == "offline",
        )
        assert (state["available"], state["hashrate"]) == (False, None)
        assert state["connectivity"] == "OFF"
        total = await listener.until(
            CONTAINER_SUM, lambda total: total["groups"]["offline"] == 1
        )
        assert total["worst"][0]["machine"] == name
        assert total["worst"][0]["reason"] == "refused"
        assert total["without_rate"] == 1


async def test_a_broker_that_was_away_is_told_what_is_true_then(
    tmp_path: Path, miners: list[AntminerSimulator], mosquitto: Mosquitto
) -> None:
    """Nothing waits for it meanwhile, and it hears no old value before the new one."""
    site = config(tmp_path, *miners, mqtt=broker(mosquitto.port))
    async with collecting(site) as collector:
        assert collector.publisher is not None
        connection = collector.publisher.broker
        await until(lambda: is_swept(collector) and connection.connected)
        await mosquitto.stop()
        await until(lambda: not connection.connected)
        machine = collector.site.machines[site.spots[0].address]
        for _ in range(3):
            await until_read_again(machine)
            assert connection.waiting == 0
        miners[0].refuse()
        await until(lambda: machine.failure)
        machine.lost_after_s = 0
        await mosquitto.start()
        async with listening(mosquitto.port) as listener:
            await listener.until_text(STATUS, "online")
            topic = f"mining/north/0/machine/{machine.ident}"
            statuses = {
                json.loads(text)["status"] for of, text in listener.heard if of == topic
            }
            assert statuses == {"offline"}


@pytest.mark.parametrize("is_remembered", [True, False])
async def test_before_a_machine_was_asked_it_has_no_value(
    tmp_path: Path,
    miners: list[AntminerSimulator],
    mosquitto: Mosquitto,
    is_remembered: bool,
) -> None:
    """What an earlier life has left is overwritten before it is online again.

    Also where what it had learned is lost: the device stays as it was announced.
    """
    site = config(tmp_path, miners[0], mqtt=broker(mosquitto.port))
    async with collecting(site) as collector:
        await until(lambda: is_swept(collector))
        topic = f"mining/north/0/machine/{ident(collector, miners[0])}"
        async with listening(mosquitto.port) as listener:
            await listener.until(topic, lambda state: state["available"])
    if not is_remembered:
        (site.state / "learned-0.jsonl").unlink()
    slow = replace(site, polling=replace(site.polling, period_s=3600))
    async with listening(mosquitto.port) as listener:
        await listener.until_text(STATUS, "offline")
        async with collecting(slow):
            await listener.until_text(STATUS, "online")
            state = listener.json(topic)
            assert (state["status"], state["available"]) == (None, False)
            discovery = [of for of in listener.last if of.startswith("homeassistant/")]
            assert len(discovery) == 3


def _announced(listener: Listener) -> set[str]:
    """Return the topics of devices so far."""
    return {of for of, _ in listener.heard if of.startswith("homeassistant/")}


async def test_a_machine_is_announced_once_its_name_is_known(
    tmp_path: Path, miners: list[AntminerSimulator], mosquitto: Mosquitto
) -> None:
    """Not by its address first: Home Assistant would keep both."""
    site = config(tmp_path, *miners, mqtt=broker(mosquitto.port))
    async with listening(mosquitto.port) as listener, collecting(site) as collector:
        await until(lambda: is_swept(collector))
        names = {ident(collector, miner) for miner in miners}
        await until(
            lambda: all(f"mining/north/0/machine/{n}" in listener.last for n in names)
        )
        await until(lambda: len(_announced(listener)) >= 5)
        assert len(_announced(listener)) == 5


async def test_what_is_gone_is_taken_back(
    tmp_path: Path, miners: list[AntminerSimulator], mosquitto: Mosquitto
) -> None:
    """While it runs, and by a later life; places, too."""
    site = config(tmp_path, *miners, mqtt=broker(mosquitto.port))
    async with listening(mosquitto.port) as listener:
        async with collecting(site) as collector:
            await until(lambda: is_swept(collector))
            names = [ident(collector, miner) for miner in miners]
            topics = [f"homeassistant/device/mining_north/{n}/config" for n in names]
            await until(lambda: set(topics) <= set(listener.last))
            hidden = replace(site.spots[0], shown=False)
            fewer = replace(site, spots=(hidden, *site.spots[1:]))
            await collector.async_reload(fewer)
            await until(lambda: topics[0] not in listener.last)
            assert set(topics[1:]) <= set(listener.last)
        place = "homeassistant/device/mining_north/container----C1/config"
        await until(lambda: place in listener.last)
        moved = replace(site.spots[2], place=Place(container="C2"))
        async with collecting(replace(site, spots=(moved,))):
            await until(lambda: topics[1] not in listener.last)
            await until(lambda: place not in listener.last)
            await until(lambda: topics[2] in listener.last)
            await until(
                lambda: (
                    "homeassistant/device/mining_north/container----C2/config"
                    in listener.last
                )
            )


async def test_two_collectors_show_each_machine_and_each_sum_once(
    tmp_path: Path, miners: list[AntminerSimulator], mosquitto: Mosquitto
) -> None:
    """A sum is over both; without one of them it is unknown, and says how much."""
    site = config(tmp_path, *miners, mqtt=broker(mosquitto.port))
    shards = [Shard(number=number, count=2) for number in range(2)]
    async with (
        listening(mosquitto.port) as listener,
        collecting(site, shards[0]) as first,
    ):
        owner = next(n for n, each in enumerate(shards) if each.has("sum site"))
        topic = f"mining/north/{owner}/sum/site"
        async with collecting(site, shards[1]) as second:
            total = await listener.until(
                topic, lambda total: total["groups"]["hashing"] == 3
            )
            assert (total["machines"], total["without_rate"]) == (3, 0)
            assert total["hashrate"] > 0
            ours = [len(each.site.machines) for each in (first, second)]
            assert sum(ours) == 3
            sums = [of for of in listener.last if of.endswith("/sum/site")]
            assert sums == [topic]
            await until(lambda: len(_announced(listener)) >= 5)
            assert len(_announced(listener)) == 5
        if owner == 0 and ours[1]:
            total = await listener.until(
                topic, lambda total: total["groups"]["unknown"] == ours[1]
            )
            assert total["hashrate"] is None
            assert total["without_rate"] == ours[1]


def forged(**changes: object) -> str:
    """Return a part of another collector's with something odd in it."""
    whole = Sum().to_dict()
    assert Sum.from_dict(whole) is not None
    return json.dumps(whole | changes)


BAD = {"machine": "m", "address": "a", "status": "fault"}
FORGED = (
    "{",
    "[]",
    '{"groups": {"x": 1}, "worst": []}',
    "\xff",
    '{"groups":' * 100_000,
    forged(groups={"hashing": -5}),
    forged(groups={"hashing": "5"}),
    forged(rate="fast"),
    forged(power=float("nan")),
    forged(hottest=True),
    forged(without_rate=None),
    forged(worst=[{**BAD, "status": "fine"}]),
    forged(worst=[{**BAD, "machine": 5}]),
    forged(worst=[{**BAD, "reason": "x" * 1000}]),
    forged(worst=["m"]),
)


@pytest.mark.parametrize("text", FORGED, ids=range(len(FORGED)))
def test_what_is_no_sum(text: str) -> None:
    """Nothing in it can end a sum of ours."""
    try:
        stored = json.loads(text)
    except ValueError, RecursionError:
        return
    assert Sum.from_dict(stored) is None


async def test_nonsense_of_others_is_no_sum(
    tmp_path: Path,
    miners: list[AntminerSimulator],
    mosquitto: Mosquitto,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is written down and counts as nothing."""
    owner = next(n for n in range(2) if Shard(number=n, count=2).has("sum site"))
    shard = Shard(number=owner, count=2)
    spots = (Spot(host="127.0.0.1", port=port) for port in range(1, 1000))
    of_other = next(spot for spot in spots if not shard.has(spot.address))
    site = config(tmp_path, *miners, mqtt=broker(mosquitto.port))
    site = replace(site, spots=(*site.spots, of_other))
    async with collecting(site, shard), listening(mosquitto.port) as listener:
        # It listens to others by then.
        await listener.until_text(f"mining/north/{owner}/status", "online")
        other = 1 - owner
        await listener.client.publish(f"mining/north/{other}/status", "online")
        for text in FORGED:
            await listener.client.publish(f"mining/north/{other}/part/site", text)
        await until(lambda: caplog.text.count("has sent no sum") == len(FORGED))
        assert "Unexpected error" not in caplog.text
        topic = f"mining/north/{owner}/sum/site"
        total = await listener.until(topic, lambda total: total["machines"] == 4)
        assert total["hashrate"] is None
