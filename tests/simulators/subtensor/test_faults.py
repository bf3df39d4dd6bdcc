"""What can go wrong with a node, and what the control port shows of it."""

import asyncio
import json
from pathlib import Path

import aiohttp
import pytest

from simulators.clock import ManualClock
from simulators.subtensor import ALICE, START_BLOCK, SubtensorSimulator
from simulators.subtensor.scale import compact
from simulators.subtensor.storage import commitment_key
from simulators.subtensor.strangers import KINDS, account

from .client import AnsweredError, Client, connected, signed

ROOT = Path(__file__).parents[3]


async def _height(client: Client) -> int:
    return int((await client.ask("chain_getHeader"))["number"], 16) - START_BLOCK


async def test_silence(simulator: SubtensorSimulator, client: Client) -> None:
    """Nothing comes, neither answers nor news; the other node goes on."""
    await client.ask("chain_subscribeNewHeads")
    simulator.node.silence()
    await simulator.produce()
    await client.socket.send_json({"jsonrpc": "2.0", "id": 9, "method": "system_chain"})
    async with connected(simulator.urls[1]) as other:
        assert await _height(other) == 1
    assert simulator.node.traffic.methods["system_chain"] == 1
    simulator.node.restore()
    assert await client.ask("system_name") == "Subtensor Node"


async def test_a_hushed_subscription(
    simulator: SubtensorSimulator, client: Client
) -> None:
    """Requests are answered as ever."""
    heads = await client.ask("chain_subscribeNewHeads")
    await client.updates(heads, 1)
    simulator.node.hush()
    await simulator.produce(2)
    assert await _height(client) == 2
    assert await client.left(heads) == []
    simulator.node.restore()
    await simulator.produce()
    assert len(await client.left(heads)) == 1


async def test_a_node_behind(simulator: SubtensorSimulator, client: Client) -> None:
    """It follows at its distance and does not know what it has not seen."""
    await simulator.produce(4)
    head = await client.ask("chain_getHead")
    simulator.node.fall_behind(3)
    assert await _height(client) == 1
    assert await client.ask("chain_getBlockHash", START_BLOCK + 2) is None
    assert await client.ask("chain_getHeader", head) is None
    assert await client.ask("chain_getFinalizedHead") != head
    heads = await client.ask("chain_subscribeNewHeads")
    await simulator.produce()
    numbers = [int(head["number"], 16) for head in await client.updates(heads, 2)]
    assert numbers == [START_BLOCK + 1, START_BLOCK + 2]


async def test_a_stuck_node_catches_up(
    simulator: SubtensorSimulator, client: Client
) -> None:
    """Once it is restored it sends its new head."""
    heads = await client.ask("chain_subscribeNewHeads")
    simulator.node.stick()
    await simulator.produce(3)
    assert await _height(client) == 0
    assert len(await client.left(heads)) == 1
    simulator.node.restore()
    [head] = await client.updates(heads, 1)
    assert int(head["number"], 16) == START_BLOCK + 3


async def test_a_method_that_fails(
    simulator: SubtensorSimulator, client: Client
) -> None:
    """The others do not; a method that is not there fails by itself."""
    simulator.node.fail("chain_getHead", -32000, "Server is busy")
    with pytest.raises(AnsweredError, match="Server is busy"):
        await client.ask("chain_getHead")
    assert await client.ask("chain_getBlockHash")
    with pytest.raises(AnsweredError, match="Method not found"):
        await client.ask("chain_getNothing")
    with pytest.raises(AnsweredError, match="Invalid params"):
        await client.ask("state_getStorage", "0xabc")


@pytest.mark.parametrize("how", ["half", "null", "text"])
async def test_spoilt_answers(
    simulator: SubtensorSimulator, client: Client, how: str
) -> None:
    """Other than the truth, each in its way."""
    true = await client.ask("chain_getHead")
    simulator.node.spoil_answers("chain_getHead", how)
    spoilt = await client.ask("chain_getHead")
    assert spoilt == {"half": true[:32], "null": None, "text": spoilt}[how]
    assert spoilt != true


async def test_slow_answers(
    simulator: SubtensorSimulator, client: Client, clock: ManualClock
) -> None:
    """By the simulator's clock."""
    simulator.node.slow(30)
    asking = asyncio.create_task(client.ask("system_chain"))
    while not simulator.node.traffic.requests:
        await asyncio.sleep(0)
    clock.advance(29)
    await asyncio.sleep(0)
    assert not asking.done()
    clock.advance(1)
    assert await asking == "Bittensor"


async def test_dropped_connections(
    simulator: SubtensorSimulator, client: Client
) -> None:
    """Now, or instead of an answer; a new connection works."""
    simulator.node.drop_in_answer("chain_getHead")
    assert await client.ask("system_chain")
    with pytest.raises(ConnectionError):
        await client.ask("chain_getHead")
    async with connected(simulator.node.url) as again:
        assert await again.ask("chain_getHead")
        simulator.node.drop()
        with pytest.raises(ConnectionError):
            await again.ask("chain_getHead")
    assert simulator.node.traffic.connections == 2


async def test_dropped_after_submission(
    simulator: SubtensorSimulator, client: Client
) -> None:
    """The extrinsic is taken all the same."""
    simulator.node.drop_after_submit()
    extrinsic = signed(simulator.chain, b"2;b;")
    watch = await client.ask("author_submitAndWatchExtrinsic", extrinsic)
    with pytest.raises(ConnectionError):
        await client.updates(watch, 9)
    await simulator.produce()
    assert simulator.chain.counts.succeeded == 1


