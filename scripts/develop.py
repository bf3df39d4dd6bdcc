"""A real Home Assistant with this integration and a simulated farm, ready to click.

The first run creates the user and adds the farm's miners; later runs go on with what is
there. Ctrl-C stops everything.
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

from scripts.home_assistant import (
    PASSWORD,
    RESTART_WANTED,
    USERNAME,
    HomeAssistantClient,
    HomeAssistantFailedError,
    HomeAssistantProcess,
)
from simulators.running import interruption

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".homeassistant"
DOMAIN = "mining_farm"
MINERS = 12
MINERS_AT = "127.10.0.1-12"
MINER_PORT = 4028
FARM_PORT = 4029
FARM_URL = f"http://127.0.0.1:{FARM_PORT}"


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
        "--reset", action="store_true", help=f"start anew: delete {FOLDER.name}/"
    )
    return parser.parse_args()


def _refuse_taken_ports(host: str, port: int) -> None:
    """Exit with what to do when one of the ports is in use."""
    for address, remedy in (
        ((host, port), "Choose another port with --port."),
        (("127.0.0.1", FARM_PORT), "Is a simulated farm still running?"),
        (("127.10.0.1", MINER_PORT), "Is a simulated farm still running?"),
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
    command = (
        *(sys.executable, "-m", "simulators.farm", "--miners", str(MINERS)),
        *("--port", str(MINER_PORT), "--control-port", str(FARM_PORT)),
    )
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
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
            "essentials_only": False,
        },
    )
    await client.until(
        lambda: client.entries(DOMAIN),
        lambda entries: sum(entry["state"] == "loaded" for entry in entries) >= MINERS,
    )


async def _run(arguments: argparse.Namespace) -> None:
    """Run until interrupted, or until Home Assistant or the farm ends."""
    interrupted = interruption()
    started = time.monotonic()
    home_assistant = HomeAssistantProcess(
        FOLDER, host=arguments.host, port=arguments.port
    )
    with _farm() as farm:
        starting = asyncio.create_task(_start(home_assistant, started))
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


async def _start(home_assistant: HomeAssistantProcess, started: float) -> None:
    print("Home Assistant starts ...", flush=True)
    await home_assistant.start()
    async with home_assistant.connect() as client:
        if not await client.entries(DOMAIN):
            await _add_miners(client)
    print(
        f"""
Ready after {time.monotonic() - started:.0f} s: {home_assistant.url}
Log in as {USERNAME} with the password {PASSWORD}.

The farm and everything that can go wrong:  curl {FARM_URL}/
A board dies:   curl -X POST '{FARM_URL}/miners/s19jpro-1/kill_board?board=2'
Power is cut:   curl -X POST {FARM_URL}/miners/s19jpro-1/power_off
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
