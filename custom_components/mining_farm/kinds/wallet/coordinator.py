"""Follows one wallet: the chain, its commitment, and the window that it bids in."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util import dt as dt_util

from ...common.coordinator import FarmCoordinator
from ...common.members import WalletFacts
from ...const import DOMAIN, LOGGER
from ...engines.auction import (
    AuctionMiner,
    BlockRef,
    ChainError,
    EndpointState,
    MinerEvent,
    Offer,
    Routed,
    RoutingProblem,
    Solver,
    UpkeepReport,
    WatchProblem,
    WindowUpdate,
    WorkersFileError,
)
from . import issues
from .chain import WalletChain
from .const import CONF_ARMED, CONF_HOTKEY, CONF_MACHINES, CONF_NETUID
from .controls import WalletActions
from .data import WalletData
from .delivered import HASHES_PER_PH, Delivery, async_deliver, won_hashrate
from .endpoint_loss import EndpointLoss
from .history import WindowHistory
from .journal import WalletJournal
from .learning import learn
from .news import WalletNews
from .stored import arming_of, ceilings_of, read_offer_of, route_of, signer_of

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
        solve: Solver,
    ) -> None:
        """Take the chain, which is started with the first poll."""
        super().__init__(
            hass, entry, name=entry.title, interval=POLL_INTERVAL, known=True
        )
        self.chain = chain
        self.hotkey: str = entry.data[CONF_HOTKEY]
        self.history = WindowHistory(hass, entry.entry_id)
        self.news = WalletNews(self.hotkey, self.history)
        self._read_wanted = read_offer_of(hass, entry.options)
        self.signer = signer_of(entry.data)
        self.miner = AuctionMiner(
            chain,
            WalletJournal(hass, entry.entry_id),
            netuid=entry.data[CONF_NETUID],
            hotkey=self.hotkey,
            signer=self.signer,
            read_offer=self.read_offer,
            read_arming=lambda: arming_of(entry.options),
            route=route_of(entry.options),
            solve=solve,
            tell=self._happened,
        )
        if not self.miner.routes:
            # What was wrong with a proxy's file is over with the proxy.
            issues.routing_problem(self, None)
        self.actions = WalletActions(self)
        self._endpoint_loss = EndpointLoss(hass, self._endpoint_lost)
        self._starting = asyncio.Lock()
        self._mining: asyncio.Task[None] | None = None
        self._troubled = False
        """The auctions could not be followed, and this was told."""
        self._known = WalletData(head=BlockRef(number=0, hash=""), endpoints=())
        self._members_at: datetime | None = None
        entry.async_on_unload(
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
        return async_deliver(self.hass, self.machines, self._known.result)

    async def read_offer(self) -> Offer | None:
        """Return the bid that is wanted; WorkersFileError, told under Repairs."""
        try:
            offer = await self._read_wanted()
        except WorkersFileError as err:
            issues.workers_problem(self, err)
            raise
        issues.workers_problem(self, None)
        return offer

    @override
    async def _async_poll(self) -> WalletData:
        await self._async_start()
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
            issues.update(self, self._known)
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
                await self.history.async_load()
                await self.chain.start()
                self.config_entry.async_on_unload(
                    self.chain.subscribe_endpoints(self._endpoints_changed)
                )
            if self._mining is None or self._mining.done():
                self._mining = self.config_entry.async_create_background_task(
                    self.hass, self._async_mine(), f"{self.name} auctions"
                )

    async def _async_mine(self) -> None:
        try:
            await self.miner.run()
        except Exception:  # noqa: BLE001 Logged, and begun anew with the next poll
            LOGGER.exception("%s: the auctions have ended; they begin anew", self.name)

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
        self._tell_listeners()
        if self._known.endpoint is not None and not self.last_update_success:
            # It is back: nobody wants to wait for the next poll.
            self.config_entry.async_create_background_task(
                self.hass, self.async_refresh(), f"{self.name} is back"
            )

    @callback
    def _take_endpoints(self, states: tuple[EndpointState, ...]) -> None:
        self._known = replace(self._known, endpoints=states)
        endpoint = self._known.endpoint
        self._endpoint_loss.take(None if endpoint is None else endpoint.url)

    @callback
    def _endpoint_lost(self, url: str, now: str | None) -> None:
        self.news.events.trigger("endpoint_lost", {"endpoint": url, "now": now})

    @callback
    def _happened(self, event: MinerEvent) -> None:
        """Take in what the auction miner tells."""
        match event:
            case UpkeepReport():
                issues.journal_problem(self, event)
                self._learn(
                    commitment=learn(self.hotkey, event, self._known.commitment)
                )
                self.news.take_report(event)
            case WindowUpdate():
                self._take_window(event)
            case WatchProblem():
                self._take_problem(event)
            case RoutingProblem(error=error):
                issues.routing_problem(self, error)
            case Routed():
                issues.routing_problem(self, None)

    def _take_window(self, update: WindowUpdate) -> None:
        result, now = update.result, self._known.result
        is_latest = now is None or result.window.start >= now.window.start
        if is_latest and not self._known.is_over(result):
            self._learn(result=result, result_final=update.final)
        if self._troubled:
            self._troubled = False
            LOGGER.info("%s: the auctions are followed again", self.name)
        self.news.take_window(update)

    def _take_problem(self, problem: WatchProblem) -> None:
        """Log once for each outage. That the chain is silent, the poll logs."""
        if problem.window is None and isinstance(problem.error, ChainError):
            return
        if not self._troubled:
            self._troubled = True
            LOGGER.warning(
                "%s: the auction cannot be followed: %s", self.name, problem.error
            )

    def _learn(self, **changes: Any) -> None:
        self._known = replace(self._known, **changes)
        self._tell_listeners()

    @callback
    def _tell_listeners(self) -> None:
        if self.data is not None:
            self.data = self._known
            self.async_update_listeners()

    async def async_set_armed(self, *, armed: bool) -> None:
        """Publish for real from now on, or only rehearse."""
        options = {**self.config_entry.options, CONF_ARMED: armed}
        if armed and ceilings_of(options) is None:
            raise self._refusal("no_ceilings")
        if armed and self.signer is None:
            raise self._refusal("watch_only")
        self.hass.config_entries.async_update_entry(self.config_entry, options=options)
        self.async_update_listeners()
        if armed:
            # Nobody who arms wants to wait five minutes for what that does.
            self.config_entry.async_create_background_task(
                self.hass, self._async_look(), f"{self.name} armed"
            )

    async def _async_look(self) -> None:
        with suppress(WorkersFileError):
            await self.miner.publish_now(force=False)

    def _refusal(self, key: str) -> ServiceValidationError:
        return ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=f"wallet_{key}",
            translation_placeholders={"name": self.name},
        )

    @override
    async def async_shutdown(self) -> None:
        """End chain and auctions."""
        await super().async_shutdown()
        self._endpoint_loss.stop()
        async with self._starting:
            if self._mining is not None:
                self._mining.cancel()
            await self.chain.close()
        await self.history.async_flush()

    async def _stopping(self, _event: Event) -> None:
        await self.async_shutdown()
