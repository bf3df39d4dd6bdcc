"""What is signed is what was meant, whatever a node calls it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hypothesis import example, given, strategies as st
import pytest

from custom_components.mining_farm.engines.auction.chain.client import ChainClient
from custom_components.mining_farm.engines.auction.chain.networks import (
    FINNEY_GENESIS,
    NETWORKS,
    TEST_GENESIS,
    known_genesis,
)
from custom_components.mining_farm.engines.auction.chain.pace import ERA_PERIOD
from custom_components.mining_farm.engines.auction.chain.signing import (
    Wanted,
    check_signing,
)
from custom_components.mining_farm.engines.auction.errors import (
    ChainError,
    SigningPart,
    UnsafeExtrinsicError,
)
from custom_components.mining_farm.engines.auction.publish.hotkey import signer
from simulators.subtensor import SubtensorSimulator
from simulators.subtensor.extrinsics import Extrinsic
from simulators.subtensor.runtime import LIES
from simulators.subtensor.scale import compact, uint, vec
from simulators.subtensor.wallet import write_hotkey

from .chain_services import serving
from .fake_node import eventually
from .mining import during

PAYLOAD = b"2;b;BTC,0.9=0.1:1"
HASHES = st.binary(min_size=32, max_size=32)
WANTED = st.builds(
    Wanted,
    genesis=st.one_of(
        st.sampled_from((FINNEY_GENESIS, TEST_GENESIS)),
        HASHES.map(lambda found: f"0x{found.hex()}"),
    ),
    netuid=st.integers(0, 0xFFFF),
    payload=st.binary(min_size=1, max_size=128),
    nonce=st.one_of(
        st.integers(0, 0xFFFF_FFFF), st.sampled_from((63, 64, 1 << 14, 1 << 30))
    ),
)

pytestmark = pytest.mark.usefixtures("socket_enabled")


def signed_by_a_true_node(
    wanted: Wanted, phase: int = 0, spec: int = 318, birth: bytes = bytes(32)
) -> bytes:
    """Return what the chain demands to be signed, as the simulator verifies it."""
    field = uint(1 + len(wanted.payload), 1) + wanted.payload
    era = uint(2 | phase << 4, 2)
    extrinsic = Extrinsic(
        raw=b"",
        account=bytes(32),
        signature=b"",
        era=era,
        nonce=wanted.nonce,
        extra=era + compact(wanted.nonce) + compact(0) + b"\0",
        call=b"\x12\0" + uint(wanted.netuid, 2) + vec([field]),
    )
    return extrinsic.payload(
        spec_version=spec,
        version=1,
        genesis=bytes.fromhex(wanted.genesis[2:]),
        birth=birth,
    )


def refused_part(data: bytes, wanted: Wanted) -> SigningPart | None:
    """Return the part for which a signature is refused; None: it would be given."""
    try:
        check_signing(data, wanted)
    except UnsafeExtrinsicError as error:
        return error.part
    return None


@given(WANTED, st.integers(0, ERA_PERIOD - 1), st.integers(0, 0xFFFF_FFFF), HASHES)
def test_what_is_wanted_is_signed_by_every_version(
    wanted: Wanted, phase: int, spec: int, birth: bytes
) -> None:
    """Whichever version of the runtime runs, and wherever the era begins."""
    assert (
        refused_part(signed_by_a_true_node(wanted, phase, spec, birth), wanted) is None
    )


@given(WANTED, st.data())
def test_no_other_bytes_are_signed(wanted: Wanted, data: st.DataObject) -> None:
    """One byte changed, more or less: but for versions and the era's block and phase."""
    true = signed_by_a_true_node(wanted)
    size = len(true)
    free = set(range(size - 73, size - 65)) | set(range(size - 33, size - 1))
    era = size - 73 - 2 - len(compact(wanted.nonce)) - 2
    at = data.draw(st.sampled_from([n for n in range(size) if n not in free | {era}]))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != true[at]))
    assert refused_part(true[:at] + bytes((other,)) + true[at + 1 :], wanted)
    more = data.draw(st.binary(min_size=1, max_size=8))
    cut = data.draw(st.integers(0, size))
    assert refused_part(true[:cut] + more + true[cut:], wanted)
    assert refused_part(true[: size - data.draw(st.integers(1, size))], wanted)


@given(st.binary(max_size=300), WANTED)
@example(b"", Wanted(genesis=FINNEY_GENESIS, netuid=89, payload=b"x", nonce=0))
def test_nothing_else_is_signed_either(data: bytes, wanted: Wanted) -> None:
    """Whatever a process asks to have signed."""
    assert refused_part(data, wanted)


@given(WANTED, WANTED)
def test_one_commitment_is_not_signed_for_another(one: Wanted, other: Wanted) -> None:
    """Of another chain, subnet, text or nonce."""
    assert (refused_part(signed_by_a_true_node(one), other) is None) == (one == other)


@pytest.mark.parametrize("era", [b"\0", b"\x01\0", b"\x03\0", b"\x82\0", b"\x02\x08"])
def test_an_extrinsic_lives_for_some_blocks_only(era: bytes) -> None:
    """Never for ever, nor for longer than it is waited for."""
    wanted = Wanted(genesis=FINNEY_GENESIS, netuid=89, payload=PAYLOAD, nonce=0)
    true = signed_by_a_true_node(wanted)
    at = true.index(PAYLOAD) + len(PAYLOAD)
    assert refused_part(true[:at] + era + true[at + 2 :], wanted) is SigningPart.ERA


