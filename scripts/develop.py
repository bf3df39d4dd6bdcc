"""A real Home Assistant with this integration and a simulated farm, ready to click.

The first run creates the user and adds the farm's miners, some rigs, two cooling
containers, a wallet and the farm as a whole; later runs go on with what is there.
Ctrl-C stops everything.
"""

import argparse
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import shutil
import socket
import subprocess
import sys
import time

from simulators.antspace import PORT as CONTAINER_PORT
from simulators.clock import SystemClock
from simulators.farm import (
    FREE_PAGES_PORT,
    PAGES_PORT,
    axes,
    containers,
    may_serve_pages,
)
from simulators.kasa.simulator import PORT as PLUG_PORT
from simulators.rigs import plugs, pools
from simulators.running import interruption
from simulators.subtensor.farm import node_host
from simulators.subtensor.node import PORT as NODE_PORT
from simulators.subtensor.wallet import HOTKEY, NAME
from tests.harness import (
    PASSWORD,
    RESTART_WANTED,
    USERNAME,
    HomeAssistantClient,
    HomeAssistantFailedError,
    HomeAssistantProcess,
    child,
)
from tests.harness.containers import add_container
from tests.harness.farms import add_cooling_group, add_farm, arm_farm
from tests.harness.folder import offer_examples
from tests.harness.loading import describe_failures, until_set_up
from tests.harness.receiver import RECEIVER, add_receiver, messages_of
from tests.harness.rigs import POOL, Rig, add_rig
from tests.harness.wallets import add_wallet, arm_wallet

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".homeassistant"
DOMAIN = "mining_farm"
MINERS = 12
BASE = "127.10.0.0"
MINERS_AT = "127.10.0.1-12"
MINER_PORT = 4028
POOL_PORT = 8700
FARM_PORT = 4029
NODE_URL = f"ws://{node_host(BASE)}:{NODE_PORT}"
WALLETS = FOLDER / "wallets"
FARM_URL = f"http://127.0.0.1:{FARM_PORT}"
ARMED = "s19jpro-1"
"""The rig that is restarted for real, and knows its miner."""
PAUSABLE = "s19prohyd-6"
"""The Antminer that may be put to sleep, where its pages can be served."""
RIGS = (
    (ARMED, "strip", 1),
    ("s21-2", "strip", 2),
    ("s17braiins-7", "plug", 1),
    ("s19x6-9", "stuck-off", 1),
)
"""Miners that are rigs as well, each with its plug and outlet."""
CONTAINERS = {"hk3": "North", "immersion": "South"}
"""Containers of the farm, and how they are called in Home Assistant."""
STEERED = "hk3"
"""The container whose cooling may be steered."""

SITE = "Site"
"""The farm as a whole."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/develop",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=8123, help="of the web page")
    parser.add_argument(
        "--host", default="127.0.0.1", help="0.0.0.0 opens it to the whole network"
    )
    parser.add_argument(
        "--reset", action="store_true", help=f"delete {FOLDER.name}/ first"
    )
    return parser.parse_args()


def _refuse_taken_ports(host: str, port: int) -> None:
    """Exit with what to do when one of the ports is in use."""
    running = "Is a simulated farm still running?"
    for address, remedy in (
        ((host, port), "Choose another port with --port."),
        (("127.0.0.1", FARM_PORT), running),
        (("127.10.0.1", MINER_PORT), running),
        (("127.10.1.1", POOL_PORT), running),
        (("127.10.2.1", PLUG_PORT), running),
        ((node_host(BASE), NODE_PORT), running),
        (("127.10.3.1", CONTAINER_PORT), running),
    ):
        try:
            socket.create_server(address).close()
        except OSError as err:
            reason = os.strerror(err.errno or 0)
            place = "{}:{}".format(*address)
            sys.exit(f"Cannot listen on {place}: {reason}. {remedy}")


@contextmanager
def _farm() -> Iterator[subprocess.Popen[bytes]]:
    """Run the simulated farm, out of reach of Ctrl-C until we stop it."""
    command = child.command(
        *("simulators.farm", "--base", BASE),
        *("--miners", str(MINERS), "--port", str(MINER_PORT)),
        *("--pool-port", str(POOL_PORT), "--control-port", str(FARM_PORT)),
        *("--wallets", str(WALLETS), "--linked"),
    )
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        **child.options(),
    ) as farm:
        try:
            yield farm
        finally:
            farm.terminate()


async def _add_miners(client: HomeAssistantClient) -> None:
    """Add the farm's miners as a user would, and wait until all are there."""
    print(f"Adding the {MINERS} miners of the farm ...", flush=True)
    await client.run_flow(
        DOMAIN,
        {"next_step_id": "miner_many"},
        {"addresses": MINERS_AT, "port": MINER_PORT},
        {
            "miners": [f"127.10.0.{n}" for n in range(1, MINERS + 1)],
            "detail": "standard",
        },
    )
    await _until_set_up(client, MINERS)


