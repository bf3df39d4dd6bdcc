"""What the broker is told, and when: machines that are shown, and sums of places."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import batched, chain
import json
import logging
from typing import NamedTuple

from aiomqtt import Message as Received

from .announced import Announced
from .announcing import announce_machine, announce_place, rate_unit
from .broker import ONLINE, Broker, Message
from .config import Config, Mqtt
from .engine import MinerProfile
from .inventory import Place
from .machine import Machine
from .orders import Orders
from .places import Part, count, places_of, whole
from .site import Site
from .states import State
from .sums import Sum
from .topics import Topics

SUMS_S = 10.0
"""Sums are made so often."""
_AT_ONCE = 200
"""Machines that are looked at without a break."""
_LOGGER = logging.getLogger(__name__)


class _Sent(NamedTuple):
    """What was sent last of a machine."""

    state: State
    at: float
    profile: MinerProfile
    place: Place


class Publisher:
    """One collector's part of what a site publishes."""

    def __init__(self, site: Site, mqtt: Mqtt) -> None:
        """Take the machines and the broker."""
        self._site = site
        self.mqtt = mqtt
        self._loop = asyncio.get_running_loop()
        self._topics = Topics.of(site.config, site.shard)
        self._sent: dict[str, _Sent] = {}
        self._parts: dict[tuple[int, Place], Part] = {}
        self._online: dict[int, bool] = {}
        self._shown_places: set[Place] = set()
        """Places that were announced since the broker is connected."""
        self._spots = self._shown_by(site.config)
        self._announced = Announced(site.config.state, site.shard)
        self.places = places_of(site.config.spots, mqtt.sums)
        self._owned = self._own(self.places)
        identifier = f"site_collector_{site.config.site}_{site.shard.number}"
        self.broker = Broker(mqtt, identifier, self._topics.status, self._everything)
        self.broker.on_message = self._on_message
        self._heard = self._listen_to_others()
        self._orders = Orders(site, mqtt, self._topics, self.broker)
        self._stop_listening = site.listen(self._on_poll)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self.broker.subscriptions += [*self._heard, *self._orders.subscriptions]
        self.broker.start()
        self._task = asyncio.create_task(self._async_repeat())

    async def async_stop(self) -> None:
        """Say that we go."""
        self._stop_listening()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._orders.async_stop()
        await self.broker.async_stop()
        await asyncio.to_thread(self._announced.save)

    def follow(self, config: Config) -> bool:
        """Take over a changed inventory; return whether that is all that it takes."""
        places = places_of(config.spots, self.mqtt.sums)
        owned = self._own(places)
        if self._heard and owned != self._owned:
            # What is subscribed to would have to change.
            return False
        self.places, self._owned = places, owned
        self._spots = self._shown_by(config)
        self._shown_places &= set(owned)
        return True

    @staticmethod
    def _shown_by(config: Config) -> dict[str, str | None]:
        """Return the addresses that a file shows; who is there has to be filled in."""
        return {spot.address: None for spot in config.spots if spot.shown}

    def _own(self, places: dict[Place, int]) -> list[Place]:
        """Return the places whose sum this collector shows: each has one that does."""
        shard = self._site.shard
        return [each for each in places if shard.has(f"sum {each.ident}")]

    def _listen_to_others(self) -> dict[str, Callable[[str], None]]:
        """Return who takes what other collectors write, by topic."""
        heard: dict[str, Callable[[str], None]] = {}

        def add(shard: int) -> None:
            def note_status(text: str) -> None:
                self._online[shard] = text == ONLINE

            heard[self._topics.status_of(shard)] = note_status
            for place in self._owned:

                def note_part(text: str, place: Place = place) -> None:
                    self._take_part(shard, place, text)

                heard[self._topics.part_of(shard, place.ident)] = note_part

        for shard in range(self._site.shard.count):
            if shard != self._site.shard.number:
                add(shard)
        return heard

    def _everything(self) -> Iterator[Message]:
        """Return what is true now, for a broker that knows nothing, or what is old."""
        self._sent.clear()
        self._parts.clear()
        self._online.clear()
        self._shown_places.clear()
        return chain(self._of_vacancies(), self._of_all())

    def _of_all(self) -> Iterator[Message]:
        yield from self._of_what_is_gone()
        for machine in self._shown():
            yield from self._of_machine(machine)
        yield from self._of_sums()

    def _shown(self) -> list[Machine]:
        """Return the machines to show: those whose name is settled."""
        return [
            each
            for each in self._site.machines.values()
            if each.spot.shown and each.is_known
        ]

    def _on_poll(self, machine: Machine) -> None:
        if self.broker.connected and machine.spot.shown and machine.is_known:
            self._put(self._of_machine(machine))

    def _put(self, messages: Iterator[Message]) -> None:
        for message in messages:
            self.broker.put(message)

    def _of_machine(self, machine: Machine) -> Iterator[Message]:
        """Yield what others do not know yet of a machine."""
        now = self._loop.time()
        profile, place = machine.profile, machine.spot.place
        state = State.of(machine, now)
        sent = self._sent.get(machine.ident)
        if sent is None or sent.profile is not profile or sent.place != place:
            payload = json.dumps(announce_machine(machine, self._topics, self.mqtt))
            self._announced.devices[machine.ident] = machine.spot.address
            yield Message(self._topics.config(machine.ident), payload)
        is_due = sent is not None and now - sent.at >= self.mqtt.refresh_s
        if sent is None or is_due or state.differs(sent.state):
            unit = rate_unit(profile.algorithm)
            topic = self._topics.machine(machine.ident)
            yield Message(topic, state.to_json(unit), expires=True)
            sent = _Sent(state, now, profile, place)
        self._sent[machine.ident] = sent._replace(profile=profile, place=place)

    async def _async_repeat(self) -> None:
        """Send again what was not polled, make the sums, take back what is gone."""
        while True:
            await asyncio.sleep(min(SUMS_S, self.mqtt.refresh_s / 2))
            for some in batched(self._shown(), _AT_ONCE, strict=False):
                for machine in some:
                    self._on_poll(machine)
                # Others have their turn.
                await asyncio.sleep(0)
            if self.broker.connected:
                self._put(self._of_what_is_gone())
                self._put(self._of_sums())
                await asyncio.to_thread(self._announced.save)

    def _of_what_is_gone(self) -> Iterator[Message]:
        """Yield the end of devices that the file shows no more.

        What is another collector's now is that one's to announce.
        """
        shard = self._site.shard
        shown = self._spots | {each.spot.address: each.ident for each in self._shown()}
        for ident in self._announced.gone(shown):
            self._sent.pop(ident, None)
            yield Message(self._topics.config(ident), "")
            yield Message(self._topics.machine(ident), "")
        for ident in self._announced.gone_places({each.ident for each in self._owned}):
            if shard.has(f"sum {ident}"):
                yield Message(self._topics.config(ident), "")
            yield Message(self._topics.sum(ident), "")

    def _of_vacancies(self) -> Iterator[Message]:
        """Yield that nothing is known of machines that are not there as far as we know.

        An earlier life may have left a value of theirs.
        """
        nothing = State(status=None, facts=None).to_json(1)
        for ident in self._announced.vacant({each.ident for each in self._shown()}):
            yield Message(self._topics.machine(ident), nothing, expires=True)

    def _of_sums(self) -> Iterator[Message]:
        """Yield what is counted here, and the sums that are this collector's to show."""
        now, longest = self._loop.time(), self.mqtt.worst
        ours = count(self._site.machines.values(), self.places, now, longest)
        if self._heard:
            for place, part in ours.items():
                topic = self._topics.part_of(self._site.shard.number, place.ident)
                yield Message(topic, json.dumps(part.to_dict()), expires=True)
        for place in self._owned:
            if place not in self._shown_places:
                self._shown_places.add(place)
                self._announced.devices[place.ident] = ""
                payload = json.dumps(announce_place(place, self._topics, self.mqtt))
                yield Message(self._topics.config(place.ident), payload)
            parts = self._others(place, now)
            if place in ours:
                parts.append(ours[place])
            total = whole(self.places[place], parts, longest)
            topic = self._topics.sum(place.ident)
            yield Message(topic, _sum_message(total), expires=True)

    def _others(self, place: Place, now: float) -> list[Sum]:
        """Return what those collectors have counted that are there."""
        oldest = now - self.mqtt.expire_s
        return [
            part.sum
            for (shard, of), part in self._parts.items()
            if of == place and self._online.get(shard) and part.at >= oldest
        ]

    def _on_message(self, message: Received) -> None:
        topic, payload = str(message.topic), message.payload
        text = payload.decode(errors="replace") if isinstance(payload, bytes) else ""
        if (hear := self._heard.get(topic)) is not None:
            hear(text)
        else:
            self._orders.take(topic, text, retained=message.retain)

    def _take_part(self, shard: int, place: Place, text: str) -> None:
        try:
            part = Sum.from_dict(json.loads(text))
        except ValueError, RecursionError:
            part = None
        if part is None:
            self._parts.pop((shard, place), None)
            _LOGGER.warning("Collector %s has sent no sum of %s", shard, place.ident)
        else:
            self._parts[shard, place] = Part(part, self._loop.time())


def _sum_message(total: Sum) -> str:
    """Return what is shown of a sum; the rate in TH/s."""
    rate = None if total.rate is None else round(total.rate / 1e12, 3)
    more = {"machines": total.machines, "hashrate": rate}
    return json.dumps(total.to_dict() | more, separators=(",", ":"))
