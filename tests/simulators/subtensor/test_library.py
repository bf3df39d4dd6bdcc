"""The client library that the product uses, against the simulated node."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from async_substrate_interface import AsyncSubstrateInterface
from async_substrate_interface.errors import StateDiscardedError
import pytest

from simulators.clock import ManualClock
from simulators.subtensor import ALICE, BOB, START_BLOCK, Key, SubtensorSimulator
from simulators.subtensor.metadata import metadata, read_metadata
from simulators.subtensor.runtime import Runtime
from tests.reference import OTHER_CASES, reference, twin

REAL = reference("auction", "real-metadata-v15.json")
BID = b"2;b;BTC,1=0.1:9"

pytestmark = twin(OTHER_CASES)


class Signer:
    """A key as the library wants it."""

    crypto_type = 1
    ss58_format = 42

    def __init__(self, key: Key) -> None:
        self._key = key
        self.public_key = key.account
        self.ss58_address = key.address

    def sign(self, data: Any) -> bytes:
        """Return the signature of bytes or of what holds them."""
        return self._key.sign(bytes(getattr(data, "data", data)))


@pytest.fixture(params=["own metadata", "real metadata"])
async def simulator(
    request: pytest.FixtureRequest, socket_enabled: None, clock: ManualClock
) -> AsyncIterator[SubtensorSimulator]:
    """A node with metadata of its own making, and one with those of the real chain."""
    served = None
    if request.param == "real metadata":
        if not REAL.exists():
            pytest.skip("the real chain's metadata are not part of the repository")
        served = read_metadata(REAL)
    async with SubtensorSimulator(
        clock=clock, block_time=None, metadata=served, kept_states=50
    ) as simulator:
        yield simulator


@pytest.fixture
async def substrate(
    simulator: SubtensorSimulator,
) -> AsyncIterator[AsyncSubstrateInterface]:
    """The library, connected."""
    substrate = AsyncSubstrateInterface(
        simulator.node.url,
        chain_name="Bittensor",
        ss58_format=42,
        ws_shutdown_timer=None,
        max_retries=3,
        retry_timeout=20,
    )
    await substrate.initialize()
    await substrate.init_runtime()
    yield substrate
    await substrate.close()  # type: ignore[no-untyped-call]


async def _read(
    substrate: AsyncSubstrateInterface,
    block_hash: str,
    pallet: str,
    item: str,
    of: tuple[Any, ...] = (),
) -> Any:
    key = await substrate.create_storage_key(
        pallet, item, list(of), block_hash=block_hash
    )
    answer = await substrate.rpc_request("state_getStorage", [key.to_hex(), block_hash])
    if answer["result"] is None:
        return None
    value = bytes.fromhex(answer["result"][2:])
    kind = key.value_scale_type
    assert kind is not None
    return (await substrate.decode_scale(kind, value, block_hash=block_hash)).value


async def test_reads(
    simulator: SubtensorSimulator, substrate: AsyncSubstrateInterface
) -> None:
    """Every item and call that an auction needs."""
    head = await substrate.get_chain_head()
    assert await substrate.get_block_number(None) == START_BLOCK
    assert await _read(substrate, head, "Timestamp", "Now") == 1_900_000_000_000
    assert await _read(substrate, head, "SubtensorModule", "Tempo", of=(89,)) == 360
    split = await _read(
        substrate, head, "SubtensorModule", "MechanismEmissionSplit", of=(89,)
    )
    assert split == [39_321, 26_214]
    neurons: Any = await substrate.runtime_call(
        "NeuronInfoRuntimeApi", "get_neurons_lite", [89], head
    )
    assert [neuron["uid"] for neuron in neurons] == list(range(24))
    for neuron, true in zip(neurons, simulator.market.neurons, strict=True):
        [(coldkey, stake)] = neuron["stake"]
        assert (coldkey, stake) == (neuron["coldkey"], true.stake_rao)
        assert neuron["validator_permit"] is true.validator
    assert neurons[-1]["hotkey"] == ALICE.address
    subnet: Any = await substrate.runtime_call(
        "SubnetInfoRuntimeApi", "get_dynamic_info", [89], head
    )
    assert subnet["tempo"] == 360


async def test_all_commitments(
    simulator: SubtensorSimulator, substrate: AsyncSubstrateInterface
) -> None:
    """With strangers' among them; another subnet has none."""
    simulator.control.surprise("all")
    await simulator.produce()
    head = await substrate.get_chain_head()
    found = await substrate.query_map(
        "Commitments", "CommitmentOf", [89], block_hash=head, fully_exhaust=True
    )
    fields = {hotkey: stored["info"]["fields"] for hotkey, stored in found.records}
    assert len(fields) == 18 + 14
    shown = [stored[0] for stored in fields.values() if stored]
    assert "None" in shown
    assert "ResetBondsFlag" in shown
    kinds = {next(iter(each)) for each in shown if isinstance(each, dict)}
    assert {"TimelockEncrypted", "BigRaw", "BlakeTwo256"} <= kinds
    assert [] in fields.values()
    other = await substrate.query_map(
        "Commitments", "CommitmentOf", [90], block_hash=head, fully_exhaust=True
    )
    assert other.records == []


async def test_a_discarded_state(substrate: AsyncSubstrateInterface) -> None:
    """The library knows the message."""
    head = await substrate.get_chain_head()
    key = await substrate.create_storage_key("Timestamp", "Now", [], block_hash=head)
    old = await substrate.get_block_hash(START_BLOCK - 60)
    with pytest.raises(StateDiscardedError):
        await substrate.rpc_request("state_getStorage", [key.to_hex(), old])


@pytest.mark.parametrize(
    ("key", "error"), [(ALICE, None), (BOB, "AccountNotAllowedCommit")]
)
async def test_publishing(
    simulator: SubtensorSimulator,
    substrate: AsyncSubstrateInterface,
    key: Key,
    error: str | None,
) -> None:
    """Signed by the library, verified by the node, reported with the events of its block."""
    field = {f"Raw{len(BID)}": BID}
    call = await substrate.compose_call(
        "Commitments", "set_commitment", {"netuid": 89, "info": {"fields": [[field]]}}
    )
    nonce = await substrate.get_account_next_index(key.address, use_cache=False)
    signer: Any = Signer(key)
    extrinsic = await substrate.create_signed_extrinsic(
        call, signer, era={"period": 8, "current": START_BLOCK}, nonce=nonce
    )
    submitting = asyncio.create_task(
        substrate.submit_extrinsic(
            extrinsic, wait_for_inclusion=True, wait_for_finalization=True
        )
    )
    while not simulator.chain.counts.accepted:
        await asyncio.sleep(0)
    await simulator.produce(3)
    receipt = await submitting
    assert await receipt.is_success is (error is None)
    assert ((await receipt.error_message) or {}).get("name") == error
    head = await substrate.get_chain_head()
    stored = await _read(
        substrate, head, "Commitments", "CommitmentOf", of=(89, key.address)
    )
    if error is None:
        assert stored["block"] == START_BLOCK + 1
        assert stored["info"]["fields"] == [{"Raw15": f"0x{BID.hex()}"}]
    else:
        assert stored is None


def test_metadata_from_a_file(tmp_path: Path) -> None:
    """Binary is taken as it is; anything else is refused by name."""
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_bytes(metadata(Runtime()))
    assert read_metadata(good) == metadata(Runtime())
    bad.write_bytes(b"meta\x0e")
    with pytest.raises(ValueError, match=f"no metadata of version 15: {bad}"):
        read_metadata(bad)
