"""Follows one wallet: the chain, its commitment, and the window that it bids in."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util import dt as dt_util

from ...const import DOMAIN, LOGGER
from ...engines.auction import (
    BLOCK_TIME,
    RENEW_AFTER,
    STALE_AFTER,
    AuctionError,
    AuctionMiner,
    AuctionResult,
    BlockRef,
    ChainError,
    EndpointState,
    MinerChain,
    MinerEvent,
    Neuron,
    Outcome,
    Routed,
    RoutingProblem,
    Solver,
    Standing,
    StoredCommitment,
    UpkeepReport,
    WatchProblem,
    WindowUpdate,
    WorkersFileError,
    WorkersProblem,
    describe_offer,
    describe_report,
    describe_result,
)
from ..coordinator import FarmCoordinator
from ..telling import Teller
from . import issues
from .const import CONF_ARMED, CONF_HOTKEY, CONF_MACHINES, CONF_NETUID
from .delivered import Delivery, async_deliver
from .history import WindowHistory
from .journal import WalletJournal
from .stored import arming_of, ceilings_of, read_offer_of, route_of, signer_of

type WalletConfigEntry = ConfigEntry[WalletCoordinator]

POLL_INTERVAL = timedelta(seconds=60)
MEMBERS_EVERY = timedelta(minutes=5)
"""Stake, emission and uid seldom change, and all members are one large answer."""


class WindowOutcome(StrEnum):
    """What a window brought."""

    WON = "won"
    PARTLY_WON = "partly_won"
    LOST = "lost"
    NO_BID = "no_bid"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentData:
    """The own commitment as it was seen last."""

    standing: Standing
    stored: StoredCommitment | None
    made_at: datetime | None = None
    renew_at: datetime | None = None
    stale_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletData:
    """All that is known of a wallet; None is unknown."""

    head: BlockRef
    endpoints: tuple[EndpointState, ...]
    own: Neuron | None = None
    """None also where the hotkey is no member of the subnet."""
    is_member: bool | None = None
    result: AuctionResult | None = None
    """Of the present window."""
    result_final: bool = False
    commitment: CommitmentData | None = None

    @property
    def endpoint(self) -> EndpointState | None:
        """Return the endpoint in use."""
        return next((state for state in self.endpoints if state.in_use), None)


class WalletChain(MinerChain, Protocol):
    """The chain as a wallet uses it."""

    async def start(self) -> None:
        """Begin to connect."""

    async def close(self) -> None:
        """End the connection."""

    async def neurons(self, block_hash: str) -> tuple[Neuron, ...]:
        """Return the members of the subnet."""

    def subscribe_endpoints(
        self, callback: Callable[[tuple[EndpointState, ...]], None]
    ) -> Callable[[], None]:
        """Call with the endpoints whenever one has changed."""


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
        self.netuid: int = entry.data[CONF_NETUID]
        self.solve = solve
        self.history = WindowHistory(hass, entry.entry_id)
        self.teller = Teller()
        self.read_offer = read_offer_of(hass, entry.options)
        self.signer = signer_of(entry.data)
        self.miner = AuctionMiner(
            chain,
            WalletJournal(hass, entry.entry_id),
            netuid=self.netuid,
            hotkey=self.hotkey,
            signer=self.signer,
            read_offer=self.read_offer,
            read_arming=lambda: arming_of(entry.options),
            route=route_of(entry.options),
            solve=solve,
            tell=self._happened,
        )
        self._mining: asyncio.Task[None] | None = None
        self._known = WalletData(head=BlockRef(number=0, hash=""), endpoints=())
        self._members_at: datetime | None = None
        self._refused: str | None = None

    @property
    def armed(self) -> bool:
        """Whether commitments are really published, or only rehearsed."""
        return bool(self.config_entry.options.get(CONF_ARMED))

    @property
    def machines(self) -> list[str]:
        """Ids of the entries whose machines deliver what is promised."""
        return list(self.config_entry.options.get(CONF_MACHINES, ()))

    @callback
    def delivery(self) -> Delivery:
        """Compare what was won with what the machines do now."""
        return async_deliver(self.hass, self.machines, self._known.result)

    @override
    async def _async_poll(self) -> WalletData:
        if self._mining is None:
            await self.history.async_load()
            await self.chain.start()
            self.config_entry.async_on_unload(
                self.chain.subscribe_endpoints(self._endpoints_changed)
            )
        if self._mining is None or self._mining.done():
            self._mining = self.config_entry.async_create_background_task(
                self.hass, self.miner.run(), f"{self.name} auctions"
            )
        try:
            head = await self.chain.head()
            await self._async_read_members(head)
        except ChainError as err:
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="wallet_chain",
                translation_placeholders={"detail": str(err)},
            ) from err
        self._known = replace(
            self._known, head=head, endpoints=tuple(self.chain.endpoints)
        )
        issues.update(self, self._known)
        return self._known

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
        was = next((each.url for each in self._known.endpoints if each.in_use), None)
        self._learn(endpoints=states)
        now = self._known.endpoint
        if was is not None and (now is None or now.url != was):
            self.teller.tell("endpoint_lost", {"endpoint": was, "now": now and now.url})

    @callback
    def _happened(self, event: MinerEvent) -> None:
        """Take in what the auction miner tells."""
        match event:
            case UpkeepReport():
                self._take_report(event)
            case WindowUpdate():
                self._take_window(event)
            case WatchProblem(error=error):
                LOGGER.warning(
                    "%s: the auction cannot be followed: %s", self.name, error
                )
            case WorkersProblem(error=error):
                issues.workers_problem(self, error)
            case RoutingProblem(error=error):
                issues.routing_problem(self, error)
            case Routed():
                issues.routing_problem(self, None)

    def _take_report(self, report: UpkeepReport) -> None:
        head = self._known.head.number if report.head is None else report.head
        made_at = None
        stored = report.stored
        if stored is not None and stored.block is not None:
            before = self._known.commitment
            if before is not None and before.stored == stored:
                # Told once: the head's age makes every other estimate a little different.
                made_at = before.made_at
            made_at = made_at or dt_util.utcnow() - (head - stored.block) * BLOCK_TIME
        self._learn(
            commitment=CommitmentData(
                standing=report.standing,
                stored=stored,
                made_at=made_at,
                renew_at=made_at and made_at + RENEW_AFTER,
                stale_at=made_at and made_at + STALE_AFTER,
            )
        )
        match report.outcome:
            case Outcome.PUBLISHED:
                self._refused = None
                self.teller.tell("commitment_published", describe_report(report))
            case Outcome.REFUSED if report.why != self._refused:
                self._refused = report.why
                self.teller.tell("commitment_refused", describe_report(report))

    def _take_window(self, update: WindowUpdate) -> None:
        result = update.result
        now = self._known.result
        if now is None or result.window.start >= now.window.start:
            self._learn(result=result, result_final=update.final)
        told = describe_result(result)
        del told["winners"]
        outcome = outcome_of(result)
        told |= {
            "winners": len(result.winners),
            "final": update.final,
            "outcome": str(outcome),
            "outcome_before": self.history.outcome_before(result.window.start),
        }
        before = self.history.find(result.window.start)
        self.history.keep(told)
        if before is not None and before["block_hash"] == result.block_hash:
            # Also after a restart in the middle of the window: it is no news.
            return
        if outcome is not WindowOutcome.NO_BID:
            self.teller.tell(
                f"window_{outcome}", {**told, "correction": update.correction}
            )
        if self.hotkey in result.banned and not (
            before or (now is not None and self.hotkey in now.banned)
        ):
            self.teller.tell("banned", {"window": told["window"]})

    def _learn(self, **changes: Any) -> None:
        self._known = replace(self._known, **changes)
        if self.data is not None:
            self.data = self._known
            self.async_update_listeners()

    async def async_set_armed(self, *, armed: bool) -> None:
        """Publish for real from now on, or only rehearse."""
        options = {**self.config_entry.options, CONF_ARMED: armed}
        if armed and ceilings_of(options) is None:
            raise self._refusal("wallet_no_ceilings")
        if armed and self.signer is None:
            raise self._refusal("wallet_watch_only")
        self.hass.config_entries.async_update_entry(self.config_entry, options=options)

    async def async_publish(self, *, force: bool) -> dict[str, Any]:
        """Bring the chain in line now; forced, also where it holds the bid already."""
        try:
            report = await self.miner.publish_now(force=force)
        except WorkersFileError as err:
            raise self._error("wallet_workers", err) from err
        if report.outcome in (Outcome.NOTHING, Outcome.PUBLISHED, Outcome.REHEARSED):
            return describe_report(report)
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="wallet_not_published",
            translation_placeholders={"name": self.name, "detail": report.why},
        )

    async def async_preview(self) -> dict[str, Any]:
        """Return what would be committed, and what the chain holds."""
        try:
            offer = await self.read_offer()
            stored = await self.chain.commitment(self.hotkey)
        except WorkersFileError as err:
            raise self._error("wallet_workers", err) from err
        except ChainError as err:
            raise self._error("wallet_chain", err) from err
        payload = None if offer is None else offer.payload
        return {
            "wanted": None if offer is None else describe_offer(offer),
            "on_chain": _text(stored),
            "on_chain_since_block": None if stored is None else stored.block,
            "changes": payload is not None
            and payload != (None if stored is None else stored.raw),
        }

    async def async_compute(self, block: int | None) -> dict[str, Any]:
        """Return the auction of the window that a block, or the head, belongs to."""
        try:
            return describe_result(await self.miner.auction_at(block))
        except AuctionError as err:
            raise self._error("wallet_auction", err) from err

    def _error(self, key: str, err: AuctionError) -> HomeAssistantError:
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders={"detail": str(err)},
        )

    def _refusal(self, key: str) -> ServiceValidationError:
        return ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders={"name": self.name},
        )

    @override
    async def async_shutdown(self) -> None:
        """End chain and auctions."""
        await super().async_shutdown()
        await self.chain.close()


def outcome_of(result: AuctionResult) -> WindowOutcome:
    """Return what a window brought."""
    won = sum(bid.won for bid in result.own)
    if not result.own:
        return WindowOutcome.NO_BID
    if won == len(result.own):
        return WindowOutcome.WON
    return WindowOutcome.PARTLY_WON if won else WindowOutcome.LOST


def _text(stored: StoredCommitment | None) -> str | None:
    if stored is None or stored.raw is None:
        return None
    return stored.raw.decode(errors="backslashreplace")
