"""Kills a real Home Assistant in the middle of power cycles and tallies what follows.

Each round cuts a simulated rig's outlet through the action, kills the process at a
random moment of the cycle (SIGKILL), starts it again, and checks that the outlet is on,
that nothing is left to be finished, and that the power was not cut a second time. With
--twice that start is killed as well, as soon as it turns to the outlet.
"""

import argparse
import asyncio
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from enum import StrEnum
import json
from pathlib import Path
import random
import sys
import tempfile
import time
from typing import Any

import aiohttp

from simulators.kasa import KasaSimulator
from simulators.pool import PoolSimulator
from tests.harness import HomeAssistantClient, HomeAssistantProcess
from tests.harness.rigs import DOMAIN, POOL, Rig, add_rig

WORKER = "rig01"
STATE = f"sensor.{WORKER}_state"
PLUG_AT = "127.12.2.1"
ON_DELAY = 1
LATENCY = 0.2
"""Seconds to each reply of the strip, so that kills also fall in between commands."""
CYCLE = ON_DELAY + 1.5
"""Seconds from the call to the end of a cycle, and a little more."""
FINISH = 1.0
"""Seconds in which a start turns on what was left off, and a little more."""
POLL = 0.01
IN_FLIGHT = 0.3
"""Seconds until a command that the killed process has sent is carried out."""
BACK_WITHIN = 60.0
"""Seconds from the start of Home Assistant, its own start included, to power."""


class Moment(StrEnum):
    """Where in its cycle a rig was when Home Assistant was killed."""

    BEFORE = "before the intent was on disk"
    INTENT = "with the intent on disk, before the cut"
    OFF = "with the outlet off"
    ON = "with the outlet on again, before that was on disk"
    AFTER = "after the cycle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one kill led to."""

    moment: Moment
    killed_after: float
    """Seconds from the call of the action to the kill."""
    cuts: int
    """Commands to turn off, from the call to the end of the round."""
    back_after: float | None
    """Seconds from the next start to power; None where it had it, or never got it."""
    faults: tuple[str, ...]
    """What must not be; none in a round that went well."""


class KillProof:
    """One rig of a Home Assistant, and the strip and pool that it lives on."""

    def __init__(
        self,
        home_assistant: HomeAssistantProcess,
        strip: KasaSimulator,
        pools: PoolSimulator,
        *,
        seed: int,
    ) -> None:
        """Take a Home Assistant that runs, and simulators that run."""
        self._home_assistant = home_assistant
        self._strip = strip
        self._pools = pools
        self._random = random.Random(seed)  # noqa: S311
        self._memory = Path()
        self._rested = True
        strip.slow(LATENCY)

    async def prepare(self) -> None:
        """Add the rig and wait until it would outlive a kill."""
        async with self._home_assistant.connect() as client:
            result = await add_rig(
                client,
                Rig(
                    worker=WORKER,
                    pool_url=self._pools.url(POOL),
                    plug=self._strip.host,
                    armed=True,
                    on_delay=ON_DELAY,
                ),
            )
            await self._until_loaded(client)
        entry_id = result["result"]["entry_id"]
        key = f"{DOMAIN}.rig.{entry_id}"
        self._memory = self._home_assistant.folder / ".storage" / key

        def is_saved() -> bool:
            entries = self._home_assistant.stored("core.config_entries")
            saved = any(e["entry_id"] == entry_id for e in entries.get("entries", ()))
            return saved and self._memory.exists()

        await self._home_assistant.until(is_saved)

    async def run(self, *, twice: bool = False) -> Round:
        """Cycle, kill, start and judge; twice kills in the start that follows too."""
        if not self._rested:
            # A new process need not keep a distance from the last power-up.
            self._home_assistant.kill()
            await self._home_assistant.start()
        cuts, total = self._strip.cuts(), self._remembered()["restarts_total"]
        killed_after = self._random.uniform(0, CYCLE)
        async with self._home_assistant.connect() as client:
            await self._until_loaded(client)
            cycle = asyncio.create_task(_power_cycle(client))
            await asyncio.sleep(killed_after)
            self._home_assistant.kill()
            await cycle
        await asyncio.sleep(IN_FLIGHT)
        moment = self._moment(self._strip.cuts() - cuts)
        faults = []
        if not self._on and moment is not Moment.OFF:
            faults.append("the outlet was off without an intent on disk")
        was_off, restarted = not self._on, time.time()
        if twice:
            await self._kill_next_start()
        await self._home_assistant.start()
        try:
            await self._home_assistant.until(
                lambda: self._on and not self._remembered()["intent"],
                restarted + BACK_WITHIN - time.time(),
            )
        except TimeoutError:
            faults.append(f"not on and forgotten within {BACK_WITHIN:.0f} s")
        self._rested = moment in (Moment.BEFORE, Moment.AFTER)
        back_at = max((c.at for c in self._strip.commands if c.on), default=0.0)
        async with self._home_assistant.connect() as client:
            await self._until_loaded(client)
            await client.call_action(f"{DOMAIN}.check_now", entity_id=STATE)
        done = self._strip.cuts() - cuts
        counted = self._remembered()["restarts_total"] - total
        expected = 0 if moment is Moment.BEFORE else 1
        if done > 1:
            faults.append(f"{done} cuts for one cause")
        if not self._on:
            faults.append("the outlet is off")
        if counted != expected:
            faults.append(f"{counted} restarts counted, not {expected}")
        return Round(
            moment=moment,
            killed_after=killed_after,
            cuts=done,
            back_after=back_at - restarted if was_off and self._on else None,
            faults=tuple(faults),
        )

    async def _kill_next_start(self) -> None:
        """Start and kill a moment after the outlet was first connected to."""
        traffic = self._strip.traffic
        before = traffic.connections
        starting = asyncio.create_task(self._home_assistant.start())
        while traffic.connections == before and not starting.done():
            await asyncio.sleep(POLL)
        await asyncio.sleep(self._random.uniform(0, FINISH))
        self._home_assistant.kill()
        await asyncio.gather(starting, return_exceptions=True)
        await asyncio.sleep(IN_FLIGHT)

    @property
    def _on(self) -> bool:
        return self._strip.outlets[0].on

    def _remembered(self) -> dict[str, Any]:
        memory: dict[str, Any] = json.loads(self._memory.read_bytes())
        return memory

    def _moment(self, cuts: int) -> Moment:
        if not self._remembered()["intent"]:
            return Moment.AFTER if cuts else Moment.BEFORE
        if not cuts:
            return Moment.INTENT
        return Moment.ON if self._on else Moment.OFF

    async def _until_loaded(self, client: HomeAssistantClient) -> None:
        def loaded(states: dict[str, Any]) -> bool:
            return STATE in states and states[STATE]["state"] != "unavailable"

        await client.until(client.states, loaded)


