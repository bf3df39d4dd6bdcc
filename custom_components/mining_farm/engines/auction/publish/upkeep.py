"""Keeps the own commitment on the chain: changed ones at once, old ones again in time.

An extrinsic costs, and one too many may replace a newer one. So the intent is on the
disk before anything is sent; and until a final block shows what became of it,
nothing else is sent, also after a crash.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from ..errors import (
    ChainError,
    ExtrinsicRefusedError,
    ExtrinsicUnconfirmedError,
    JournalError,
    UnsafeExtrinsicError,
    WalletError,
)
from ..models import MAX_LAG, BlockRef, EndpointState, StoredCommitment
from ..offer.offer import Offer
from .arming import NOT_ARMED, LeaveSigner, ReadArming
from .decision import Publish, Standing, Unknown, decide_upkeep, judge_standing
from .hotkey import HotkeySigner
from .memory import Intent, Refusal, UpkeepJournal, UpkeepMemory
from .report import Outcome, UpkeepReport

INTERVAL = 300.0
"""Seconds between two checks, as in the original."""
EXTRINSIC_LIFE = 32
"""Blocks after which an extrinsic is surely dead: its era, and some for a late head."""


class UpkeepChain(Protocol):
    """What upkeep asks of a chain."""

    @property
    def endpoints(self) -> Sequence[EndpointState]:
        """All endpoints, and which is in use."""

    async def head(self) -> BlockRef:
        """Return the best block."""

    async def finalised(self) -> BlockRef:
        """Return the last final block."""

    async def block_hash(self, number: int) -> str | None:
        """Return a block's hash; None where it does not exist yet."""

    async def commitment(
        self, hotkey: str, *, block_hash: str | None = None
    ) -> StoredCommitment | None:
        """Return a hotkey's commitment; None where the chain says there is none."""

    async def publish(self, payload: bytes, signer: HotkeySigner) -> BlockRef:
        """Publish a commitment; return the final block that holds it.

        ExtrinsicRefusedError: no block holds it, nor will. ExtrinsicUnconfirmedError:
        it may get into one. Any other ChainError, or a WalletError: it was not sent.
        """

    async def rehearse(self, payload: bytes) -> None:
        """UnsafeExtrinsicError where publishing would not be signed; ChainError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What is known when something is decided."""

    head: BlockRef
    stored: StoredCommitment | None
    memory: UpkeepMemory


