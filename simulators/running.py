"""Running simulators from the command line."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
import signal
import sys
from typing import Any

from .commands import Device, commands_of
from .control import ALL, ControlServer
from .device import Devices


def command_line(
    module: str,
    description: str | None,
    kinds: Mapping[str, type[Device]],
    *,
    port: int,
    notes: str = "",
    host_options: Sequence[str] = ("--host",),
) -> argparse.ArgumentParser:
    """Return a parser of the options that all simulators have.

    Args:
        module: Name below `simulators`.
        description: The first lines of its help.
        kinds: Classes of the devices that its control port reaches, by kind.
        port: Default of the (first) port.
        notes: What the help adds before the commands.
        host_options: How the host is given; -h is for help unless it is among them.
    """
    commands = "\n\n".join(_commands(kind, device) for kind, device in kinds.items())
    parser = argparse.ArgumentParser(
        prog=f"python -m simulators.{module}",
        description=description,
        epilog=f"{notes}\n\n{commands}".strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
    )
    help_options = [name for name in ("-h", "--help") if name not in host_options]
    parser.add_argument(*help_options, action="help", help="show this and end")
    parser.add_argument(*host_options, default="127.0.0.1")
    parser.add_argument("-p", "--port", type=int, default=port, help="of the first")
    parser.add_argument("--control-port", type=int, help="HTTP port to cause faults by")
    parser.add_argument("--speed", type=float, default=1.0, help="seconds per second")
    return parser


def run(program: Coroutine[Any, Any, None]) -> None:
    """Run a program; an address or a value that will not do ends it with one line."""
    try:
        asyncio.run(program)
    except (OSError, ValueError) as error:
        sys.exit(f"{error}")


@asynccontextmanager
async def until_interrupted(
    devices: Devices, control_port: int | None = None
) -> AsyncIterator[None]:
    """Run devices until SIGINT or SIGTERM; the body of the `with` prints where they are."""
    interrupted = interruption()
    async with AsyncExitStack() as running:
        await running.enter_async_context(devices)
        yield
        if control_port is not None:
            control = ControlServer(devices.groups, port=control_port)
            await running.enter_async_context(control)
            print(f"state and faults: curl {control.url}/")
        sys.stdout.flush()
        await interrupted.wait()


def interruption() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set, in place of ending the process."""
    interrupted = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupted.set)
    return interrupted


def _commands(kind: str, device: type[Device]) -> str:
    lines = [f"  {usage:<56} {text}" for usage, text in commands_of(device).items()]
    where = f"localhost:<control port>/{kind}/<name or {ALL}>/<command>"
    return "\n".join((f"commands, by curl -X POST {where}:", *lines))
