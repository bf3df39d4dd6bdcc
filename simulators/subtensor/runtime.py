"""How a runtime numbers and shapes what clients sign: the true one, and what nodes say."""

from dataclasses import dataclass, replace

from .runtime_types import TYPES
from .type_registry import Enum, Struct, Variant

SPEC_VERSION = 318
TRANSACTION_VERSION = 1
COMMITMENTS = 18
"""The number of the pallet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """One version of the runtime, as metadata describe it."""

    spec_version: int = SPEC_VERSION
    commitments: int = COMMITMENTS
    """The number of the pallet."""
    set_commitment: int = 0
    """The number of the call in it."""
    netuid: str = "u16"
    """The type of the call's first argument."""
    tip: str = "Compact<u64>"
    """The type of the tip, among what is signed besides the call."""
    reveals_fail: bool = False
    """A commitment may be a timelock that could not be revealed."""

    @property
    def version(self) -> dict[str, object]:
        """What state_getRuntimeVersion returns."""
        return {
            "specName": "node-subtensor",
            "implName": "node-subtensor",
            "authoringVersion": 1,
            "specVersion": self.spec_version,
            "implVersion": 1,
            "apis": [["0xdf6acb689907609b", 5], ["0x37e397fc7c91f5e4", 2]],
            "transactionVersion": TRANSACTION_VERSION,
            "systemVersion": 1,
            "stateVersion": 1,
        }

    @property
    def types(self) -> dict[str, Struct | Enum]:
        """The types by name."""
        arguments = [("netuid", self.netuid), ("info", "CommitmentInfo")]
        call = Variant(self.set_commitment, "set_commitment", arguments)
        calls = [
            Variant(2, "Timestamp", [("", "TimestampCall")]),
            Variant(self.commitments, "Commitments", [("", "CommitmentsCall")]),
        ]
        tip = TYPES["ChargeTransactionPayment"]
        data = TYPES["Data"]
        assert isinstance(data, Enum)
        failed = [REVEAL_FAILED] if self.reveals_fail else []
        return TYPES | {
            "Data": Enum(data.path, [*data.variants, *failed]),
            "RuntimeCall": Enum(TYPES["RuntimeCall"].path, calls),
            "CommitmentsCall": Enum(TYPES["CommitmentsCall"].path, [call]),
            "ChargeTransactionPayment": Struct(tip.path, [("", self.tip)]),
        }


REVEAL_FAILED = Variant(
    137, "TimelockRevealFailed", [("encrypted", "Bounded"), ("reveal_round", "u64")]
)

LIES = {
    "numbers": Runtime(commitments=7),
    "names": Runtime(set_commitment=1),
    "call": Runtime(netuid="u32"),
    "extensions": Runtime(tip="u64"),
}
"""What a node may say of the runtime that is not so: `names` calls another call so."""


def upgraded(
    runtime: Runtime, *, renumbered: bool, reveals_fail: bool = False
) -> Runtime:
    """Return the next version; pallets keep their numbers, or do not."""
    commitments = runtime.commitments + 1 if renumbered else runtime.commitments
    return replace(
        runtime,
        spec_version=runtime.spec_version + 1,
        commitments=commitments,
        reveals_fail=runtime.reveals_fail or reveals_fail,
    )