async def _power_cycle(client: HomeAssistantClient) -> None:
    """Call the action; a Home Assistant that dies meanwhile does not answer."""
    with suppress(aiohttp.ClientError):
        await client.post(f"/api/services/{DOMAIN}/power_cycle", {"entity_id": STATE})


def tally(rounds: list[Round]) -> str:
    """Return how the rounds went, by the moment of the kill."""
    lines = [f"{'killed':<52}{'kills':>6}{'2nd cuts':>10}{'faults':>8}{'on after':>12}"]
    for moment in Moment:
        of = [each for each in rounds if each.moment is moment]
        back = [each.back_after for each in of if each.back_after is not None]
        slowest = f"{max(back):.1f} s" if back else "-"
        second = sum(each.cuts > 1 for each in of)
        faulty = sum(bool(each.faults) for each in of)
        lines.append(f"{moment:<52}{len(of):>6}{second:>10}{faulty:>8}{slowest:>12}")
    told = Counter(fault for each in rounds for fault in each.faults)
    lines += [f"{count} x {fault}" for fault, count in told.items()]
    good = sum(not each.faults for each in rounds)
    lines.append(f"{good} of {len(rounds)} kills: outlet on, one cut at most")
    return "\n".join(lines)


async def _run(arguments: argparse.Namespace) -> list[Round]:
    rounds: list[Round] = []
    async with AsyncExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        strip = await running.enter_async_context(
            KasaSimulator("hs300", arguments.plug)
        )
        pools = await running.enter_async_context(
            PoolSimulator([WORKER], dialects=[POOL])
        )
        home_assistant = await running.enter_async_context(
            HomeAssistantProcess(folder, console=folder / "console.log")
        )
        proof = KillProof(home_assistant, strip, pools, seed=arguments.seed)
        await proof.prepare()
        for number in range(1, arguments.kills + 1):
            each = await proof.run(twice=arguments.twice)
            rounds.append(each)
            back = (
                "" if each.back_after is None else f", on after {each.back_after:.1f} s"
            )
            print(
                f"{number:>4}  {each.killed_after:.2f} s, {each.moment}{back}",
                *each.faults,
                sep="\n      FAULT: " if each.faults else "",
                flush=True,
            )
    return rounds


def main() -> None:
    """Run from the command line; exit 1 if any round went wrong."""
    parser = argparse.ArgumentParser(
        prog="scripts/kill_proof",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("kills", type=int, nargs="?", default=100)
    parser.add_argument("--twice", action="store_true", help="kill the next start too")
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    parser.add_argument("--plug", default=PLUG_AT, help="address of the strip")
    arguments = parser.parse_args()
    started = time.monotonic()
    rounds = asyncio.run(_run(arguments))
    print(f"\n{tally(rounds)}, in {time.monotonic() - started:.0f} s")
    sys.exit(any(each.faults for each in rounds))


if __name__ == "__main__":
    main()
