"""What becomes of extrinsics: in the pool, in blocks, in branches."""

from typing import Any

import pytest

from simulators.subtensor import ALICE, BOB, START_BLOCK, SubtensorSimulator
from simulators.subtensor.pool import Counts
from simulators.subtensor.storage import EVENTS, commitment_key

from .client import AnsweredError, Client, signed

BID = b"2;b;BTC,1=0.1:9"


async def _watched(client: Client, extrinsic: str) -> str:
    watch: str = await client.ask("author_submitAndWatchExtrinsic", extrinsic)
    return watch


async def _committed(client: Client) -> bytes:
    key = f"0x{commitment_key(89, ALICE.account).hex()}"
    return bytes.fromhex((await client.ask("state_getStorage", key))[2:])


async def _events(client: Client) -> str:
    events: str = await client.ask("state_getStorage", f"0x{EVENTS.hex()}")
    return events


async def test_from_submission_to_finality(
    simulator: SubtensorSimulator, client: Client
) -> None:
    """Ready, in a block, final two blocks later; stored with the block's number."""
    watch = await _watched(client, signed(simulator.chain, BID))
    assert await client.updates(watch, 1) == ["ready"]
    await simulator.produce()
    block = await client.ask("chain_getHead")
    assert await client.updates(watch, 1) == [{"inBlock": block}]
    stored = await _committed(client)
    assert stored[8:12] == (START_BLOCK + 1).to_bytes(4, "little")
    assert stored[14:] == BID
    assert ALICE.account.hex() in await _events(client)
    assert len((await client.ask("chain_getBlock"))["block"]["extrinsics"]) == 2
    await simulator.produce(2)
    assert await client.updates(watch, 1) == [{"finalized": block}]
    assert simulator.chain.counts == Counts(accepted=1, succeeded=1)
    assert await client.ask("system_accountNextIndex", ALICE.address) == 1


async def test_each_submission_has_its_own_subscription(
    simulator: SubtensorSimulator, client: Client
) -> None:
    """And the pool counts for the next nonce."""
    first = await _watched(client, signed(simulator.chain, BID))
    assert await client.ask("account_nextIndex", ALICE.address) == 1
    second = await _watched(client, signed(simulator.chain, b"2;b;", nonce=1))
    assert first != second
    await simulator.produce()
    assert (await client.updates(second, 2))[1] == {
        "inBlock": await client.ask("chain_getHead")
    }
    assert (await _committed(client))[14:] == b"2;b;"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"spec_version": 317}, "bad signature"),
        ({"current": START_BLOCK - 8}, "bad signature"),
    ],
)
async def test_a_signature_over_something_else(
    simulator: SubtensorSimulator,
    client: Client,
    changed: dict[str, Any],
    reason: str,
) -> None:
    """Another runtime's, or one whose era is over."""
    extrinsic = signed(simulator.chain, BID, **changed)
    with pytest.raises(AnsweredError, match=reason):
        await _watched(client, extrinsic)
    assert simulator.chain.counts == Counts(refused=1)


async def test_altered_bytes(simulator: SubtensorSimulator, client: Client) -> None:
    """One bit of the call, and something that is no extrinsic at all."""
    extrinsic = signed(simulator.chain, BID)
    with pytest.raises(AnsweredError, match="bad signature"):
        await _watched(client, extrinsic[:-1] + "8")
    with pytest.raises(AnsweredError, match="invalid format"):
        await _watched(client, extrinsic[:-2])


async def test_the_same_again(simulator: SubtensorSimulator, client: Client) -> None:
    """Refused while it waits and after it was in a block; never carried out twice."""
    extrinsic = signed(simulator.chain, BID)
    await _watched(client, extrinsic)
    with pytest.raises(AnsweredError, match="1013"):
        await _watched(client, extrinsic)
    await simulator.produce()
    with pytest.raises(AnsweredError, match="1012"):
        await _watched(client, extrinsic)
    with pytest.raises(AnsweredError, match="outdated"):
        await _watched(client, signed(simulator.chain, b"2;b;"))
    assert simulator.chain.counts == Counts(
        accepted=1, refused=3, duplicates=2, succeeded=1
    )


async def test_a_nonce_too_high_waits(
    simulator: SubtensorSimulator, client: Client
) -> None:
    """Until the one before it is there."""
    late = await _watched(client, signed(simulator.chain, b"2;b;", nonce=1))
    assert await client.updates(late, 1) == ["future"]
    await simulator.produce()
    assert await client.left(late) == []
    await _watched(client, signed(simulator.chain, BID))
    await simulator.produce()
    assert simulator.chain.counts.succeeded == 2


async def test_two_with_one_nonce(
    simulator: SubtensorSimulator, client: Client
) -> None:
    """The first stays."""
    await _watched(client, signed(simulator.chain, BID))
    with pytest.raises(AnsweredError, match="1014"):
        await _watched(client, signed(simulator.chain, b"2;b;"))


async def test_not_a_member(simulator: SubtensorSimulator, client: Client) -> None:
    """In the block, failed, nothing stored, and the nonce is used."""
    await _watched(client, signed(simulator.chain, BID, key=BOB))
    await simulator.produce()
    assert simulator.chain.counts == Counts(accepted=1, failed=1)
    assert "0001031201000000" in await _events(client)
    key = f"0x{commitment_key(89, BOB.account).hex()}"
    assert await client.ask("state_getStorage", key) is None
    assert await client.ask("system_accountNextIndex", BOB.address) == 1


async def test_a_failure_on_command(
    simulator: SubtensorSimulator, client: Client
) -> None:
    """A member's extrinsic fails as well; the old commitment stays."""
    simulator.control.fail_extrinsics()
    await _watched(client, signed(simulator.chain, BID))
    await simulator.produce()
    assert simulator.chain.counts.failed == 1
    assert BID not in await _committed(client)


async def test_held_until_its_era_is_over(
    simulator: SubtensorSimulator, client: Client
) -> None:
    """Accepted and never in a block: in the end it is dropped."""
    simulator.control.hold_extrinsics()
    watch = await _watched(client, signed(simulator.chain, BID))
    await simulator.produce(8)
    assert await client.left(watch) == ["ready"]
    simulator.control.restore()
    await simulator.produce()
    assert await client.updates(watch, 1) == ["invalid"]
    assert simulator.chain.counts == Counts(accepted=1)


async def test_retracted_and_in_another_branch(
    simulator: SubtensorSimulator, client: Client
) -> None:
    """A reorganisation takes it out, and its branch takes it in again."""
    watch = await _watched(client, signed(simulator.chain, BID))
    await simulator.produce()
    old = await client.ask("chain_getHead")
    await simulator.reorganise()
    new = await client.ask("chain_getBlockHash", START_BLOCK + 1)
    assert old != new
    updates = await client.updates(watch, 4)
    assert updates == ["ready", {"inBlock": old}, {"retracted": old}, {"inBlock": new}]
    assert (await _committed(client))[14:] == BID
    await simulator.produce()
    assert await client.updates(watch, 1) == [{"finalized": new}]


async def test_a_long_payload(simulator: SubtensorSimulator, client: Client) -> None:
    """Above 256 bytes the hash is signed."""
    await _watched(client, signed(simulator.chain, b"2;b;" + b" " * 300))
    await simulator.produce()
    assert simulator.chain.counts.succeeded == 1
