"""An account is sent to no other miner: what answers is read without it before."""

from dataclasses import asdict
from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector import (
    AnotherMinerError,
    Command,
    ControlError,
    ControlFailure,
    Failure,
    MinerError,
    Order,
    Outcome,
    Reader,
    Recognition,
    registry,
)
from simulators.makes.api import ApiMiner

from .makes import MAKES, Makes, Miner, recognising_writer_of

WITH_ACCOUNT = [
    name for name, (driver, _) in MAKES.items() if registry.sign_in_of(driver)
]
PAUSE = Order(command=Command.PAUSE)


def asked(miner: Miner) -> list[dict[str, Any]]:
    """Return what was asked, without what names the connection."""
    if isinstance(miner.simulator, ApiMiner):
        return [dict(each) for each in miner.simulator.requests]
    return [asdict(each) for each in miner.simulator.requests]


def known(miner: Miner, same: bool | None) -> Recognition:
    """Return what judges each reading alike."""
    return registry.recognition_of(
        miner.simulator.host, miner.way, None, lambda _: same
    )


def reader(miner: Miner, same: bool | None) -> Reader:
    """Return what reads with an account, and judges each open reading alike."""
    return registry.create_reader(
        miner.simulator.host,
        miner.simulator.port,
        driver=miner.driver,
        credentials=miner.credentials,
        recognise=lambda _: same,
    )


@pytest.mark.parametrize("name", WITH_ACCOUNT)
async def test_another_miner_is_asked_only_what_anyone_may_ask(
    makes: Makes, name: str
) -> None:
    """By a poll and by an order: neither password, session nor proof reaches it."""
    miner = await makes.start(name)
    await registry.async_identify(miner.simulator.host, miner.simulator.port)
    open_questions = asked(miner)
    miner.simulator.requests.clear()
    with pytest.raises(AnotherMinerError) as read:
        await reader(miner, same=False).async_poll()
    assert read.value.failure is Failure.ANOTHER_MINER
    with pytest.raises(ControlError) as ordered:
        await recognising_writer_of(miner, known(miner, same=False)).async_carry_out(
            PAUSE, lambda _: None
        )
    assert ordered.value.failure is ControlFailure.NO_ANSWER
    assert asked(miner)
    assert all(each in open_questions for each in asked(miner))
    assert miner.machine.password not in repr(asked(miner))
    assert not miner.machine.paused


@pytest.mark.parametrize("same", [True, None])
@pytest.mark.parametrize("name", WITH_ACCOUNT)
async def test_its_own_miner_is_read_and_ordered_as_before(
    makes: Makes, name: str, same: bool | None
) -> None:
    """Also one that does not tell who it is."""
    miner = await makes.start(name)
    assert await reader(miner, same).async_poll()
    writer = recognising_writer_of(miner, known(miner, same))
    assert await writer.async_carry_out(PAUSE, lambda _: None) is Outcome.CONFIRMED


@pytest.mark.parametrize("name", WITH_ACCOUNT)
async def test_what_is_silent_is_sent_nothing(makes: Makes, name: str) -> None:
    """It may be another miner that only starts to answer."""
    miner = await makes.start(name)
    miner.simulator.refuse()
    with pytest.raises(MinerError) as caught:
        await reader(miner, same=None).async_poll()
    assert caught.value.failure is Failure.REFUSED


async def test_a_miner_that_numbers_itself_differently_is_known_by_its_first_way(
    makes: Makes,
) -> None:
    """The reading of that has the family, the open one of the second way has none."""
    miner = await makes.start("whatsminer_v2")
    first = registry.Way(registry.CGMINER, miner.simulator.port)
    known = registry.recognition_of(
        miner.simulator.host, first, miner.way, lambda read: read.family is not None
    )
    writer = recognising_writer_of(miner, known)
    assert await writer.async_carry_out(PAUSE, lambda _: None) is Outcome.CONFIRMED
