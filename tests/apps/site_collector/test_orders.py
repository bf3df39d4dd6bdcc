"""Orders by MQTT: off unless allowed, at most once, proved, answered."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
import errno
import json
from pathlib import Path
import shutil
from typing import Any
from unittest.mock import Mock

import pytest

from apps.site_collector.collector import Collector
from apps.site_collector.engine import Waiting
from apps.site_collector.inventory import Shard, Spot, owner
from apps.site_collector.rests import LEAST_REST_S
from simulators.clock import ManualClock
from simulators.makes.luxos import LuxOs
from simulators.makes.only_read import IceRiver
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
ALL = ("pause", "resume", "level")
LONG_S = 3600.0
"""After which no miner rests any more."""


@pytest.fixture
def clock() -> ManualClock:
    """Return the clock of miner and orders."""
    return ManualClock()


@pytest.fixture
async def miner(
    loopback: None, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[LuxOs]:
    """Return a LuxOS on a clock that goes on while an effect is waited for."""

    async def sleep(seconds: float) -> None:
        clock.advance(seconds)

    waiting = Waiting(sleep=sleep, monotonic=clock.now)
    monkeypatch.setattr("apps.site_collector.orders.WAITING", waiting)
    monkeypatch.setattr("apps.site_collector.rests.WALL", clock.now)
    async with LuxOs(host="127.0.0.1", port=0, clock=clock) as made:
        yield made


@pytest.fixture
def held(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Return until when the wait for an effect is held."""
    goes_on = asyncio.Event()

    async def sleep(seconds: float) -> None:
        await goes_on.wait()
        clock.advance(seconds)

    waiting = Waiting(sleep=sleep, monotonic=clock.now)
    monkeypatch.setattr("apps.site_collector.orders.WAITING", waiting)
    return goes_on


class Commander:
    """Orders the only machine, and takes the answers."""

    def __init__(self, collector: Collector, listener: Listener) -> None:
        (machine,) = collector.site.machines.values()
        self.machine = machine
        self.collector = collector
        self.listener = listener
        self.above = f"mining/north/{collector.site.shard.number}"
        self.answers = sum(topic == self.answer for topic, _ in listener.heard)

    @property
    def answer(self) -> str:
        """Where answers come."""
        return f"{self.above}/answer/{self.machine.ident}"

    async def reload(self, **changes: object) -> None:
        """Change the table of the broker, and wait until that is followed."""
        site = self.collector.site.config
        start = len(self.listener.heard)
        mqtt = replace(site.mqtt, **changes)  # type: ignore[type-var]
        await self.collector.async_reload(replace(site, mqtt=mqtt))

        def is_back() -> bool:
            status = f"{self.above}/status"
            said = [text for of, text in self.listener.heard[start:] if of == status]
            return "offline" in said and said[-1] == "online"

        await until(is_back)

    async def order(self, text: str, *, retain: bool = False) -> dict[str, Any]:
        """Return the answer to an order."""
        topic = f"{self.above}/order/{self.machine.ident}"
        await self.listener.client.publish(topic, text, retain=retain)
        self.answers += 1

        def answers() -> list[str]:
            return [text for of, text in self.listener.heard if of == self.answer]

        await until(lambda: len(answers()) >= self.answers)
        found: dict[str, Any] = json.loads(answers()[-1])
        return found


def writes(miner: LuxOs) -> list[str]:
    """Return the orders that the miner was sent."""
    orders = ("curtail", "profileset")
    return [
        f"{request['command']} {request['parameter'].partition(',')[2]}"
        for request in miner.requests
        if request.get("command") in orders
    ]