class CommitmentUpkeep:
    """Brings the chain in line with what is wanted, once for each cause."""

    def __init__(
        self,
        chain: UpkeepChain,
        journal: UpkeepJournal,
        *,
        netuid: int,
        hotkey: str,
        signer: HotkeySigner | None,
    ) -> None:
        """Watch only without a signer. The journal is this hotkey's own."""
        self._chain = chain
        self._journal = journal
        self._netuid = netuid
        self._hotkey = hotkey
        self._signer = signer
        self._memory: UpkeepMemory | None = None
        self._lock = asyncio.Lock()
        self._forced: asyncio.Task[UpkeepReport] | None = None

    async def run(self, offer: Offer | None, read_arming: ReadArming) -> UpkeepReport:
        """Check, and publish where it is due and allowed; else only report it."""
        return await self._run(offer, read_arming, force=False)

    async def publish_now(self, offer: Offer, read_arming: ReadArming) -> UpkeepReport:
        """Publish also what the chain holds; who presses meanwhile joins in."""
        if self._forced is None or self._forced.done():
            self._forced = asyncio.create_task(
                self._run(offer, read_arming, force=True)
            )
        return await asyncio.shield(self._forced)

    async def _run(
        self, offer: Offer | None, read_arming: ReadArming, *, force: bool
    ) -> UpkeepReport:
        async with self._lock:
            try:
                view = await self._look()
            except (ChainError, JournalError) as err:
                return UpkeepReport(
                    outcome=Outcome.UNKNOWN,
                    why=str(err),
                    standing=Standing.UNKNOWN,
                    decision=Unknown(str(err)),
                    journal_error=err if isinstance(err, JournalError) else None,
                )
            return await self._act(view, offer, read_arming, force=force)

    async def _look(self) -> _View:
        """Read chain and journal; ChainError and JournalError where any of it fails."""
        memory = await self._settle(await self._load())
        # Read after the last of the final blocks: what is seen is no older than they.
        head = await self._chain.head()
        stored = await self._chain.commitment(self._hotkey, block_hash=head.hash)
        return _View(head=head, stored=stored, memory=memory)

    async def _act(
        self, view: _View, offer: Offer | None, read_arming: ReadArming, *, force: bool
    ) -> UpkeepReport:
        head = view.head.number
        report = UpkeepReport(
            outcome=Outcome.NOTHING,
            why="nothing is wanted",
            standing=judge_standing(
                head, None if offer is None else offer.payload, view.stored
            ),
            head=head,
            stored=view.stored,
        )
        if offer is None:
            return report
        decision = decide_upkeep(
            head, offer.payload, view.stored, view.memory, force=force
        )
        report = replace(report, decision=decision)
        match decision:
            case Unknown(why):
                return replace(
                    report, outcome=Outcome.UNKNOWN, why=why, standing=Standing.UNKNOWN
                )
            case Publish():
                return await self._publish(report, decision, view, offer, read_arming)
        report = replace(report, why=decision.why)
        return await self._rehearse(report, offer.payload)

    async def _rehearse(self, report: UpkeepReport, payload: bytes) -> UpkeepReport:
        """Note whether it would be signed: an upgrade is seen long before a renewal."""
        if self._signer is None:
            return report
        try:
            await self._chain.rehearse(payload)
        except UnsafeExtrinsicError as err:
            return replace(report, unsafe=err)
        except ChainError:
            return report
        return replace(report, rehearsed=True)

    async def _publish(
        self,
        report: UpkeepReport,
        decision: Publish,
        view: _View,
        offer: Offer,
        read_arming: ReadArming,
    ) -> UpkeepReport:
        # Asked only now: disarming counts also while another check is under way.
        if (arming := read_arming()) is None:
            report = replace(report, outcome=Outcome.REHEARSED, why=NOT_ARMED)
            return await self._rehearse(report, offer.payload)
        if (objection := arming.find_objection(offer.sets)) is not None:
            return replace(report, outcome=Outcome.REFUSED, why=objection)
        if (signer := self._signer) is None:
            return replace(
                report, outcome=Outcome.REFUSED, why="watching only: there is no key"
            )
        if (lag := self._lag()) > MAX_LAG:
            why = f"the endpoint in use is {lag} blocks behind the others or the clock"
            return replace(report, outcome=Outcome.HELD, why=why)
        intent = Intent(
            cause=decision.cause, payload=offer.payload, head=view.head.number
        )
        forced_at = view.head.number if decision.forced else view.memory.forced_at
        memory = replace(view.memory, intent=intent, forced_at=forced_at)
        try:
            await self._save(memory)
        except JournalError as err:
            return replace(
                report, outcome=Outcome.HELD, why=str(err), journal_error=err
            )
        leave = LeaveSigner(
            signer.path, signer.ss58, sets=offer.sets, read_arming=read_arming
        )
        try:
            block = await self._chain.publish(offer.payload, leave)
        except ExtrinsicRefusedError as err:
            await self._forget_intent(_after_refusal(view, decision, memory))
            return replace(report, outcome=Outcome.REFUSED, why=str(err))
        except ExtrinsicUnconfirmedError as err:
            return replace(report, outcome=Outcome.UNCONFIRMED, why=str(err))
        except (ChainError, WalletError) as err:
            # Nothing was sent.
            await self._forget_intent(view.memory)
            if read_arming() is None:
                return replace(report, outcome=Outcome.REHEARSED, why=NOT_ARMED)
            is_wallet = isinstance(err, WalletError)
            return replace(
                report,
                outcome=Outcome.REFUSED if is_wallet else Outcome.HELD,
                why=str(err),
                unsafe=err if isinstance(err, UnsafeExtrinsicError) else None,
            )
        try:
            memory = await self._read_back(memory, intent, block)
        except (ChainError, JournalError) as err:
            return replace(report, outcome=Outcome.UNCONFIRMED, why=str(err))
        if memory.intent is not None:
            why = f"block {block.number} does not hold it"
            return replace(report, outcome=Outcome.UNCONFIRMED, why=why)
        return replace(
            report,
            outcome=Outcome.PUBLISHED,
            why=str(decision.reason),
            published_in=block,
            payload=offer.payload,
            rehearsed=True,
        )

    def _lag(self) -> int:
        return next(
            (state.lag or 0 for state in self._chain.endpoints if state.in_use), 0
        )

    async def _forget_intent(self, memory: UpkeepMemory) -> None:
        """Close an intent that came to nothing; unsaved, it just takes its time."""
        with suppress(JournalError):
            await self._save(memory)

    async def _settle(self, memory: UpkeepMemory) -> UpkeepMemory:
        """Learn what became of an extrinsic, from final blocks only."""
        if (intent := memory.intent) is None:
            return memory
        if (expires := intent.expires) is None:
            # Whoever was to send it is gone or done by now: it was signed before.
            head = await self._chain.head()
            expires = max(intent.head, head.number) + EXTRINSIC_LIFE
            intent = replace(intent, expires=expires)
            memory = await self._save(replace(memory, intent=intent))
        final = await self._chain.finalised()
        memory = await self._read_back(memory, intent, final)
        if memory.intent is None or final.number < expires:
            return memory
        return await self._save(replace(memory, intent=None, settled_at=final.number))

    async def _read_back(
        self, memory: UpkeepMemory, intent: Intent, final: BlockRef
    ) -> UpkeepMemory:
        """Close an intent whose commitment is in a final block."""
        stored = await self._chain.commitment(self._hotkey, block_hash=final.hash)
        if (
            stored is None
            or stored.raw != intent.payload
            or stored.block is None
            or stored.block <= intent.head
        ):
            return memory
        return await self._save(
            replace(memory, intent=None, refusal=None, settled_at=stored.block)
        )

    async def _load(self) -> UpkeepMemory:
        if self._memory is not None:
            return self._memory
        genesis = await self._chain.block_hash(0)
        if genesis is None:
            raise ChainError("the chain has no first block")
        scope = f"{genesis}/{self._netuid}/{self._hotkey}"
        record = await self._journal.load()
        memory = None if record is None else UpkeepMemory.from_record(record)
        if memory is None or memory.scope != scope:
            memory = UpkeepMemory(scope=scope)
        self._memory = memory
        return memory

    async def _save(self, memory: UpkeepMemory) -> UpkeepMemory:
        # What is on the disk after a failure is not known: it is read again then.
        self._memory = None
        await self._journal.save(memory.as_record())
        self._memory = memory
        return memory


def _after_refusal(view: _View, decision: Publish, sent: UpkeepMemory) -> UpkeepMemory:
    before = view.memory.refusal
    again = before is not None and before.cause == decision.cause
    return replace(
        sent,
        intent=None,
        refusal=Refusal(
            cause=decision.cause,
            head=view.head.number,
            times=before.times + 1 if before is not None and again else 1,
        ),
    )
