"""Services of deploy/compose.yaml as processes, each file where its container has it.

They have a file system and a network of their own, so that nothing in deploy/ has to be
changed for them: `unshare --mount --net --pid --fork python -m tests.harness.composed`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
import json
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys
from typing import Any, cast

import aiohttp
from aiomqtt import Client

from homeassistant.util.yaml import parse_yaml
from simulators.antminer import AntminerSimulator

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
NAMESPACE = ("unshare", "--mount", "--net", "--pid", "--fork", "--kill-child")
MINERS = 3
_NETWORK = "10.3.0.0/24"
"""Of the miners in the example of a site's file; here every address is this machine."""
_PATIENCE_S = 180.0
_COMMANDS = {
    # What their images run; that of the collector stands in its Containerfile.
    "mosquitto": ["/usr/sbin/mosquitto", "-c", "/mosquitto/config/mosquitto.conf"],
    "prometheus": ["/bin/prometheus"],
}
_VOLUMES = {"learned", "retained", "samples"}


def is_possible(folder: Path) -> bool:
    """Return whether this machine lets us have such a file system and network."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    tried = [*NAMESPACE, sys.executable, "-m", __name__, "--try", str(folder)]
    return not subprocess.run(
        tried, check=False, cwd=ROOT, capture_output=True
    ).returncode


def _run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True)


def _make_root(folder: Path) -> Path:
    """Return a root of this machine's files, over which anything can be laid."""
    _run("mount", "--make-rprivate", "/")
    _run("mount", "-t", "tmpfs", "tmpfs", folder)
    parts = [folder / name for name in ("upper", "work", "root")]
    for part in parts:
        part.mkdir()
    upper, work, root = parts
    options = f"lowerdir=/,upperdir={upper},workdir={work}"
    _run("mount", "-t", "overlay", "overlay", "-o", options, root)
    _run("mount", "--rbind", "/dev", root / "dev")
    _run("mount", "-t", "proc", "proc", root / "proc")
    # They may be on other disks, which the overlay leaves out.
    for path in {ROOT, Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()}:
        _lay(path, root, path)
    return root


def _make_network(root: Path, services: list[str]) -> None:
    _run("ip", "link", "set", "lo", "up")
    _run("ip", "route", "add", "local", _NETWORK, "dev", "lo")
    hosts = "".join(f"127.0.0.1 {name}\n" for name in ("localhost", *services))
    (root / "etc/hosts").write_text(hosts)


def _lay(source: Path, root: Path, target: str | Path) -> None:
    """Show a file or folder elsewhere, as a container's volume."""
    place = root / str(target).lstrip("/")
    if source.is_dir():
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    _run("mount", "--bind", source, place)


def _mount(service: dict[str, Any], root: Path) -> None:
    """Give a service the volumes of its container."""
    for volume in service["volumes"]:
        source, target = volume.removesuffix(":ro").split(":")
        if source in _VOLUMES:
            (root / target.lstrip("/")).mkdir(parents=True, exist_ok=True)
            (root / target.lstrip("/")).chmod(0o777)
        else:
            _lay(DEPLOY / source, root, target)


def _install_collector(root: Path) -> list[str]:
    """Let the collector be where its image has it, and return what that runs."""
    recipe = (DEPLOY / "container/Containerfile").read_text()
    (entry,) = re.findall(r"^ENTRYPOINT (\[.*\])$", recipe, re.MULTILINE)
    command: list[str] = json.loads(entry)
    program = root / command[0].lstrip("/")
    program.parent.mkdir(parents=True)
    paths = f"{ROOT / 'apps'}:{ROOT / 'custom_components/mining_farm/engines'}"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={paths} exec {sys.executable} "$@"\n')
    program.chmod(0o755)
    return command


@contextmanager
def _started(name: str, command: list[str], root: Path, log: Path) -> Iterator[None]:
    """Run a service until the end of the block."""
    with (log / f"{name}.log").open("wb") as file:
        process = subprocess.Popen(
            ["/usr/sbin/chroot", root, *command], stdout=file, stderr=file
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


async def _async_until(
    read: Callable[[], Awaitable[Any]], is_wanted: Callable[[Any], bool]
) -> Any:
    """Return the first value that is wanted."""
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            try:
                value = await read()
            except OSError, aiohttp.ClientError:
                value = None
            if value and is_wanted(value):
                return value
            await asyncio.sleep(0.2)


async def _async_watch() -> dict[str, Any]:
    """Return what is seen from outside when all of them have found each other."""
    provisioned = DEPLOY / "grafana/provisioning/datasources/prometheus.yaml"
    sources = cast("dict[str, Any]", parse_yaml(provisioned.read_text()))
    url = sources["datasources"][0]["url"].replace("//prometheus:", "//127.0.0.1:")
    async with aiohttp.ClientSession(url) as session:

        async def get(path: str) -> Any:
            async with session.get(f"/api/v1/{path}") as response:
                return (await response.json())["data"]

        up = await _async_until(
            lambda: get("query?query=sum(miner_up)"),
            lambda data: (
                data["result"] and data["result"][0]["value"][1] == str(MINERS)
            ),
        )
        targets = (await get("targets"))["activeTargets"]
        rules = await _async_until(
            lambda: get("rules"), lambda data: "unknown" not in json.dumps(data)
        )
    async with Client("127.0.0.1") as client:
        await client.subscribe("mining/north/0/#")
        seen: dict[str, str] = {}
        async with asyncio.timeout(_PATIENCE_S):
            async for message in client.messages:
                seen[str(message.topic)] = message.payload.decode()
                total = json.loads(seen.get("mining/north/0/sum/site", "{}"))
                status = seen.get("mining/north/0/status")
                if status and total.get("groups", {}).get("hashing") == MINERS:
                    break
    return {
        "up": float(up["result"][0]["value"][1]),
        "targets": {each["scrapeUrl"]: each["health"] for each in targets},
        "rules": {
            rule["name"]: rule["health"]
            for group in rules["groups"]
            for rule in group["rules"]
        },
        "status": status,
        "sum": total,
    }


async def _async_run(folder: Path) -> dict[str, Any]:
    compose = cast("dict[str, Any]", parse_yaml((DEPLOY / "compose.yaml").read_text()))
    services = compose["services"]
    logs = folder.with_name("logs")
    logs.mkdir()
    root = _make_root(folder)
    _make_network(root, [*services])
    commands = _COMMANDS | {"collector": _install_collector(root)}
    async with AsyncExitStack() as stack:
        for number in range(1, MINERS + 1):
            miner = AntminerSimulator("s19jpro", f"10.3.0.{number}", 4028, seed=number)
            await stack.enter_async_context(miner)
        for name, command in commands.items():
            _mount(services[name], root)
            whole = [*command, *services[name].get("command", [])]
            stack.enter_context(_started(name, whole, root, logs))
        return await _async_watch()


def main() -> None:
    """Print what was seen, as JSON; with --try only make the file system and network."""
    folder = Path(sys.argv[-1])
    folder.mkdir()
    if "--try" in sys.argv:
        _make_network(_make_root(folder), [])
        return
    os.environ.pop("PYTHONPATH", None)
    sys.stdout.write(json.dumps(asyncio.run(_async_run(folder))))


if __name__ == "__main__":
    main()
