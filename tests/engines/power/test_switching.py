"""Commands: sent once, believed when read back, never to a neighbour."""

import asyncio

import pytest

from custom_components.mining_farm.engines.power import (
    KasaConnections,
    KasaOutlet,
    OutletNotConfirmedError,
    OutletUnreachableError,
)
from simulators.clock import ManualClock
from simulators.commands import perform

from .conftest import (
    FAULTS,
    SHORT,
    OpenOutlet,
    StartPlug,
    address_of,
    arrived,
    child_id,
    switchings,
)


async def test_off_and_on_are_confirmed(
    start_plug: StartPlug, open_outlet: OpenOutlet
) -> None:
    """Each command arrives once, and returns when the relay has clicked."""
    clicks: list[bool] = []
    plug = await start_plug("hs110", on_change=lambda _, on: clicks.append(on))
    outlet = open_outlet(plug)
    await outlet.async_turn_off()
    assert clicks == [False]
    await outlet.async_turn_on()
    assert clicks == [False, True]
    assert [command.on for command in plug.commands] == [False, True]


async def test_only_the_chosen_outlet_of_a_strip_is_touched(
    start_plug: StartPlug, open_outlet: OpenOutlet
) -> None:
    """The five others see no command and no click."""
    clicks: list[tuple[str, bool]] = []
    strip = await start_plug("hs300", on_change=lambda *click: clicks.append(click))
    outlet = open_outlet(strip, 5)
    await outlet.async_turn_off()
    await outlet.async_turn_on()
    fifth = strip.outlets[4].id
    assert clicks == [(fifth, False), (fifth, True)]
    assert {command.outlet_id for command in strip.commands} == {fifth}
    assert strip.cuts(5) == 1


async def test_a_plug_that_goes_off_but_not_on(
    start_plug: StartPlug, open_outlet: OpenOutlet, clock: ManualClock
) -> None:
    """The plug says yes and stays off: commanded once, read for 10 s, then reported."""
    plug = await start_plug("hs110")
    plug.stick_off()
    outlet = open_outlet(plug)
    await outlet.async_turn_off()
    start = clock.now()
    with pytest.raises(OutletNotConfirmedError, match="Plug was switched on") as caught:
        await outlet.async_turn_on()
    assert caught.value.seen_on is False
    assert clock.now() - start == pytest.approx(10)
    assert [command.on for command in plug.commands] == [False, True]


async def test_a_welded_relay_is_seen_on(
    start_plug: StartPlug, open_outlet: OpenOutlet
) -> None:
    """A cut that did nothing is no cut."""
    plug = await start_plug("hs110")
    plug.stick_on()
    with pytest.raises(OutletNotConfirmedError) as caught:
        await open_outlet(plug).async_turn_off()
    assert caught.value.seen_on is True
    assert switchings(plug) == 1


async def test_a_late_click_is_waited_for(
    start_plug: StartPlug, open_outlet: OpenOutlet, clock: ManualClock
) -> None:
    """The command holds until it is seen, and is not repeated meanwhile."""
    plug = await start_plug("hs110")
    plug.lag(3)
    start = clock.now()
    await open_outlet(plug).async_turn_off()
    assert clock.now() - start == pytest.approx(3)
    assert switchings(plug) == 1


@pytest.mark.parametrize("fault", ["drop", "garble"])
async def test_a_lost_answer_is_not_a_lost_command(
    start_plug: StartPlug, open_outlet: OpenOutlet, fault: str
) -> None:
    """The reading after it shows that the command was carried out."""
    plug = await start_plug("hs110")
    perform(plug, fault, {"after": "1", "times": "1"})
    await open_outlet(plug).async_turn_off()
    assert [command.on for command in plug.commands] == [False]


async def test_a_lost_command_is_not_repeated(
    start_plug: StartPlug, open_outlet: OpenOutlet
) -> None:
    """The plug that hung over the command and recovered is still on, and said to be."""
    plug = await start_plug("hs110")
    plug.hang(after=1, times=1)
    outlet = open_outlet(plug, exchange_timeout=SHORT)
    with pytest.raises(OutletNotConfirmedError) as caught:
        await outlet.async_turn_off()
    assert caught.value.seen_on is True
    assert switchings(plug) == 1


