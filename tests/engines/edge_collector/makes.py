"""Miners that take orders, simulated or recorded, and writers in driven time."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from custom_components.mining_farm.engines.edge_collector import (
    Command,
    Credentials,
    MinerSnapshot,
    Order,
    Outcome,
    Reader,
    Recognition,
    SignIn,
    Turn,
    Value,
    Waiting,
    Writer,
    registry,
)
from simulators.clock import ManualClock
from simulators.makes.api import ApiMiner
from simulators.makes.auradine import Auradine
from simulators.makes.avalon import Avalon, AvalonA
from simulators.makes.braiins import BraiinsGraphQl, BraiinsRest
from simulators.makes.epic import Epic
from simulators.makes.goldshell import Goldshell
from simulators.makes.luxos import LuxOs
from simulators.makes.machine import Machine
from simulators.makes.only_read import (
    IceRiver,
    Innosilicon,
    MaraFw,
    ProtoRig,
    SealMinerPages,
)
from simulators.makes.vnish import OldVnish, Vnish
from simulators.makes.web import WebMiner
from simulators.makes.whatsminer import WhatsminerV2, WhatsminerV3

type Simulator = ApiMiner | WebMiner

MAKES: Mapping[str, tuple[str, Callable[..., Simulator]]] = {
    "auradine": ("auradine", Auradine),
    "avalon": ("avalon", Avalon),
    "avalon-a": ("avalon", AvalonA),
    "epic": ("epic", Epic),
    "goldshell": ("goldshell", Goldshell),
    "luxos": ("luxos", LuxOs),
    "vnish": ("vnish", Vnish),
    "vnish-1.2": ("vnish", OldVnish),
    "braiins": ("braiins", BraiinsRest),
    "braiins_graphql": ("braiins_graphql", BraiinsGraphQl),
    "whatsminer_v2": ("whatsminer_v2", WhatsminerV2),
    "whatsminer": ("whatsminer", WhatsminerV3),
}
"""By the name of a device: its driver, and what simulates it."""
ONLY_READ: Mapping[str, tuple[str, Callable[..., Simulator]]] = {
    "iceriver": ("iceriver", IceRiver),
    "innosilicon": ("innosilicon", Innosilicon),
    "mara": ("mara", MaraFw),
    "proto": ("proto", ProtoRig),
    "sealminer": ("sealminer", SealMinerPages),
}
"""The same of makes whose orders are not certain."""


@dataclass(kw_only=True)
class Miner:
    """A simulated miner, and the way by which it is ordered."""

    driver: str
    simulator: Simulator
    clock: ManualClock
    credentials: Credentials | None

    @property
    def machine(self) -> Machine:
        """What is true of it."""
        return self.simulator.machine

    @property
    def sign_in(self) -> SignIn | None:
        """What it wants before it takes orders."""
        return registry.sign_in_of(self.driver)

    @property
    def way(self) -> registry.Way:
        """By which it is ordered."""
        return registry.Way(self.driver, self.simulator.port)

    def reader(self, credentials: Credentials | None = None) -> Reader:
        """Return what reads it."""
        return registry.create_reader(
            self.simulator.host,
            self.simulator.port,
            driver=self.driver,
            credentials=credentials or self.credentials,
        )

    async def read(self) -> MinerSnapshot:
        """Read it once."""
        return await self.reader().async_poll()

    def writer(self, credentials: Credentials | None = None) -> Writer:
        """Return a writer whose waiting moves the clock."""
        return writer_of(
            self.way, self.simulator.host, self.clock, credentials or self.credentials
        )

    async def order(
        self, command: Command, value: Value | None = None, part: str | None = None
    ) -> Outcome:
        """Carry out one order."""
        order = Order(command=command, value=value, part=part)
        return await self.writer().async_carry_out(order, lambda _: None)


def writer_of(
    way: registry.Way, host: str, clock: ManualClock, credentials: Credentials | None
) -> Writer:
    """Return a writer whose waiting moves the clock."""
    turn = Turn(asyncio.Lock(), asyncio.Semaphore())
    waiting = waiting_by(clock)
    writer = registry.create_writer(way, host, turn, waiting, credentials)
    assert writer is not None
    return writer


def recognising_writer_of(miner: Miner, known: Recognition) -> Writer:
    """Return a writer that sends no account to a miner that is not recognised."""
    writer = registry.create_writer(
        miner.way,
        miner.simulator.host,
        Turn(asyncio.Lock(), asyncio.Semaphore()),
        waiting_by(miner.clock),
        miner.credentials,
        known=known,
    )
    assert writer is not None
    return writer


def waiting_by(clock: ManualClock) -> Waiting:
    """Return a way of waiting that moves the clock."""

    async def sleep(seconds: float) -> None:
        clock.advance(seconds)
        await asyncio.sleep(0)

    return Waiting(interval=5.0, sleep=sleep, monotonic=clock.now)


class Makes:
    """Starts miners that live as long as the test, in its time."""

    def __init__(self, stack: AsyncExitStack) -> None:
        """Start none."""
        self._stack = stack
        self.clock = ManualClock()

    async def start(self, name: str) -> Miner:
        """Start a simulated miner."""
        driver, make = {**MAKES, **ONLY_READ}[name]
        simulator = make(clock=self.clock)
        await self._stack.enter_async_context(simulator)
        return Miner(
            driver=driver,
            simulator=simulator,
            clock=self.clock,
            credentials=Credentials(password=simulator.machine.password),
        )