@pytest.fixture
async def commander(
    tmp_path: Path, miner: LuxOs, mosquitto: Mosquitto, clock: ManualClock
) -> AsyncIterator[Commander]:
    """Return who may order everything; the collector has its miner for long."""
    site = config(
        tmp_path,
        mqtt=broker(mosquitto.port, commands=ALL),
        spots=(Spot(host=miner.host, port=miner.port, shown=True),),
    )
    async with collecting(site) as collector, listening(mosquitto.port) as listener:
        await until(lambda: is_swept(collector))
        await listener.until_text("mining/north/0/status", "online")
        clock.advance(LONG_S)
        yield Commander(collector, listener)


async def test_a_pause_is_sent_once_and_proved(
    commander: Commander, miner: LuxOs
) -> None:
    """The state follows from a reading."""
    answer = await commander.order("pause")
    assert answer == {"command": "pause", "outcome": "confirmed"}
    assert writes(miner) == ["curtail sleep"]
    state = await commander.listener.until(
        f"mining/north/0/machine/{commander.machine.ident}",
        lambda state: state["status"] == "paused",
    )
    assert state["mining"] == "OFF"
    answer = await commander.order('{"command": "pause", "id": 7}')
    assert answer == {"id": 7, "command": "pause", "outcome": "unchanged"}
    assert len(writes(miner)) == 1


async def test_a_miner_rests_before_it_is_woken(
    commander: Commander, miner: LuxOs, clock: ManualClock
) -> None:
    """Too soon is refused; later it is done."""
    await commander.order("pause")
    answer = await commander.order("resume")
    assert answer["error"] == "too_soon"
    clock.advance(600)
    answer = await commander.order("resume")
    assert answer["outcome"] == "confirmed"
    assert writes(miner) == ["curtail sleep", "curtail wakeup"]


@pytest.mark.parametrize("is_killed", [False, True])
async def test_a_miner_rests_also_when_the_collector_is_started_again(
    tmp_path: Path,
    miner: LuxOs,
    mosquitto: Mosquitto,
    clock: ManualClock,
    is_killed: bool,
) -> None:
    """Also where it was killed: then it finds what was on disk at that moment."""
    site = config(
        tmp_path,
        mqtt=broker(mosquitto.port, commands=ALL),
        spots=(Spot(host=miner.host, port=miner.port, shown=True),),
    )
    killed = replace(site, state=tmp_path / "killed")
    async with listening(mosquitto.port) as listener:
        async with collecting(site) as collector:
            await until(lambda: is_swept(collector))
            await listener.until_text("mining/north/0/status", "online")
            first = Commander(collector, listener)
            assert (await first.order("pause"))["outcome"] == "confirmed"
            assert (await first.order("pause"))["outcome"] == "unchanged"
            if is_killed:
                shutil.copytree(site.state, killed.state)
        await listener.until_text("mining/north/0/status", "offline")
        clock.advance(300)
        async with collecting(killed if is_killed else site) as collector:
            await until(lambda: is_swept(collector))
            await listener.until_text("mining/north/0/status", "online")
            second = Commander(collector, listener)
            assert (await second.order("resume"))["error"] == "too_soon"
            clock.advance(301)
            assert (await second.order("resume"))["outcome"] == "confirmed"
    assert writes(miner) == ["curtail sleep", "curtail wakeup"]


@pytest.mark.parametrize("is_shared", [False, True])
async def test_a_miner_rests_also_when_it_becomes_another_collectors(
    tmp_path: Path,
    miner: LuxOs,
    mosquitto: Mosquitto,
    clock: ManualClock,
    is_shared: bool,
) -> None:
    """Of two, each with a folder of its own or one for both: it knows of no pause."""
    spot = Spot(host=miner.host, port=miner.port, shown=True)
    site = config(tmp_path, mqtt=broker(mosquitto.port, commands=ALL), spots=(spot,))
    number = owner(spot.address, 2)
    second = Shard(number=number, count=2)
    folder = site.state if is_shared else tmp_path / "second"
    async with listening(mosquitto.port) as listener:
        async with collecting(site) as collector:
            await until(lambda: is_swept(collector))
            await listener.until_text("mining/north/0/status", "online")
            first = Commander(collector, listener)
            assert (await first.order("pause"))["outcome"] == "confirmed"
        await listener.until_text("mining/north/0/status", "offline")
        clock.advance(10)
        async with collecting(replace(site, state=folder), second) as collector:
            await until(lambda: is_swept(collector))
            await listener.until_text(f"mining/north/{number}/status", "online")
            then = Commander(collector, listener)
            assert (await then.order("resume"))["error"] == "too_soon"
            assert (await then.order("pause"))["outcome"] == "unchanged"
            clock.advance(LEAST_REST_S)
            assert (await then.order("resume"))["outcome"] == "confirmed"
    assert writes(miner) == ["curtail sleep", "curtail wakeup"]