async def test_a_plug_that_vanishes_after_the_command(
    start_plug: StartPlug, open_outlet: OpenOutlet
) -> None:
    """Nothing is known of the effect, and nothing is said about it."""
    plug = await start_plug("hs110")
    plug.on_change = lambda *_: plug.refuse()
    with pytest.raises(OutletNotConfirmedError) as caught:
        await open_outlet(plug).async_turn_off()
    assert caught.value.seen_on is None
    assert switchings(plug) == 1


async def test_a_stranger_after_the_command_confirms_nothing(
    start_plug: StartPlug, open_outlet: OpenOutlet
) -> None:
    """An outlet that is gone after its command leaves the command unconfirmed."""
    strip = await start_plug("hs300")
    strip.on_change = lambda *_: strip.lose_outlet(1)
    with pytest.raises(OutletNotConfirmedError) as caught:
        await open_outlet(strip, 1).async_turn_off()
    assert caught.value.seen_on is None


@pytest.mark.parametrize("fault", FAULTS)
async def test_an_unreachable_plug_is_sent_no_command(
    start_plug: StartPlug, open_outlet: OpenOutlet, fault: str
) -> None:
    """Unreachable means that nothing was sent, so nothing counts as a restart."""
    plug = await start_plug("hs110")
    perform(plug, fault, {})
    with pytest.raises(OutletUnreachableError):
        await open_outlet(plug, exchange_timeout=SHORT).async_turn_off()
    assert switchings(plug) == 0
    assert plug.outlets[0].on


async def test_a_connection_that_died_unseen_costs_no_command(
    start_plug: StartPlug, open_outlet: OpenOutlet
) -> None:
    """After the plug's own power loss the old connection is found dead in time."""
    plug = await start_plug("hs110")
    outlet = open_outlet(plug)
    await outlet.async_read()
    plug.power_off()
    plug.power_on()
    await outlet.async_turn_off()
    assert [command.on for command in plug.commands] == [False]


async def test_six_outlets_of_a_strip_at_once(start_plug: StartPlug) -> None:
    """All are cut and brought back over one connection, each by its own commands."""
    strip = await start_plug("hs300")
    connections = KasaConnections()
    outlets = [
        KasaOutlet(connections.to(address_of(strip)), child_id(strip, number))
        for number in range(1, 7)
    ]

    async def cycle(outlet: KasaOutlet) -> None:
        await outlet.async_turn_off()
        await outlet.async_read()
        await outlet.async_turn_on()

    await asyncio.gather(*map(cycle, outlets))
    assert [relay.on for relay in strip.outlets] == [True] * 6
    assert [strip.cuts(number) for number in range(1, 7)] == [1] * 6
    assert len(strip.commands) == switchings(strip) == 12
    assert strip.traffic.connections == 1
    for outlet in outlets:
        await outlet.async_close()


async def test_a_cancelled_command_leaves_the_connection_usable(
    start_plug: StartPlug, open_outlet: OpenOutlet
) -> None:
    """The next reading is true; the command is not sent again."""
    plug = await start_plug("hs110")
    plug.hang(after=1, times=1)
    outlet = open_outlet(plug)
    turning = asyncio.create_task(outlet.async_turn_off())
    await arrived(plug, 2)
    turning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turning
    assert (await outlet.async_read()).on
    assert switchings(plug) == 1


async def test_cancelling_one_reading_leaves_the_others(
    start_plug: StartPlug, clock: ManualClock
) -> None:
    """The shared question goes on for whoever still waits."""
    strip = await start_plug("hs300")
    strip.slow(1)
    connections = KasaConnections()
    first, second = (
        KasaOutlet(connections.to(address_of(strip)), child_id(strip, number))
        for number in (1, 2)
    )
    readings = [asyncio.create_task(o.async_turn_on()) for o in (first,)]
    await arrived(strip, 1)
    others = [asyncio.create_task(o.async_read()) for o in (first, second)]
    readings[0].cancel()
    others[0].cancel()
    strip.slow(0)
    clock.advance(1)
    assert (await others[1]).on
    assert strip.commands == []
    for outlet in (first, second):
        await outlet.async_close()
