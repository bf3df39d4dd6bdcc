"""A wallet on a simulated chain, whose windows come when a test says so."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import CONF_KIND, DOMAIN, Kind
from custom_components.mining_farm.engines.auction.windows import next_window, window_at
from custom_components.mining_farm.kinds.wallet.const import (
    CONF_ENDPOINTS,
    CONF_HOTKEY,
    CONF_NETUID,
)
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
from simulators.clock import ManualClock
from simulators.subtensor import ALICE, SubtensorSimulator
from simulators.subtensor.chain import NETUID, TEMPO

RESULT = "sensor.wallet_last_result"
AUCTION = "event.wallet_auction"
WINNING = "2;b;BTC,0.1=0.1:2,0.2:3"
LOSING = "2;b;BTC,9=0.1:2,0.2:3"
HALF = "2;b;BTC,0.1=0.1:2;BTC,9=0.2:3"


class Wallet:
    """Watched by its address; its bids are committed by the chain itself."""

    def __init__(self, hass: HomeAssistant, chain: SubtensorSimulator) -> None:
        """Take a chain that runs."""
        self._hass = hass
        self._chain = chain

    async def bids(self, text: str) -> None:
        """Let the next window begin with that bid, and wait until it was told."""
        head = self._chain.chain.head.number
        window = next_window(window_at(head, NETUID, TEMPO), NETUID, TEMPO)
        self._chain.control.commit(ALICE.address, text)
        await self._chain.produce(window.start - head)
        await self.until(
            lambda: (
                (state := self._hass.states.get(RESULT)) is not None
                and state.attributes.get("start_block") == window.start
            )
        )
        await self._hass.async_block_till_done()

    async def tells(self, event: str, attributes: Mapping[str, Any]) -> None:
        """Put an event there that would take long to cause."""
        told = {**attributes, "event_type": event}
        at = dt_util.utcnow().isoformat(timespec="microseconds")
        self._hass.states.async_set(AUCTION, at, told)
        await self._hass.async_block_till_done()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for states that follow from what a real process answers."""
        changed = asyncio.Event()
        stop = self._hass.bus.async_listen(
            EVENT_STATE_CHANGED, callback(lambda _: changed.set())
        )
        async with asyncio.timeout(120):
            while not condition():
                changed.clear()
                await changed.wait()
        stop()


@asynccontextmanager
async def running_wallet(hass: HomeAssistant) -> AsyncIterator[Wallet]:
    """Add a wallet that has seen no window yet but the present one."""
    async with SubtensorSimulator(clock=ManualClock(), block_time=None) as chain:
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="wallet",
            data={
                CONF_KIND: Kind.WALLET,
                CONF_ENDPOINTS: [chain.node.url],
                CONF_NETUID: NETUID,
                CONF_HOTKEY: ALICE.address,
            },
        )
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        wallet = Wallet(hass, chain)
        await wallet.until(
            lambda: (
                (state := hass.states.get(RESULT)) is not None
                and state.state not in {"unknown", "unavailable"}
            )
        )
        await hass.async_block_till_done()
        yield wallet
        assert await hass.config_entries.async_unload(entry.entry_id)
