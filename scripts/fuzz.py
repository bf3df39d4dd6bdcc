"""Mutates the replies of every protocol, and prints what came of them."""

import asyncio
import resource
import sys
import time

from tests.engines.edge_collector.fuzzing import PROTOCOLS, async_fuzz

TRIALS = 100_000


def main() -> None:
    """Print one line for each protocol; a traceback is what should not happen."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else TRIALS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 1_000_000
    print(f"{trials} mutated replies for each protocol, seed {seed}")
    for protocol in PROTOCOLS:
        started = time.monotonic()
        tally = asyncio.run(async_fuzz(protocol, trials, seed))
        shown = ", ".join(f"{name} {number}" for name, number in tally.most_common())
        took = time.monotonic() - started
        print(f"{protocol}: {shown} ({took:.0f} s)", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"at most {peak} MB of memory")


if __name__ == "__main__":
    main()
