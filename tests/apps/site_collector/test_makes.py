"""Every make that the engine reads, by one collector."""

from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from apps.site_collector.inventory import Place, Spot
from simulators.antminer import AntminerSimulator
from simulators.axeos import AxeOsSimulator
from tests.engines.edge_collector.makes import MAKES, ONLY_READ, Makes

from .collecting import collecting, config, is_swept, until_read_again
from .waiting import until

DRIVERS = {name: driver for name, (driver, _) in {**MAKES, **ONLY_READ}.items()} | {
    "antminer": "cgminer",
    "axeos": "axeos",
}
_NO_RATE = ("auradine", "goldshell", "sealminer")
"""Their own API alone states none; it comes by port 4028, where both are open."""


@pytest.mark.usefixtures("loopback")
async def test_every_make_is_read(tmp_path: Path) -> None:
    """What is at an address is found out, accounts are used, and what is unknown stays so."""
    async with AsyncExitStack() as stack:
        makes = Makes(stack)
        spots: dict[str, Spot] = {}
        for name in {**MAKES, **ONLY_READ}:
            miner = await makes.start(name)
            spots[name] = Spot(
                host=miner.simulator.host,
                port=miner.simulator.port,
                place=Place(rack=name),
                credentials=miner.credentials,
            )
        antminer = await stack.enter_async_context(AntminerSimulator("s19jpro"))
        axeos = await stack.enter_async_context(AxeOsSimulator())
        spots["antminer"] = Spot(host=antminer.host, port=antminer.port)
        spots["axeos"] = Spot(host=axeos.host, port=axeos.port)
        site = replace(config(tmp_path), spots=tuple(spots.values()))
        async with collecting(site) as collector:
            machines = collector.site.machines
            await until(lambda: is_swept(collector))
            await until(lambda: all(each.facts for each in machines.values()))
            for each in machines.values():
                await until_read_again(each)
                await until_read_again(each)
            for name, spot in spots.items():
                machine = machines[spot.address]
                facts, known = machine.facts, machine.member.known
                assert facts is not None, name
                assert known is not None, name
                drivers = {known.way.driver, *(known.second or ())[:1]}
                assert DRIVERS[name] in drivers, name
                if name in _NO_RATE:
                    assert (facts.rate, facts.state) == (None, None), name
                else:
                    assert facts.rate, name
                    assert facts.state == "hashing", name
            assert len(collector.site.names) == len(spots)
