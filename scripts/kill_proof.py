"""Kills a real Home Assistant in the middle of power cycles and tallies what follows.

Each round cuts a simulated rig's outlet through the action, kills the process at a
random moment of the cycle (SIGKILL), starts it again, and checks that the outlet is on,
that nothing is left to be finished, and that the power was not cut a second time. With
--twice that start is killed as well, as soon as it turns to the outlet. With --stop it
is the stop of a farm of three rigs that is cut short, one half of them by hand and one
half by a leak: its latch has to stand before anything was read, the stop goes on, each
outlet is switched once each way, and all are on again after the release.
"""

import argparse
import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
import sys
import tempfile
import time

from simulators.antspace import AntspaceSimulator
from simulators.kasa import KasaSimulator
from simulators.pool import PoolSimulator
from tests.harness import HomeAssistantProcess
from tests.harness.interlock_proof import InterlockProof
from tests.harness.kill_proof import WORKER, KillProof, Moment, Round
from tests.harness.rigs import POOL
from tests.harness.stop_proof import WORKERS, EmergencyStopProof, StopProof, StopRound

PLUG_AT = "127.12.2.1"
_BY_HAND, _BY_LEAK = _STOPS = ("by hand", "by a leak")


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
    faults = Counter(fault for each in rounds for fault in each.faults)
    lines += [f"{count} x {fault}" for fault, count in faults.items()]
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


async def _run_stops(arguments: argparse.Namespace) -> dict[str, list[StopRound]]:
    """Return the rounds by what stopped the machines, as many of each."""
    rounds: dict[str, list[StopRound]] = {}
    for name in _STOPS:
        kills = arguments.kills // 2 + (arguments.kills % 2 and not rounds)
        rounds[name] = await _run_stop(name, kills, arguments)
    return rounds


async def _run_stop(
    name: str, kills: int, arguments: argparse.Namespace
) -> list[StopRound]:
    rounds: list[StopRound] = []
    async with AsyncExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        strip = await running.enter_async_context(
            KasaSimulator("hs300", arguments.plug)
        )
        pools = await running.enter_async_context(
            PoolSimulator(list(WORKERS), dialects=[POOL])
        )
        container = await running.enter_async_context(
            AntspaceSimulator("hk3", arguments.plug)
        )
        home_assistant = await running.enter_async_context(
            HomeAssistantProcess(folder, console=folder / "console.log")
        )
        proof: StopProof
        if name == _BY_LEAK:
            proof = InterlockProof(
                home_assistant, strip, pools, container, seed=arguments.seed
            )
        else:
            proof = EmergencyStopProof(
                home_assistant, strip, pools, seed=arguments.seed
            )
        await proof.prepare()
        for number in range(1, kills + 1):
            each = await proof.run()
            rounds.append(each)
            kept = "on disk" if each.on_disk else "not on disk"
            print(
                f"{number:>4}  {name}, {each.killed_after:.2f} s, {kept}, {each.off} off",
                *each.faults,
                sep="\n      FAULT: " if each.faults else "",
                flush=True,
            )
    return rounds


def stop_tally(rounds: Mapping[str, list[StopRound]]) -> str:
    """Return how the rounds went, by cause and by how far the stop had come."""
    head = ("kills", "not on disk", "none off", "some off", "all off", "faults")
    lines = [f"{'stopped':<16}" + "".join(f"{each:>13}" for each in head)]
    for name, each in rounds.items():
        kept = [one.off for one in each if one.on_disk]
        numbers = (
            len(each),
            len(each) - len(kept),
            kept.count(0),
            sum(0 < off < len(WORKERS) for off in kept),
            kept.count(len(WORKERS)),
            sum(bool(one.faults) for one in each),
        )
        lines.append(f"{name:<16}" + "".join(f"{each:>13}" for each in numbers))
    faults = Counter(
        fault for each in rounds.values() for r in each for fault in r.faults
    )
    lines += [f"{count} x {fault}" for fault, count in faults.items()]
    good = sum(not one.faults for each in rounds.values() for one in each)
    total = sum(map(len, rounds.values()))
    lines.append(
        f"{good} of {total} kills: the latch stood, each outlet was switched once, "
        "no machine was woken"
    )
    return "\n".join(lines)


def _stops(arguments: argparse.Namespace) -> bool:
    """Kill in the middle of stops; return whether any round went wrong."""
    started = time.monotonic()
    rounds = asyncio.run(_run_stops(arguments))
    print(f"\n{stop_tally(rounds)}, in {time.monotonic() - started:.0f} s")
    return any(one.faults for each in rounds.values() for one in each)


def main() -> None:
    """Run from the command line; exit 1 if any round went wrong."""
    parser = argparse.ArgumentParser(
        prog="scripts/kill_proof",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("kills", type=int, nargs="?", default=100)
    parser.add_argument("--twice", action="store_true", help="kill the next start too")
    parser.add_argument(
        "--stop", action="store_true", help="of stopped farms, in place of cycles"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    parser.add_argument("--plug", default=PLUG_AT, help="address of the strip")
    arguments = parser.parse_args()
    if arguments.stop:
        sys.exit(_stops(arguments))
    started = time.monotonic()
    rounds = asyncio.run(_run(arguments))
    print(f"\n{tally(rounds)}, in {time.monotonic() - started:.0f} s")
    sys.exit(any(each.faults for each in rounds))


if __name__ == "__main__":
    main()