async def test_refused_connections(simulator: SubtensorSimulator) -> None:
    """The port stays its own."""
    simulator.node.refuse()
    with pytest.raises(aiohttp.ClientConnectorError):
        async with connected(simulator.node.url):
            pass
    simulator.node.restore()
    async with connected(simulator.node.url) as client:
        assert await client.ask("system_chain")


@pytest.mark.parametrize("code", [1010, 1012, 1014])
async def test_refused_extrinsics(
    simulator: SubtensorSimulator, client: Client, code: int
) -> None:
    """With the code that is asked for."""
    simulator.node.refuse_extrinsics(code)
    with pytest.raises(AnsweredError, match=str(code)):
        await client.ask(
            "author_submitAndWatchExtrinsic", signed(simulator.chain, b"2;b;")
        )
    assert simulator.chain.counts.refused == 1


async def test_wrong_nonces(simulator: SubtensorSimulator, client: Client) -> None:
    """The chain itself still counts right."""
    simulator.node.misnumber(3)
    assert await client.ask("account_nextIndex", ALICE.address) == 3
    simulator.node.restore()
    assert await client.ask("account_nextIndex", ALICE.address) == 0


async def test_batches(simulator: SubtensorSimulator, client: Client) -> None:
    """Several requests in one frame have their answers in one."""
    batch = [
        {"jsonrpc": "2.0", "id": number, "method": method}
        for number, method in enumerate(("system_chain", "chain_getNothing"))
    ]
    await client.socket.send_json(batch)
    first, second = json.loads((await client.socket.receive()).data)
    assert (first["id"], first["result"]) == (0, "Bittensor")
    assert (second["id"], second["error"]["code"]) == (1, -32601)
    assert simulator.node.traffic.requests == 2


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("{", -32700),
        ("7", -32600),
        ('{"id":1,"method":"author_submitExtrinsic","params":[]}', -32602),
        ('{"id":1,"method":"author_submitExtrinsic","params":["zz"]}', -32602),
        ('{"id":1,"method":"state_getKeysPaged","params":["0x",1001]}', 4002),
        ('{"id":1,"method":"state_call","params":["Core_x","0x"]}', 4003),
    ],
)
async def test_wrong_requests(client: Client, sent: str, code: int) -> None:
    """Each has its error, and the connection goes on."""
    await client.socket.send_str(sent)
    assert json.loads((await client.socket.receive()).data)["error"]["code"] == code
    assert await client.ask("system_chain")


async def test_strangers(simulator: SubtensorSimulator, client: Client) -> None:
    """One of each oddity, as stored."""
    simulator.control.surprise("all")
    await simulator.produce()
    for kind, fields in KINDS.items():
        key = f"0x{commitment_key(89, account(kind)).hex()}"
        stored = await client.ask("state_getStorage", key)
        expected = compact(len(fields)) + b"".join(fields)
        assert bytes.fromhex(stored[26:]) == expected, kind
    with pytest.raises(ValueError, match="no 'odd'; there are: no_fields, none"):
        simulator.control.surprise("odd")


@pytest.mark.parametrize("about", ["numbers", "names", "call", "extensions"])
async def test_a_lie_about_the_runtime(
    simulator: SubtensorSimulator, client: Client, about: str
) -> None:
    """Its metadata differ, and only its own; the version is said to be the same."""
    asked = "state_call", "Metadata_metadata_at_version", "0x0f000000"
    true = await client.ask(*asked)
    version = await client.ask("state_getRuntimeVersion")
    simulator.node.lie(about)
    assert "lie" in simulator.node.describe()["faults"]
    assert await client.ask(*asked) != true
    assert await client.ask("state_getRuntimeVersion") == version
    async with connected(simulator.urls[1]) as other:
        assert await other.ask(*asked) == true
    simulator.node.restore()
    assert await client.ask(*asked) == true
    with pytest.raises(ValueError, match="about must be"):
        simulator.node.lie("everything")


async def test_another_first_block(
    simulator: SubtensorSimulator, client: Client
) -> None:
    """All others stay as they are."""
    true = await client.ask("chain_getBlockHash", 0)
    head = await client.ask("chain_getHead")
    simulator.node.serve_another_chain()
    assert await client.ask("chain_getBlockHash", 0) == f"0x{bytes(32).hex()}" != true
    assert await client.ask("chain_getHead") == head


async def test_an_upgrade(simulator: SubtensorSimulator, client: Client) -> None:
    """The next version, in which the pallet has another number or the same."""
    before = (await client.ask("state_getRuntimeVersion"))["specVersion"]
    simulator.control.upgrade()
    assert (await client.ask("state_getRuntimeVersion"))["specVersion"] == before + 1
    assert simulator.chain.runtime.commitments == 18
    simulator.control.upgrade(renumbered=True)
    assert simulator.chain.runtime.commitments == 19


async def test_a_flood_and_a_redirect(simulator: SubtensorSimulator) -> None:
    """For those who connect from then on."""
    simulator.node.flood()
    async with connected(simulator.urls[0]) as client:
        messages = [await client.socket.receive_json() for _ in range(50)]
        assert {one["params"]["subscription"] for one in messages} == {"nobody"}
    simulator.node.restore()
    simulator.node.redirect("ws://192.0.2.1/")
    with pytest.raises(aiohttp.NonHttpUrlRedirectClientError, match="192"):
        async with connected(simulator.urls[0]):
            pass