async def _add_controlled(client: HomeAssistantClient, *, pages: bool) -> None:
    """Add a Bitaxe, and allow control of it and of one Antminer."""
    print("Adding a Bitaxe, and allowing control of two miners ...", flush=True)
    (bitaxe,) = axes(
        BASE, SystemClock(), port=PAGES_PORT if pages else FREE_PAGES_PORT
    ).values()
    added = await client.run_flow(
        DOMAIN,
        {"next_step_id": "miner"},
        {"host": bitaxe.host, "port": bitaxe.port, "detail": "standard"},
    )
    await _until_set_up(client, MINERS + 1)
    allowed = {"detail": "standard", "controls": True}
    await client.run_options_flow(added["result"]["entry_id"], allowed)
    entries = await client.entries(DOMAIN)
    (antminer,) = [each for each in entries if each["title"].endswith(f" {PAUSABLE}")]
    if pages:
        account = {"username": "root", "password": "root"}
        await client.run_options_flow(antminer["entry_id"], allowed, account)


async def _add_rigs(client: HomeAssistantClient) -> None:
    """Add some of the miners as rigs too: at a pool, on an outlet."""
    print(f"Adding {len(RIGS)} rigs ...", flush=True)
    plug_at = {
        name: plug.host
        for name, plug in plugs({}, BASE, PLUG_PORT, SystemClock()).items()
    }
    pool_url = pools({}, BASE, POOL_PORT, SystemClock()).url(POOL)
    miners = await client.entries(DOMAIN)
    for worker, plug, outlet in RIGS:
        (miner,) = [each for each in miners if each["title"].endswith(f" {worker}")]
        rig = Rig(
            worker=worker,
            pool_url=pool_url,
            plug=plug_at[plug],
            outlet=outlet,
            armed=worker == ARMED,
            miner_entry=miner["entry_id"] if worker == ARMED else None,
        )
        await add_rig(client, rig)
    await _until_set_up(client, MINERS + 1 + len(RIGS))


async def _add_containers(client: HomeAssistantClient) -> None:
    """Add the farm's containers; one of them may be steered."""
    print(f"Adding {len(CONTAINERS)} containers ...", flush=True)
    there = containers(BASE, CONTAINER_PORT, SystemClock())
    for name, title in CONTAINERS.items():
        await add_container(client, there[name], title, controls=name == STEERED)
    await _until_set_up(client, MINERS + 1 + len(RIGS) + len(CONTAINERS))


async def _add_wallet(client: HomeAssistantClient) -> None:
    """Add the farm's wallet and arm it."""
    print("Adding a wallet ...", flush=True)
    wallet = {"directory": str(WALLETS), "wallet": NAME, "hotkey": HOTKEY}
    entry_id = await add_wallet(client, NODE_URL, wallet, price="0.85")
    await arm_wallet(client, entry_id)


async def _add_site(client: HomeAssistantClient) -> None:
    """Add the farm as a whole, and arm it: each container cools its miners."""
    print("Adding the farm as a whole ...", flush=True)
    farm = await add_farm(client, SITE)
    entries = await client.entries(DOMAIN)
    await _until_set_up(client, len(entries))
    for title in CONTAINERS.values():
        (hall,) = [each["entry_id"] for each in entries if each["title"] == title]
        await add_cooling_group(client, farm, f"{title} loop", [hall])
        # One more group loads the farm again.
        await _until_set_up(client, len(entries))
    await arm_farm(client, f"switch.{SITE.lower()}_armed")


