"""Follows one wallet: the chain, its commitment, and the window that it bids in."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util import dt as dt_util

from ...common.complaint import Complaint
from ...common.coordinator import FarmCoordinator
from ...common.issues import update_disk
from ...common.members import WalletFacts
from ...const import DOMAIN, LOGGER
from ...engines.auction import (
    AuctionMiner,
    AuctionSolver,
    BlockRef,
    ChainError,
    EndpointState,
    MinerEvent,
    Offer,
    Routed,
    RoutingProblem,
    UpkeepReport,
    WatchProblem,
    WindowUpdate,
    WorkersFileError,
    cautions_of,
)
from . import issues
from .auction_events import AuctionEvents
from .chain import WalletChain
from .commitment import commitment_after
from .const import CONF_ARMED, CONF_HOTKEY, CONF_MACHINES, CONF_NETUID
from .data import WalletData
from .delivery import HASHES_PER_PH, Delivery, async_delivery, won_hashrate
from .failover import EndpointFailover
from .history import WindowHistory
from .journal import WalletJournal
from .pausing import WindowPause
from .served import async_served_folder
from .shortfall import Shortfall
from .stored import arming_of, read_offer_of, route_from_of, route_of, signer_of

type WalletConfigEntry = ConfigEntry[WalletCoordinator]

POLL_INTERVAL = timedelta(seconds=60)
MEMBERS_EVERY = timedelta(minutes=5)
"""Stake, emission and uid seldom change, and all members are one large answer."""


class WalletCoordinator(FarmCoordinator[WalletData]):
    """One hotkey's bids on one subnet."""

    config_entry: WalletConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WalletConfigEntry,
        chain: WalletChain,
        solver: AuctionSolver,
    ) -> None:
        """Take the chain, which is started with the first poll."""
        super().__init__(
            hass, entry, name=entry.title, interval=POLL_INTERVAL, known=True
        )
        self.chain = chain
        self.hotkey: str = entry.data[CONF_HOTKEY]
        self.history = WindowHistory(hass, entry.entry_id)
        self.history.on_written(partial(update_disk, hass, entry))
        self.events = AuctionEvents(self.hotkey, self.history)
        self.shortfall = Shortfall(
            hass,
            entry,
            history=self.history,
            trigger=self.events.queue.trigger,
            publish=self._publish_soon,
        )
        self._read_wanted = read_offer_of(entry.options)
        self.signer = signer_of(entry.data)
        self.cautions: tuple[str, ...] = ()
        """What is unsafe about the hotkey's file."""
        self.miner = AuctionMiner(
            chain,
            WalletJournal(hass, entry.entry_id),
            netuid=entry.data[CONF_NETUID],
            hotkey=self.hotkey,
            signer=self.signer,
            read_offer=self.read_offer,
            # Core reloads an entry after its options flow, and not after its switch is
            # used.
            read_arming=lambda: arming_of(entry.options),
            route=route_of(entry.options),
            solve=solver,
            stand_by=solver.stand_by,
            route_from=route_from_of(entry.options),
            listener=self._handle_event,
        )
        if not self.miner.routes:
            # What was wrong with a proxy's file is over with the proxy.
            issues.update_routing(hass, entry, None)
        self._pause = WindowPause(hass, entry)
        self._failover = EndpointFailover(hass, self._endpoint_lost)
        self._starting = asyncio.Lock()
        self._mining: asyncio.Task[None] | None = None
        self._ended = Complaint(
            f"{entry.title}: the auctions have ended; they start again", traceback=True
        )
        self._troubled = False
        """The auctions could not be followed, and this was logged."""
        self._known = WalletData(head=BlockRef(number=0, hash=""), endpoints=())
        self._members_at: datetime | None = None
        entry.async_on_unload(
            # Core shuts a coordinator down when its entry is unloaded, and unloads none
            # when Home Assistant stops.
            hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self._stopping)
        )

    @property
    def armed(self) -> bool:
        """Whether commitments are really published, or only rehearsed."""
        return bool(self.config_entry.options.get(CONF_ARMED))

    @property
    def machines(self) -> list[str]:
        """Ids of the entries whose machines deliver what is promised."""
        return list(self.config_entry.options.get(CONF_MACHINES, ()))

    @callback
    def facts(self) -> WalletFacts:
        """Return what other entries may know of the wallet."""
        result = self.data.result if self.fresh else None
        return WalletFacts(
            fresh=self.fresh,
            promised=None if result is None else won_hashrate(result) * HASHES_PER_PH,
        )

    @callback
    def delivery(self) -> Delivery:
        """Compare what was won with what the machines do now."""
        return async_delivery(self.hass, self.machines, self._known.result)

    async def read_offer(self) -> Offer | None:
        """Return the bid that is wanted; WorkersFileError, with an issue under Repairs."""
        try:
            offer = await self._read_wanted()
        except WorkersFileError as err:
            issues.update_workers(self.hass, self.config_entry, err)
            raise
        issues.update_workers(self.hass, self.config_entry, None)
        return self.shortfall.take(offer)

    @callback
    def look_at_delivery(self) -> None:
        """Look whether the machines still deliver what is won and bid."""
        if self.machines and self.fresh:
            result = self._known.result
            window = None if result is None else result.window.start
            self.shortfall.look(self.delivery(), window)

    def _publish_soon(self) -> None:
        """Bring the chain in line; what is due later is left to the next check."""

        async def check() -> None:
            with suppress(WorkersFileError):
                await self.miner.publish_now(force=False)

        self.config_entry.async_create_background_task(
            self.hass, check(), f"{self.name} bid"
        )

    @override
    async def _async_poll(self) -> WalletData:
        await self._async_start()
        await self._pause.async_expire()
        try:
            head = await self.chain.head()
            await self._async_read_members(head)
        except ChainError as err:
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="wallet_chain",
                translation_placeholders={"detail": str(err)},
            ) from err
        finally:
            issues.update_commitment(
                self.hass,
                self.config_entry,
                self._known.commitment,
                dt_util.utcnow(),
                armed=self.armed,
            )
        self._known = replace(self._known, head=head)
        if self._known.result is not None and self._known.is_over(self._known.result):
            self._known = replace(self._known, result=None)
        self._take_endpoints(tuple(self.chain.endpoints))
        return self._known

    async def _async_start(self) -> None:
        """Start chain and auctions, and start auctions again that have ended."""
        async with self._starting:
            if self._shutdown_requested:
                raise UpdateFailed("the entry is unloaded")
            if self._mining is None:
                if (aside := await self.history.async_load()) is not None:
                    issues.create_record(self.hass, self.config_entry, aside)
                await self._async_read_cautions()
                await self._pause.async_begin()
                await self.chain.start()
                self.config_entry.async_on_unload(
                    self.chain.subscribe_endpoints(self._endpoints_changed)
                )
            if self._mining is None or self._mining.done():
                self._mining = self.config_entry.async_create_background_task(
                    self.hass, self._async_mine(), f"{self.name} auctions"
                )

    async def _async_read_cautions(self) -> None:
        """Point out what is unsafe about the hotkey's file."""
        if self.signer is None:
            return
        self.cautions = await cautions_of(self.signer.path)
        for caution in self.cautions:
            LOGGER.warning("%s: the hotkey's file: %s", self.name, caution)
        # What cannot be followed cannot sign, which says more.
        with suppress(OSError, RuntimeError, TimeoutError):
            served = await async_served_folder(self.hass, self.signer.path)
            issues.update_served(self.hass, self.config_entry, served)

    async def _async_mine(self) -> None:
        try:
            await self.miner.run()
        except Exception as err:  # noqa: BLE001 Told, and started again by the next poll
            self._ended.tell(err)

    async def _async_read_members(self, head: BlockRef) -> None:
        now = dt_util.utcnow()
        if self._members_at is not None and now - self._members_at < MEMBERS_EVERY:
            return
        members = await self.chain.neurons(head.hash)
        self._members_at = now
        own = next((one for one in members if one.hotkey == self.hotkey), None)
        self._known = replace(self._known, own=own, is_member=own is not None)

    @callback
    def _endpoints_changed(self, states: tuple[EndpointState, ...]) -> None:
        self._take_endpoints(states)
        self._update_data()
        if self._known.endpoint is not None and not self.last_update_success:
            # It is back: the next poll would come in up to a minute.
            self.config_entry.async_create_background_task(
                self.hass, self.async_refresh(), f"{self.name} is back"
            )

    @callback
    def _take_endpoints(self, states: tuple[EndpointState, ...]) -> None:
        known = {how for state in self._known.endpoints for how in state.fallbacks}
        for state in states:
            for how in (how for how in state.fallbacks if how not in known):
                LOGGER.info("%s: %s: %s", self.name, state.url, how)
        self._known = replace(self._known, endpoints=states)
        issues.update_chain(self.hass, self.config_entry, states)
        endpoint = self._known.endpoint
        self._failover.update(None if endpoint is None else endpoint.url)

    @callback
    def _endpoint_lost(self, url: str, now: str | None) -> None:
        self.events.queue.trigger("endpoint_lost", {"endpoint": url, "now": now})

    @callback
    def _handle_event(self, event: MinerEvent) -> None:
        """Take in an event of the auction miner."""
        match event:
            case UpkeepReport():
                self._handle_report(event)
            case WindowUpdate():
                self._handle_window(event)
            case WatchProblem():
                self._handle_problem(event)
            case RoutingProblem(error=error):
                issues.update_routing(self.hass, self.config_entry, error)
            case Routed():
                issues.update_routing(self.hass, self.config_entry, None)

    def _handle_report(self, report: UpkeepReport) -> None:
        issues.update_journal(self.hass, self.config_entry, report)
        issues.update_signing(self.hass, self.config_entry, report)
        self._update(
            commitment=commitment_after(self.hotkey, report, self._known.commitment)
        )
        self.events.handle_report(report)

    def _handle_window(self, update: WindowUpdate) -> None:
        result, now = update.result, self._known.result
        is_latest = now is None or result.window.start >= now.window.start
        if is_latest and not self._known.is_over(result):
            self._update(result=result, result_final=update.final)
        if self._troubled:
            self._troubled = False
            LOGGER.info("%s: the auctions are followed again", self.name)
        self.events.handle_window(update)
        if self.miner.is_sure_enough(update):
            self._pause.take(result)

    def _handle_problem(self, problem: WatchProblem) -> None:
        """Log once for each outage. That the chain is silent, the poll logs."""
        if problem.window is None and isinstance(problem.error, ChainError):
            return
        if not self._troubled:
            self._troubled = True
            LOGGER.warning(
                "%s: the auction cannot be followed: %s", self.name, problem.error
            )

    def _update(self, **changes: Any) -> None:
        self._known = replace(self._known, **changes)
        self._update_data()

    @callback
    def _update_data(self) -> None:
        if self.data is not None:
            self.data = self._known
            self.async_update_listeners()

    @override
    async def async_shutdown(self) -> None:
        """End chain and auctions."""
        await super().async_shutdown()
        self._failover.stop()
        async with self._starting:
            if self._mining is not None:
                self._mining.cancel()
            await self.chain.close()
        if self.config_entry.disabled_by is not None:
            await self._pause.async_release()
        await self.history.async_flush()

    async def _stopping(self, _event: Event) -> None:
        await self.async_shutdown()