async def test_a_level_is_one_that_the_miner_has(
    commander: Commander, miner: LuxOs
) -> None:
    """Another one is refused, and nothing is sent."""
    answer = await commander.order('{"command": "level", "value": "290MHz"}')
    assert answer["outcome"] == "confirmed"
    answer = await commander.order('{"command": "level", "value": "9 GHz"}')
    assert answer["error"] in ("out_of_bounds", "too_soon")
    assert writes(miner) == ["profileset 290MHz"]
    config_topic = f"homeassistant/device/mining_north/{commander.machine.ident}/config"
    parts = commander.listener.json(config_topic)["components"]
    assert parts["level"]["options"] == ["290MHz", "normal", "600MHz"]
    assert parts["mining"]["platform"] == "switch"


async def test_a_pause_supersedes_what_is_under_way(
    commander: Commander, miner: LuxOs, held: asyncio.Event
) -> None:
    """Anything else is refused meanwhile; both are answered."""
    miner.ignore_writes()
    topic = f"mining/north/0/order/{commander.machine.ident}"
    level = '{"command": "level", "value": "290MHz"}'
    await commander.listener.client.publish(topic, level)
    await until(lambda: writes(miner) == ["profileset 290MHz"])
    assert (await commander.order("resume"))["error"] == "busy"
    miner.restore()
    await commander.listener.client.publish(topic, "pause")
    await until(lambda: "curtail sleep" in writes(miner))
    held.set()
    answer = f"mining/north/0/answer/{commander.machine.ident}"
    await until(lambda: [of for of, _ in commander.listener.heard].count(answer) == 3)
    answers = [
        json.loads(text) for of, text in commander.listener.heard if of == answer
    ]
    assert [each.get("error") for each in answers] == ["busy", "superseded", None]
    assert answers[2] == {"command": "pause", "outcome": "confirmed"}
    assert writes(miner) == ["profileset 290MHz", "curtail sleep"]