def test_the_networks_first_blocks_are_known() -> None:
    """By name and by URL; others say it themselves."""
    urls = {name: known_genesis([url]) for name, url in NETWORKS.items()}
    assert urls == {
        "finney": FINNEY_GENESIS,
        "archive": FINNEY_GENESIS,
        "test": TEST_GENESIS,
        "local": None,
    }
    assert known_genesis(["ws://10.0.0.5:9944", NETWORKS["test"]]) == TEST_GENESIS
    assert known_genesis(["wss://Entrypoint-Finney.opentensor.ai/"]) == FINNEY_GENESIS


@asynccontextmanager
async def chain(
    nodes: int = 1, genesis: str | None = None
) -> AsyncIterator[tuple[SubtensorSimulator, ChainClient]]:
    """Run a chain whose blocks come on command, and its client."""
    async with (
        SubtensorSimulator(block_time=None, nodes=nodes) as simulator,
        ChainClient(simulator.urls, netuid=89, block_time=2, genesis=genesis) as client,
    ):
        yield simulator, client


PARTS = {
    "numbers": SigningPart.CALL,
    "names": SigningPart.CALL,
    "call": SigningPart.CONTENT,
    "extensions": SigningPart.EXTENSIONS,
}


@pytest.mark.parametrize("lie", sorted(LIES))
async def test_a_node_that_lies_gets_no_signature(lie: str, tmp_path: Path) -> None:
    """It is told apart by what is wrong; nothing is sent; a rehearsal finds it as well."""
    key = signer(write_hotkey(tmp_path))
    async with chain() as (simulator, client):
        simulator.node.lie(lie)
        with pytest.raises(UnsafeExtrinsicError) as caught:
            await client.publish(PAYLOAD, key)
        assert caught.value.part is PARTS[lie]
        with pytest.raises(UnsafeExtrinsicError) as caught:
            await client.rehearse(PAYLOAD)
        assert caught.value.part is PARTS[lie]
        assert simulator.chain.counts.accepted == 0
        assert "author_submitAndWatchExtrinsic" not in simulator.node.traffic.methods
        simulator.node.restore()
        await client.rehearse(PAYLOAD)


async def test_another_endpoint_publishes_what_a_liar_may_not(tmp_path: Path) -> None:
    """The liar is left, and what it said of the chain's types is forgotten."""
    key = signer(write_hotkey(tmp_path))
    async with chain(nodes=2) as (simulator, client):
        simulator.node.lie("numbers")
        with pytest.raises(UnsafeExtrinsicError, match=r"7\.0"):
            await client.rehearse(PAYLOAD)
        await eventually(lambda: client.endpoints[1].in_use)
        await client.rehearse(PAYLOAD)
        await during(simulator, client.publish(PAYLOAD, key))
        assert simulator.chain.counts.succeeded == 1
        assert simulator.nodes[1].traffic.methods["author_submitAndWatchExtrinsic"] == 1


async def test_an_upgrade_that_changes_no_number_is_signed(tmp_path: Path) -> None:
    """One that does is not, and is found without anything to publish."""
    key = signer(write_hotkey(tmp_path))
    async with chain() as (simulator, client):
        await client.rehearse(PAYLOAD)
        simulator.control.upgrade()
        await simulator.produce()
        await during(simulator, client.publish(PAYLOAD, key))
        assert simulator.chain.counts.succeeded == 1
        simulator.control.upgrade(renumbered=True)
        await simulator.produce()
        with pytest.raises(UnsafeExtrinsicError, match=r"19\.0.*18\.0"):
            await client.rehearse(PAYLOAD)


async def test_a_node_of_another_chain_is_not_used() -> None:
    """By the chain that was known before, whoever answers first."""
    async with SubtensorSimulator(block_time=None, nodes=2) as simulator:
        genesis = f"0x{simulator.chain.genesis.hex()}"
        simulator.node.serve_another_chain()
        async with ChainClient(
            simulator.urls, netuid=89, block_time=2, genesis=genesis
        ) as client:
            await client.head()
            assert [one.in_use for one in client.endpoints] == [False, True]
            assert client.endpoints[0].error == "the endpoint serves another chain"
            simulator.nodes[1].serve_another_chain()
            simulator.nodes[1].drop()
            await eventually(lambda: not any(one.in_use for one in client.endpoints))
            with pytest.raises(ChainError, match="serves another chain"):
                await client.rehearse(PAYLOAD)


async def test_a_node_that_changes_its_chain_gets_no_signature(tmp_path: Path) -> None:
    """It names another first block only to what composes, on an open connection."""
    key = signer(write_hotkey(tmp_path))
    async with chain() as (simulator, client):
        await client.rehearse(PAYLOAD)
        simulator.node.serve_another_chain()
        with pytest.raises(UnsafeExtrinsicError) as caught:
            await client.publish(PAYLOAD, key)
        assert caught.value.part is SigningPart.GENESIS
        assert simulator.chain.counts.accepted == 0


async def test_the_library_composes_what_is_checked() -> None:
    """Byte by byte what the chain verifies, seen without a process between."""
    async with (
        SubtensorSimulator(block_time=None) as simulator,
        serving(*simulator.urls) as service,
    ):
        data = await service.rehearse(PAYLOAD)
        genesis = f"0x{simulator.chain.genesis.hex()}"
        wanted = Wanted(genesis=genesis, netuid=89, payload=PAYLOAD, nonce=0)
        assert refused_part(data, wanted) is None
        await service.distrust("a test")
        assert await service.rehearse(PAYLOAD) == data
        # There is no other endpoint to leave it for.
        assert simulator.node.traffic.connections == 1
