"""A mixed farm of simulated hardware, every machine at its own loopback address.

Miner N answers at the N-th address after the base, so that a scan of the range finds
all of them; pools, plugs and cooling containers have addresses of their own behind
those. Linux owns all of 127.0.0.0/8; elsewhere addresses other than 127.0.0.1 must be
added to the loopback interface first.
"""

import argparse
from collections.abc import Iterator
import ipaddress
from pathlib import Path
import socket
from typing import override

from . import control, rigs
from .antminer import MODELS, AntminerSimulator
from .antminer.models import Family
from .antspace import PORT as CONTAINER_PORT, AntspaceSimulator, Model
from .axeos import AxeOsSimulator
from .clock import Clock, SystemClock
from .device import Devices, Groups, Part
from .kasa.simulator import PORT as PLUG_PORT
from .linked import link
from .pool.simulator import ACCOUNT
from .running import run, until_interrupted
from .subtensor import farm as subtensor

MIX = (
    "s19jpro",
    "s21",
    "s9",
    "l3plus",
    "m30s",
    "s19prohyd",
    "s17braiins",
    "a1246",
    "s19x6",
    "s21plushyd",
)
"""Models in the order in which the farm fills up, again and again."""


PAGES_PORT = 80
"""Of the web pages of miners; not everyone may listen on it."""
FREE_PAGES_PORT = 8080
"""In its place then: only what is asked for by its port is found there."""


def may_serve_pages(base: str) -> bool:
    """Return whether this user may listen on the port of web pages."""
    with socket.socket() as probe:
        # A farm that ended a moment ago leaves connections behind.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((str(ipaddress.ip_address(base) + AXES_AT), PAGES_PORT))
        except OSError:
            return False
    return True


def miners(
    count: int, base: str, port: int, clock: Clock, pages_port: int | None = None
) -> dict[str, AntminerSimulator]:
    """Return that many miners by name; number N always is the same machine."""
    first = ipaddress.ip_address(base)
    fleet = {}
    for number in range(1, count + 1):
        model = MODELS[MIX[(number - 1) % len(MIX)]]
        name = f"{model.name}-{number}"
        fleet[name] = AntminerSimulator(
            model,
            str(first + number),
            port,
            seed=number,
            clock=clock,
            worker=f"farm.{name}",
            web_port=pages_port if model.family is Family.REWRITE else None,
        )
    return fleet


AXES_AT = 704
"""Address of what is no Antminer, counted from the farm's base."""


def axes(
    base: str, clock: Clock, *, port: int = PAGES_PORT
) -> dict[str, AxeOsSimulator]:
    """Return a Bitaxe by name."""
    host = str(ipaddress.ip_address(base) + AXES_AT)
    return {
        "bitaxe": AxeOsSimulator("gamma", host, port, clock=clock, worker="farm.bitaxe")
    }


CONTAINERS_AT = 768
"""Address of the containers, counted from the farm's base, as that of the plugs is."""


def containers(base: str, port: int, clock: Clock) -> dict[str, AntspaceSimulator]:
    """Return a living container of each model by name."""
    first = ipaddress.ip_address(base) + CONTAINERS_AT
    return {
        model.lower(): AntspaceSimulator(
            model, str(first + number), port, clock=clock, faithful=False
        )
        for number, model in enumerate(Model, 1)
    }


class Farm(Devices):
    """Devices by kind and name, with one control port for all."""

    def __init__(self, groups: Groups, control_port: int = 0) -> None:
        """Hold these devices; control port 0 is any free one."""
        super().__init__(groups)
        self.control = control.ControlServer(groups, port=control_port)

    @override
    def _parts(self) -> Iterator[Part]:
        yield from super()._parts()
        yield self.control

    def table(self) -> str:
        """Return what runs where, one line per device that has an address."""
        lines = [f"{'name':<16}{'address':<22}{'model':<24}{'MAC':<19}serial"]
        for kind, devices in self.groups.items():
            for name, device in devices.items():
                about = {"model": kind, "mac": "", "serial": "", **device.describe()}
                if "host" not in about:
                    continue
                address = f"{about['host']}:{about['port']}"
                line = (
                    f"{name:<16}{address:<22}{about['model']:<24}{about['mac']:<19}"
                    f"{about['serial']}"
                )
                lines.append(line.rstrip())
        return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m simulators.farm",
        description=__doc__,
        epilog=f"control port:\n{control.__doc__}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--base", default="127.10.0.0", metavar="ADDRESS")
    parser.add_argument("--miners", type=int, default=12)
    parser.add_argument("--port", type=int, default=4028, help="of each miner")
    parser.add_argument("--pool-port", type=int, default=8700, help="of the first pool")
    parser.add_argument("--control-port", type=int, default=4029)
    parser.add_argument(
        "--wallets", type=Path, metavar="FOLDER", help="default: a temporary one"
    )
    parser.add_argument(
        "--linked",
        action="store_true",
        help="containers hold the miners: they list them, and are heated by their watts",
    )
    parser.add_argument("--speed", type=float, default=1.0, help="seconds per second")
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    clock = SystemClock(arguments.speed)
    base = arguments.base
    served = may_serve_pages(base)
    pages = PAGES_PORT if served else None
    fleet = miners(arguments.miners, base, arguments.port, clock, pages)
    plugs = rigs.plugs(fleet, base, PLUG_PORT, clock)
    pools = rigs.pools(fleet, base, arguments.pool_port, clock)
    halls = containers(base, CONTAINER_PORT, clock)
    held = link(halls, fleet) if arguments.linked else {}
    groups: Groups = {
        "miners": fleet,
        "axes": axes(base, clock, port=PAGES_PORT if served else FREE_PAGES_PORT),
        "plugs": plugs,
        "containers": halls,
        **pools.groups,
        **subtensor.groups(base, clock, folder=arguments.wallets),
    }
    farm = Farm(groups, arguments.control_port)
    async with until_interrupted(farm):
        url, name = farm.control.url, next(iter(fleet), "")
        print(farm.table())
        for plug, device in plugs.items():
            outlets = ", ".join(outlet.alias for outlet in device.outlets)
            print(f"\n{plug} feeds {outlets}", end="")
        if served:
            print("\n\npages of Antminers: root, root", end="")
        for hall, names in held.items():
            print(f"\n\n{hall} cools {', '.join(names)}", end="")
        print(f"\npools know the account {ACCOUNT}\n")
        print(f"let a container leak:  curl -X POST {url}/containers/hk3/leak")
        print(
            "and so on: stop_pump, refuse (silence), disconnect (PLC); repair, restore\n"
        )
        print(f"state and faults:  curl {url}/")
        print(f"cause a fault:     curl -X POST {url}/miners/{name}/overheat")
        print(f"and undo it:       curl -X POST {url}/miners/{name}/restore")


if __name__ == "__main__":
    run(_run(_arguments()))