async def _until_set_up(client: HomeAssistantClient, count: int) -> None:
    await until_set_up(client, DOMAIN, count, show=_show)


def _show(line: str) -> None:
    print(line, flush=True)


async def _run(arguments: argparse.Namespace) -> None:
    """Run until interrupted, or until Home Assistant or the farm ends."""
    interrupted = interruption()
    started = time.monotonic()
    home_assistant = HomeAssistantProcess(
        FOLDER, host=arguments.host, port=arguments.port
    )
    # Asked before the farm itself listens there.
    pages = may_serve_pages(BASE)
    with _farm() as farm:
        starting = asyncio.create_task(_start(home_assistant, started, pages=pages))
        stopping = asyncio.create_task(interrupted.wait())
        try:
            await asyncio.wait(
                (starting, stopping), return_when=asyncio.FIRST_COMPLETED
            )
            if starting.done():
                starting.result()
            while not interrupted.is_set() and farm.poll() is None:
                await asyncio.sleep(0.2)
                if home_assistant.exit_status == RESTART_WANTED:
                    await home_assistant.start()
                elif home_assistant.exit_status is not None:
                    break
        finally:
            starting.cancel()
            stopping.cancel()
            print("\nStopping ...", flush=True)
            await home_assistant.stop()
    if not interrupted.is_set():
        sys.exit("Home Assistant or the farm ended by itself.")


async def _start(
    home_assistant: HomeAssistantProcess, started: float, *, pages: bool
) -> None:
    print("Home Assistant starts ...", flush=True)
    offer_examples(FOLDER)
    await home_assistant.start()
    print(f"It runs after {time.monotonic() - started:.0f} s.", flush=True)
    async with home_assistant.connect() as client:
        if known := await client.entries(DOMAIN):
            print(f"Setting up {len(known)} entries ...", flush=True)
            await _until_set_up(client, len(known))
        else:
            await _add_miners(client)
            await _add_controlled(client, pages=pages)
            await _add_rigs(client)
            await _add_containers(client)
            await _add_wallet(client)
            await _add_site(client)
        if RECEIVER not in await client.states():
            await add_receiver(client, FOLDER)
        if failed := describe_failures(await client.entries(DOMAIN)):
            print("These entries did not load:", *failed, sep="\n  ", flush=True)
    print(
        f"""
Ready after {time.monotonic() - started:.0f} s: {home_assistant.url}
Log in as {USERNAME} with the password {PASSWORD}.
What is sent to {RECEIVER} is added to {messages_of(FOLDER).relative_to(ROOT)}.

The farm and everything that can go wrong:  curl {FARM_URL}/
A board dies:   curl -X POST '{FARM_URL}/miners/s19jpro-1/kill_board?board=2'
Power is cut:   curl -X POST {FARM_URL}/plugs/strip/power_off
It comes back:  curl -X POST {FARM_URL}/plugs/strip/power_on
A rig hangs:    curl -X POST '{FARM_URL}/miners/{ARMED}/stop_hashing'
A pool is down: curl -X POST {FARM_URL}/pools/{POOL}/break_down
Coolant leaks, and the machines in it that can be stopped are:
                curl -X POST {FARM_URL}/containers/{STEERED}/leak
It is mended:   curl -X POST {FARM_URL}/containers/{STEERED}/repair
                and Reset cooling, then the action mining_farm.release_interlock
A pump stops:   curl -X POST {FARM_URL}/containers/{STEERED}/stop_pump
It is silent:   curl -X POST {FARM_URL}/containers/{STEERED}/refuse
It answers:     curl -X POST {FARM_URL}/containers/{STEERED}/restore
A window ends:  curl -X POST '{FARM_URL}/chains/subtensor/produce?blocks=60'
All is well:    curl -X POST {FARM_URL}/miners/all/restore

Files are in {FOLDER.name}/. Ctrl-C stops everything.
""",
        flush=True,
    )


def main() -> None:
    """Run from the command line."""
    arguments = _arguments()
    _refuse_taken_ports(arguments.host, arguments.port)
    if arguments.reset and FOLDER.exists():
        shutil.rmtree(FOLDER)
    try:
        asyncio.run(_run(arguments))
    except HomeAssistantFailedError as err:
        sys.exit(str(err))


if __name__ == "__main__":
    main()