async def test_a_rest_outlives_a_reload_and_a_full_disk(
    commander: Commander, miner: LuxOs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be written is known for as long as the process lives."""
    full = Mock(side_effect=OSError(errno.ENOSPC, "No space left on device"))
    monkeypatch.setattr("apps.site_collector.rests.replace_file", full)
    assert (await commander.order("pause"))["outcome"] == "confirmed"
    await commander.reload(worst=3)
    assert (await commander.order("resume"))["error"] == "too_soon"
    assert writes(miner) == ["curtail sleep"]


async def test_a_changed_file_allows_no_more(
    commander: Commander, miner: LuxOs
) -> None:
    """Neither a command that it names no more nor a miner that it hides."""
    await commander.reload(commands=("resume",))
    answer = await commander.order("pause")
    assert answer["message"] == "the site's file does not allow pause"
    await commander.reload(commands=ALL)
    site = commander.collector.site.config
    hidden = replace(site.spots[0], shown=False)
    await commander.collector.async_reload(replace(site, spots=(hidden,)))
    answer = await commander.order("pause")
    assert answer["message"] == "there is no such machine"
    assert writes(miner) == []


async def test_an_order_of_before_the_connection_is_not_carried_out(
    tmp_path: Path, miner: LuxOs, mosquitto: Mosquitto
) -> None:
    """The broker keeps none for it: who gave it may have given up."""
    spot = Spot(host=miner.host, port=miner.port, shown=True)
    site = config(tmp_path, mqtt=broker(mosquitto.port, commands=ALL), spots=(spot,))
    status = "mining/north/0/status"
    async with listening(mosquitto.port) as listener:
        async with collecting(site) as collector:
            await until(lambda: is_swept(collector))
            await listener.until_text(status, "online")
            before = Commander(collector, listener)
        await listener.until_text(status, "offline")
        topic = f"{before.above}/order/{before.machine.ident}"
        await listener.client.publish(topic, "pause", qos=1)
        async with collecting(site) as collector:
            await until(lambda: is_swept(collector))
            await listener.until_text(status, "online")
            assert (await Commander(collector, listener).order("{"))[
                "error"
            ] == "invalid"
    assert writes(miner) == []


async def test_what_is_not_confirmed_is_an_error(
    commander: Commander, miner: LuxOs
) -> None:
    """A miner that says it did and did not."""
    miner.ignore_writes()
    answer = await commander.order("pause")
    assert answer["error"] == "unconfirmed"
    assert writes(miner) == ["curtail sleep"]
    # It may sleep all the same.
    assert (await commander.order("resume"))["error"] == "too_soon"


async def test_the_same_order_twice_is_one(
    commander: Commander, miner: LuxOs, held: asyncio.Event
) -> None:
    """While it is under way; both are answered."""
    miner.ignore_writes()
    topic = f"mining/north/0/order/{commander.machine.ident}"
    answer = f"mining/north/0/answer/{commander.machine.ident}"
    for number in range(2):
        order = json.dumps({"command": "pause", "id": number})
        await commander.listener.client.publish(topic, order)
    await until(lambda: writes(miner) == ["curtail sleep"])
    # By a third, which is answered at once, the second has come, too.
    await commander.listener.client.publish(topic, "resume")
    await until(lambda: answer in commander.listener.last)
    held.set()
    await until(lambda: [of for of, _ in commander.listener.heard].count(answer) == 3)
    answers = [
        json.loads(text) for of, text in commander.listener.heard if of == answer
    ]
    assert [each["error"] for each in answers] == ["busy", *["unconfirmed"] * 2]
    assert {each["id"] for each in answers[1:]} == {0, 1}
    assert writes(miner) == ["curtail sleep"]


async def test_a_fault_in_carrying_out_is_answered(
    commander: Commander, monkeypatch: pytest.MonkeyPatch, miner: LuxOs
) -> None:
    """And written down; the next order is carried out."""
    with monkeypatch.context() as patched:
        patched.setattr(
            "apps.site_collector.orders.create_writer", Mock(side_effect=RuntimeError)
        )
        answer = await commander.order("pause")
    assert (answer["error"], answer["message"]) == ("failed", "see the log")
    assert writes(miner) == []
    assert (await commander.order("pause"))["outcome"] == "confirmed"


async def test_an_order_to_no_machine(commander: Commander, miner: LuxOs) -> None:
    """It is answered where the one who sent it listens; another collector's is not."""
    another = f"mining/north/1/order/{commander.machine.ident}"
    await commander.listener.client.publish(another, "pause")
    await commander.listener.client.publish("mining/north/0/order/nobody", "pause")
    answer = await commander.listener.until("mining/north/0/answer/nobody", bool)
    assert answer == {"error": "invalid", "message": "there is no such machine"}
    assert writes(miner) == []


async def test_a_miner_that_is_only_read(
    tmp_path: Path, loopback: None, mosquitto: Mosquitto
) -> None:
    """Nothing is sent to it, and nothing of it offers that."""
    async with IceRiver(host="127.0.0.1", port=0, clock=ManualClock()) as miner:
        spot = Spot(host=miner.host, port=miner.port, shown=True)
        allowed = broker(mosquitto.port, commands=ALL)
        site = config(tmp_path, mqtt=allowed, spots=(spot,))
        async with collecting(site) as collector, listening(mosquitto.port) as listener:
            await until(lambda: is_swept(collector))
            await listener.until_text("mining/north/0/status", "online")
            answer = await Commander(collector, listener).order("pause")
            assert answer["error"] == "unsupported"
        assert miner.writes == []


async def test_a_retained_order_is_not_carried_out(
    tmp_path: Path, miner: LuxOs, mosquitto: Mosquitto
) -> None:
    """It would be carried out again after each connection."""
    spot = Spot(host=miner.host, port=miner.port, shown=True)
    site = config(tmp_path, mqtt=broker(mosquitto.port, commands=ALL), spots=(spot,))
    async with listening(mosquitto.port) as listener:
        name = "02005e005321"
        await listener.client.publish(
            f"mining/north/0/order/{name}", "pause", retain=True, qos=1
        )
        async with collecting(site):
            answer = f"mining/north/0/answer/{name}"
            await listener.until(answer, lambda text: text["error"] == "retained")
    assert writes(miner) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("explode", "no such command"),
        ("reboot", "does not allow reboot"),
        ("{", "neither a command nor JSON"),
        ("{}", "has no command"),
        ('{"command": "pause", "force": true}', "no key force"),
        ('{"command": "level"}', "a level is needed"),
        ('{"command": "pause", "value": "x"}', "takes no value"),
        ('{"command": "pause", "id": [1]}', "an id is"),
        pytest.param('{"a":' * 190, "neither a command nor JSON", id="deep"),
        pytest.param('{"a":' * 9999, "longer than 1000 characters", id="deeper"),
        pytest.param(
            json.dumps({"command": "level", "value": "x" * 1000}),
            "longer than",
            id="long",
        ),
    ],
)
async def test_nonsense_is_answered(
    commander: Commander, miner: LuxOs, text: str, said: str
) -> None:
    """And nothing is sent."""
    answer = await commander.order(text)
    assert answer["error"] == "invalid"
    assert said in answer["message"]
    assert writes(miner) == []


