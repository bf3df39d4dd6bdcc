"""What can go wrong with a node, on command."""

from collections.abc import Sequence, Set as AbstractSet
from typing import override

from simulators import clock
from simulators.clock import Clock
from simulators.commands import command
from simulators.device import SimulatedDevice
from simulators.http import Wire

from . import storage
from .rpc import RpcError, View
from .runtime import LIES
from .transactions import BANNED, LOW_PRIORITY, OUTDATED, RefusedError, invalid

_NUMBERING = frozenset(("account_nextIndex", "system_accountNextIndex"))
_LACKING: dict[str, frozenset[str | None]] = {
    "heads": frozenset(("chain_subscribeNewHeads",)),
    "finalised_head": frozenset(("chain_getFinalizedHead",)),
    "nonce": frozenset(("AccountNonceApi_account_nonce",)),
    "next_nonce": frozenset(("system_accountNextIndex",)),
    "tempo": frozenset(),
    "subnet": frozenset(("SubnetInfoRuntimeApi_get_dynamic_info",)),
}
"""Methods, or functions of the runtime, that a node may lack; `tempo` is stored."""
_SUBMITTING = frozenset(("author_submitExtrinsic", "author_submitAndWatchExtrinsic"))


class Faults(SimulatedDevice[Wire]):
    """The faults of one node; each lasts until `restore` unless it says otherwise."""

    def __init__(self, wire: Wire, view: View, clock: Clock) -> None:
        """Begin without any."""
        super().__init__(wire)
        self.silent = False
        self.mute = False
        self.flooding = False
        self.elsewhere: str | None = None
        self.latency = 0.0
        self._view = view
        self._clock = clock
        self._errors: dict[str, tuple[int, str]] = {}
        self._spoilt: dict[str, str] = {}
        self._lacks: set[str] = set()
        self._refusal: RefusedError | None = None
        self._nonce_offset = 0
        self._cut_in: str | None = None
        self._cut_after_submit = False

    @property
    @override
    def faults(self) -> frozenset[str]:
        """Commands whose effect lasts, some with the method that they are about."""
        wrong = {
            "silence": self.silent,
            "hush": self.mute,
            "slow": self.latency > 0,
            "fall_behind": self._view.behind > 0,
            "stick": self._view.stuck_at is not None,
            "lie": self._view.lie is not None,
            "serve_another_chain": self._view.other_genesis,
            "flood": self.flooding,
            "misnumber": self._nonce_offset != 0,
            "redirect": self.elsewhere is not None,
            "refuse_extrinsics": self._refusal is not None,
            "drop_in_answer": self._cut_in is not None,
            "drop_after_submit": self._cut_after_submit,
            **{f"fail {method}": True for method in self._errors},
            **{f"spoil {method}": True for method in self._spoilt},
            **{f"lack {what}": True for what in self._lacks},
        }
        names = {name for name, is_wrong in wrong.items() if is_wrong}
        return super().faults | names

    @command
    def silence(self) -> None:
        """Accept connections and requests, and never say a word."""
        self.silent = True

    @command
    def hush(self) -> None:
        """Answer requests, but send subscribers nothing."""
        self.mute = True

    @command
    def slow(self, seconds: float) -> None:
        """Take that long for each answer."""
        if seconds < 0:
            raise ValueError(f"seconds must be 0 or more, not {seconds}")
        self.latency = seconds

    @command
    def fall_behind(self, blocks: int) -> None:
        """Know nothing of the chain's last blocks, and follow at that distance."""
        most = self._view.chain.head.number - self._view.chain.first
        if not 0 <= blocks <= most:
            raise ValueError(f"blocks must be from 0 to {most}, not {blocks}")
        self._view.behind = blocks

    @command
    def stick(self) -> None:
        """Get past the present height no more."""
        self._view.stuck_at = self._view.head.number

    @command
    def lie(self, about: str) -> None:
        """Describe the runtime as it is not: numbers, names, call or extensions."""
        if about not in LIES:
            raise ValueError(f"about must be one of {', '.join(LIES)}, not {about!r}")
        self._view.lie = LIES[about]

    @command
    def serve_another_chain(self) -> None:
        """Report another first block than that of the chain."""
        self._view.other_genesis = True

    @command
    def flood(self) -> None:
        """Send whoever connects from now on messages that nothing asked for."""
        self.flooding = True

    @command
    def redirect(self, url: str) -> None:
        """Send whoever connects from now on to another address."""
        self.elsewhere = url

    @command
    def fail(
        self, method: str, code: int = -32603, message: str = "Internal error"
    ) -> None:
        """Answer every call of a method with a JSON-RPC error."""
        self._errors[method] = code, message

    @command
    def lack(self, what: str) -> None:
        """Know nothing of some of what real nodes offer, as the original's simulator."""
        if what not in _LACKING:
            raise ValueError(f"what must be one of {', '.join(_LACKING)}, not {what!r}")
        self._lacks.add(what)

    @command
    def spoil_answers(self, method: str, how: str = "half") -> None:
        """Answer a method with half of a hex value, null, or text that is no hex."""
        if how not in ("half", "null", "text"):
            raise ValueError(f"how must be half, null or text, not {how!r}")
        self._spoilt[method] = how

    @command
    def refuse_extrinsics(self, code: int = 1010) -> None:
        """Refuse every extrinsic: 1010 outdated, 1012 banned or 1014 low priority."""
        refusals = {
            1010: invalid(OUTDATED),
            1012: RefusedError(*BANNED),
            1014: RefusedError(*LOW_PRIORITY),
        }
        if code not in refusals:
            raise ValueError(f"code must be 1010, 1012 or 1014, not {code}")
        self._refusal = refusals[code]

    @command
    def misnumber(self, offset: int) -> None:
        """Report nonces that are so much higher or lower than the account's next one."""
        self._nonce_offset = offset

    @command
    def drop_in_answer(self, method: str) -> None:
        """Break the connection in the middle of the next answer to a method."""
        self._cut_in = method

    @command
    def drop_after_submit(self) -> None:
        """Break the connection once the next extrinsic was taken."""
        self._cut_after_submit = True

    def restore(self) -> None:
        """Undo everything."""
        self.silent = self.mute = self.flooding = self._cut_after_submit = False
        self.elsewhere = self._view.lie = None
        self._view.other_genesis = False
        self.latency = 0.0
        self._view.behind = 0
        self._view.stuck_at = None
        self._errors.clear()
        self._spoilt.clear()
        self._lacks.clear()
        self._refusal = self._cut_in = None
        self._nonce_offset = 0

    async def delay(self) -> None:
        """Wait as long as an answer takes."""
        if self.latency:
            await clock.sleep(self._clock, self.latency)

    def check(self, method: str, parameters: Sequence[object] = ()) -> None:
        """Raise the error that a method is to fail with.

        Raises:
            RpcError: It is to fail.
        """
        if any(method in _LACKING[what] for what in self._lacks):
            raise RpcError(-32601, "Method not found")
        function = str(parameters[0]) if method == "state_call" and parameters else None
        if any(function in _LACKING[what] for what in self._lacks):
            reason = f"Exported method {function} is not found"
            raise RpcError(4003, f"Client error: Execution failed: {reason}")
        if method in self._errors:
            raise RpcError(*self._errors[method])

    def check_extrinsic(self) -> None:
        """Raise the refusal of extrinsics.

        Raises:
            RefusedError: They are refused.
        """
        if self._refusal is not None:
            self._view.chain.counts.refused += 1
            raise self._refusal

    def spoil(
        self, method: str, result: object, parameters: Sequence[object] = ()
    ) -> object:
        """Return what is answered in place of a result."""
        if method == "state_getStorage" and "tempo" in self._lacks:
            key = f"0x{storage.tempo_key(self._view.chain.netuid).hex()}"
            if key in parameters:
                return None
        if method in _NUMBERING and isinstance(result, int):
            return max(0, result + self._nonce_offset)
        match self._spoilt.get(method):
            case "half" if isinstance(result, str):
                return result[: len(result) // 4 * 2]
            case "null" | "half":
                return None
            case "text":
                return "not what was asked for"
        return result

    def cuts_before(self, methods: AbstractSet[str]) -> bool:
        """Return, once, whether the connection breaks in place of this answer."""
        if self._cut_in not in methods:
            return False
        self._cut_in = None
        return True

    def cuts_after(self, methods: AbstractSet[str]) -> bool:
        """Return, once, whether the connection breaks after this answer."""
        if not self._cut_after_submit or not methods & _SUBMITTING:
            return False
        self._cut_after_submit = False
        return True
