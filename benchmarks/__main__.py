"""Command line of the benchmarks."""

import argparse

from . import (
    activity,
    auction,
    containers,
    control,
    farm,
    farm_storm,
    hostile,
    miners,
    rigs,
    site,
)
from .machine import describe_machine

SUBJECTS = {
    "activity": activity.measure,
    "auction": auction.measure,
    "containers": containers.measure,
    "control": control.measure,
    "farm": farm.measure,
    "farm_storm": farm_storm.measure,
    "hostile": hostile.measure,
    "miners": miners.measure,
    "rigs": rigs.measure,
    "site": site.measure,
}
"""What can be measured; each yields one text after the other."""


def main() -> None:
    """Measure one subject and print each table as soon as it is there."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark", description=__doc__)
    parser.add_argument("subject", choices=SUBJECTS)
    parser.add_argument(
        "--quick", action="store_true", help="fewer repetitions, smaller farms"
    )
    parser.add_argument(
        "--windows", type=int, help="auction: how many at a fast pace, default: 20"
    )
    arguments = parser.parse_args()
    options = {"quick": arguments.quick}
    if arguments.windows is not None:
        if arguments.subject != "auction" or arguments.windows < 1:
            parser.error("--windows is a number of auctions")
        options["windows"] = arguments.windows
    print(describe_machine())
    for text in SUBJECTS[arguments.subject](**options):
        print(f"\n{text}", flush=True)


if __name__ == "__main__":
    main()