async def test_a_machine_that_is_off_gets_nothing(
    commander: Commander, miner: LuxOs
) -> None:
    """The answer says that nothing was sent."""
    miner.refuse()
    answer = await commander.order("pause")
    assert answer["error"] == "no_answer"
    assert "nothing was sent" in answer["message"]
    miner.restore()
    assert (await commander.order("resume"))["outcome"] == "unchanged"


async def test_another_miner_at_the_address_gets_nothing(
    commander: Commander, miner: LuxOs
) -> None:
    """Not even when it was put there since the last poll."""
    miner.machine.mac = "02:00:5E:00:53:99"
    answer = await commander.order("pause")
    assert answer["error"] in ("no_answer", "invalid")
    assert writes(miner) == []


async def test_nothing_is_allowed_by_default(
    tmp_path: Path, miner: LuxOs, mosquitto: Mosquitto
) -> None:
    """No topic, no switch, no select."""
    site = config(
        tmp_path,
        mqtt=broker(mosquitto.port),
        spots=(Spot(host=miner.host, port=miner.port, shown=True),),
    )
    async with collecting(site) as collector, listening(mosquitto.port) as listener:
        await until(lambda: is_swept(collector))
        await listener.until_text("mining/north/0/status", "online")
        (machine,) = collector.site.machines.values()
        await listener.client.publish(
            f"mining/north/0/order/{machine.ident}", "pause", qos=1
        )
        await until_read_again(machine)
        assert writes(miner) == []
        topic = f"homeassistant/device/mining_north/{machine.ident}/config"
        assert not listener.json(topic)["components"].keys() & {"mining", "level"}
