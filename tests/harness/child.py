"""Processes that end with the one that starts them, even when that one is killed.

A process that is killed runs no `finally`. What the kernel does for it is to close its
pipes: each child holds the reading end of one that nothing is ever written to, and at
its end kills the group that it leads, so that children of its own go too. Unlike Linux'
PR_SET_PDEATHSIG this works everywhere, and does not depend on the thread that forked.
"""

from functools import cache
import os
import runpy
import signal
import sys
import threading
from typing import TypedDict


class Options(TypedDict):
    """What a child needs from `subprocess.Popen`, or asyncio's equivalent."""

    pass_fds: tuple[int]
    start_new_session: bool


def command(module: str, *arguments: str) -> tuple[str, ...]:
    """Return the command that runs a module as `python -m` does, as a child of ours."""
    return (sys.executable, "-P", __file__, str(_lifeline()), module, *arguments)


def options() -> Options:
    """Return what to start that command with; its session is out of reach of Ctrl-C."""
    return {"pass_fds": (_lifeline(),), "start_new_session": True}


@cache
def _lifeline() -> int:
    """Return the reading end of a pipe; the other end closes when this process ends."""
    reading, _ = os.pipe()
    return reading


def _end_with_parent(lifeline: int) -> None:
    os.read(lifeline, 1)
    os.killpg(0, signal.SIGKILL)


def _main() -> None:
    _, lifeline, module, *arguments = sys.argv
    threading.Thread(
        target=_end_with_parent, args=(int(lifeline),), daemon=True
    ).start()
    sys.argv[1:] = arguments
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 As -m does
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _main()
