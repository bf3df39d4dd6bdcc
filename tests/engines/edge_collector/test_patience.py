"""How long a client waits: longer for a miner that is late, and for its own machine."""

import asyncio
import json

import pytest

from custom_components.mining_farm.engines.edge_collector import Failure, MinerError

from .fake_miner import Answer, Script, hang
from .harness import DrivenSleep, StartMiner, client_of
from .replies import stats

REPLY = json.dumps(stats()).encode() + b"\0"
BASE_S = 0.2


def late(seconds: float) -> Script:
    """Return what answers after a while."""

    async def script(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await asyncio.sleep(seconds)
        writer.write(REPLY)
        writer.write_eof()
        await reader.read()

    return script


@pytest.mark.parametrize("retries", [0, 3])
async def test_a_late_miner_is_given_longer_from_then_on(
    start_miner: StartMiner, sleep: DrivenSleep, *, retries: int
) -> None:
    """One attempt is lost once, with retries or without."""
    miner = await start_miner(lambda _: late(BASE_S * 2))
    client = client_of(miner, sleep, timeout=BASE_S, retries=retries)
    await client.async_get_stats()
    assert len(miner.requests) == 2
    await client.async_get_stats()
    assert len(miner.requests) == 3


async def test_a_miner_that_hangs_is_given_longer_once(
    start_miner: StartMiner, sleep: DrivenSleep
) -> None:
    """Until it answers: hundreds that hang would take the time of the others."""
    miner = await start_miner(lambda _: hang)
    client = client_of(miner, sleep, timeout=BASE_S / 4, retries=0)
    for requests in (2, 3, 4):
        with pytest.raises(MinerError) as caught:
            await client.async_get_stats()
        assert caught.value.failure is Failure.TIMEOUT
        assert len(miner.requests) == requests
    miner.answer = lambda _: REPLY
    await client.async_get_stats()
    miner.answer = lambda _: hang
    with pytest.raises(MinerError):
        await client.async_get_stats()
    assert len(miner.requests) == 7


async def test_a_trial_is_never_given_longer(
    start_miner: StartMiner, sleep: DrivenSleep
) -> None:
    """A form of asking that a firmware does not know may hang for good."""
    miner = await start_miner(lambda _: hang)
    client = client_of(miner, sleep, timeout=BASE_S / 4)
    with pytest.raises(MinerError):
        await client.async_request(("stats", "devs"), retries=0)
    assert len(miner.requests) == 1


async def test_time_in_which_this_machine_was_held_up_does_not_count(
    start_miner: StartMiner, sleep: DrivenSleep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reply lies in the socket when the event loop comes back after a minute."""
    loop = asyncio.get_running_loop()
    now, held_up_s = loop.time, 0.0
    monkeypatch.setattr(loop, "time", lambda: now() + held_up_s)

    def answer(_: object) -> bytes:
        nonlocal held_up_s
        held_up_s += 60
        return REPLY

    busy: Answer = answer
    miner = await start_miner(busy)
    assert await client_of(miner, sleep, retries=0).async_get_stats()
    assert len(miner.requests) == 1
