"""The control port, the wallet, the farm's part and the program."""

import asyncio
import json
from pathlib import Path
import signal
import tomllib

import aiohttp

from simulators.clock import ManualClock
from simulators.control import ControlServer
from simulators.farm import Farm
from simulators.subtensor import ALICE, START_BLOCK, SubtensorSimulator
from simulators.subtensor.farm import groups
from simulators.subtensor.storage import commitment_key
from simulators.subtensor.wallet import WalletFolder
from tests.harness import child

from ..asking import free_base
from .client import connected

ROOT = Path(__file__).parents[3]


def _network(folder: str) -> str:
    """Return the node that a wallet folder's workers file names."""
    workers = tomllib.loads(Path(folder, "workers.toml").read_text(encoding="utf-8"))
    network: str = workers["bittensor"]["network"]
    return network


async def test_the_control_port(simulator: SubtensorSimulator) -> None:
    """It shows chain and nodes, and takes commands with arguments."""
    async with (
        ControlServer(simulator.groups) as control,
        aiohttp.ClientSession() as session,
    ):
        for path in (
            "chains/subtensor/produce?blocks=3",
            "chains/subtensor/ban?uid=7",
            "chains/subtensor/deregister?uid=8",
            "chains/subtensor/forget_split",
            "nodes/all/fall_behind?blocks=1",
            "nodes/node-1/fail?method=chain_getHead",
        ):
            async with session.post(f"{control.url}/{path}") as reply:
                assert reply.status == 200, await reply.text()
        async with session.get(f"{control.url}/chains/subtensor") as reply:
            chain = (await reply.json())["subtensor"]
        async with session.get(f"{control.url}/nodes/node-1") as reply:
            node = (await reply.json())["node-1"]
    assert chain["head"]["number"] == START_BLOCK + 3
    assert chain["finalised"]["number"] == START_BLOCK + 1
    assert node["faults"] == ["fail chain_getHead", "fall_behind"]
    before = simulator.chain.head.state
    await simulator.produce()
    after = simulator.chain.head.state
    assert after.neurons[8].hotkey != before.neurons[8].hotkey
    assert len(before.storage) - len(after.storage) == 1
    vote = commitment_key(89, after.neurons[0].hotkey)
    bitmap = after.storage[vote][-32:]
    assert int.from_bytes(bitmap, "little") == 1 << 7


async def test_a_wallet_folder(tmp_path: Path) -> None:
    """A hotkey that only its owner may read, and workers that name it."""
    wallet = WalletFolder("ws://127.0.0.1:9944", tmp_path)
    await wallet.start()
    file = tmp_path / "farm" / "hotkeys" / "default"
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["ss58Address"] == ALICE.address
    assert tmp_path.as_posix() in (tmp_path / "workers.toml").read_text()
    await wallet.stop()
    assert file.exists()
    temporary = WalletFolder("ws://127.0.0.1:9944")
    await temporary.start()
    folder = Path(temporary.describe()["directory"])
    assert (folder / "workers.toml").exists()
    await temporary.stop()
    assert folder not in folder.parent.iterdir()


async def test_the_program(socket_enabled: None, tmp_path: Path) -> None:
    """It prints where it is, makes blocks, and ends cleanly."""
    program = await asyncio.create_subprocess_exec(
        *child.command("simulators.subtensor", "--port", "0"),
        *("--block-time", "0.05", "--wallets", str(tmp_path)),
        **child.options(),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    assert await program.stdout.readline() == b"subnet 89 at block 7500040\n"
    url = (await program.stdout.readline()).decode().split()[1]
    async with connected(url) as client:
        heads = await client.ask("chain_subscribeNewHeads")
        assert len(await client.updates(heads, 3)) == 3
    assert (tmp_path / "workers.toml").read_text().count(url) == 1
    program.send_signal(signal.SIGTERM)
    _, errors = await program.communicate()
    assert (program.returncode, errors) == (0, b"")


async def test_in_a_farm(loopback: None, clock: ManualClock) -> None:
    """A wallet whose workers file names the farm's node, with its bid in force."""
    async with Farm(groups(free_base(), clock)) as farm:
        assert "Subtensor node" in farm.table()
        wallet = farm.groups["wallets"]["farm"].describe()
        async with connected(_network(wallet["directory"])) as client:
            key = f"0x{commitment_key(89, ALICE.account).hex()}"
            stored = bytes.fromhex((await client.ask("state_getStorage", key))[2:])
    assert stored.endswith(b"2;b;BTC,0.97=0.1:2,0.2:3")
    assert wallet["address"] == ALICE.address
