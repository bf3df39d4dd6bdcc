"""The types of the simulated runtime, as those of spec 318 that a bidder meets."""

from .type_registry import Enum, Struct, Variant, enum

RAW_LIMIT = 128
"""Bytes that a Raw field holds at most."""

_DATA = Enum(
    "pallet_commitments::types::Data",
    [
        Variant(0, "None"),
        *(
            Variant(1 + size, f"Raw{size}", [("", f"[u8; {size}]")])
            for size in range(RAW_LIMIT + 1)
        ),
        Variant(130, "BlakeTwo256", [("", "[u8; 32]")]),
        Variant(131, "Sha256", [("", "[u8; 32]")]),
        Variant(132, "Keccak256", [("", "[u8; 32]")]),
        Variant(133, "ShaThree256", [("", "[u8; 32]")]),
        Variant(
            134,
            "TimelockEncrypted",
            [("encrypted", "Bounded"), ("reveal_round", "u64")],
        ),
        Variant(135, "ResetBondsFlag"),
        Variant(136, "BigRaw", [("", "Bounded")]),
    ],
)

_ERA = Enum(
    "sp_runtime::generic::era::Era",
    [
        Variant(0, "Immortal"),
        *(Variant(byte, f"Mortal{byte}", [("", "u8")]) for byte in range(1, 256)),
    ],
)

_NEURON = Struct(
    "pallet_subtensor::rpc_info::neuron_info::NeuronInfoLite",
    [
        ("hotkey", "AccountId"),
        ("coldkey", "AccountId"),
        ("uid", "Compact<u16>"),
        ("netuid", "Compact<u16>"),
        ("active", "bool"),
        ("axon_info", "AxonInfo"),
        ("prometheus_info", "PrometheusInfo"),
        ("stake", "Vec<(AccountId, Compact<u64>)>"),
        ("rank", "Compact<u16>"),
        ("emission", "Compact<u64>"),
        ("incentive", "Compact<u16>"),
        ("consensus", "Compact<u16>"),
        ("trust", "Compact<u16>"),
        ("validator_trust", "Compact<u16>"),
        ("dividends", "Compact<u16>"),
        ("last_update", "Compact<u64>"),
        ("validator_permit", "bool"),
        ("pruning_score", "Compact<u16>"),
    ],
)

_SUBNET = Struct(
    "pallet_subtensor::rpc_info::dynamic_info::DynamicInfo",
    [
        ("netuid", "Compact<u16>"),
        ("owner_hotkey", "AccountId"),
        ("owner_coldkey", "AccountId"),
        ("subnet_name", "Vec<Compact<u8>>"),
        ("token_symbol", "Vec<Compact<u8>>"),
        ("tempo", "Compact<u16>"),
        ("last_step", "Compact<u64>"),
        ("blocks_since_last_step", "Compact<u64>"),
        ("emission", "Compact<u64>"),
        ("alpha_in", "Compact<u64>"),
        ("alpha_out", "Compact<u64>"),
        ("tao_in", "Compact<u64>"),
        ("alpha_out_emission", "Compact<u64>"),
        ("alpha_in_emission", "Compact<u64>"),
        ("tao_in_emission", "Compact<u64>"),
        ("pending_alpha_emission", "Compact<u64>"),
        ("pending_root_emission", "Compact<u64>"),
        ("subnet_volume", "Compact<u128>"),
        ("network_registered_at", "Compact<u64>"),
        ("subnet_identity", "Option<SubnetIdentity>"),
        ("moving_price", "FixedI128"),
    ],
)

_CHAIN: dict[str, Struct | Enum] = {
    "AccountId": Struct("sp_core::crypto::AccountId32", [("", "[u8; 32]")]),
    "H256": Struct("primitive_types::H256", [("", "[u8; 32]")]),
    "MultiAddress": Enum(
        "sp_runtime::multiaddress::MultiAddress",
        [
            Variant(0, "Id", [("", "AccountId")]),
            Variant(1, "Index", [("", "Compact<()>")]),
            Variant(2, "Raw", [("", "Vec<u8>")]),
            Variant(3, "Address32", [("", "[u8; 32]")]),
            Variant(4, "Address20", [("", "[u8; 20]")]),
        ],
        [("AccountId", "AccountId"), ("AccountIndex", "()")],
    ),
    "MultiSignature": Enum(
        "sp_runtime::MultiSignature",
        [
            Variant(0, "Ed25519", [("", "[u8; 64]")]),
            Variant(1, "Sr25519", [("", "[u8; 64]")]),
            Variant(2, "Ecdsa", [("", "[u8; 65]")]),
        ],
    ),
    "Era": _ERA,
    "Mode": enum("frame_metadata_hash_extension::Mode", "Disabled", "Enabled"),
    "Runtime": Struct("node_subtensor_runtime::Runtime"),
    "AccountData": Struct(
        "pallet_balances::types::AccountData",
        [
            ("free", "u64"),
            ("reserved", "u64"),
            ("frozen", "u64"),
            ("flags", "ExtraFlags"),
        ],
    ),
    "ExtraFlags": Struct("pallet_balances::types::ExtraFlags", [("", "u128")]),
    "AccountInfo": Struct(
        "frame_system::AccountInfo",
        [
            ("nonce", "u32"),
            ("consumers", "u32"),
            ("providers", "u32"),
            ("sufficients", "u32"),
            ("data", "AccountData"),
        ],
    ),
    "OpaqueMetadata": Struct("sp_core::OpaqueMetadata", [("", "Vec<u8>")]),
    "RuntimeCall": Enum(
        "node_subtensor_runtime::RuntimeCall",
        [
            Variant(2, "Timestamp", [("", "TimestampCall")]),
            Variant(18, "Commitments", [("", "CommitmentsCall")]),
        ],
    ),
    "RuntimeEvent": Enum(
        "node_subtensor_runtime::RuntimeEvent",
        [
            Variant(0, "System", [("", "SystemEvent")]),
            Variant(18, "Commitments", [("", "CommitmentsEvent")]),
        ],
    ),
    "RuntimeError": Enum(
        "node_subtensor_runtime::RuntimeError",
        [Variant(18, "Commitments", [("", "CommitmentsError")])],
    ),
}

_EVENTS: dict[str, Struct | Enum] = {
    "EventRecord": Struct(
        "frame_system::EventRecord",
        [("phase", "Phase"), ("event", "RuntimeEvent"), ("topics", "Vec<H256>")],
    ),
    "Phase": Enum(
        "frame_system::Phase",
        [
            Variant(0, "ApplyExtrinsic", [("", "u32")]),
            Variant(1, "Finalization"),
            Variant(2, "Initialization"),
        ],
    ),
    "SystemEvent": Enum(
        "frame_system::pallet::Event",
        [
            Variant(0, "ExtrinsicSuccess", [("dispatch_info", "DispatchInfo")]),
            Variant(
                1,
                "ExtrinsicFailed",
                [
                    ("dispatch_error", "DispatchError"),
                    ("dispatch_info", "DispatchInfo"),
                ],
            ),
        ],
    ),
    "DispatchInfo": Struct(
        "frame_system::DispatchEventInfo",
        [("weight", "Weight"), ("class", "DispatchClass"), ("pays_fee", "Pays")],
    ),
    "Weight": Struct(
        "sp_weights::weight_v2::Weight",
        [("ref_time", "Compact<u64>"), ("proof_size", "Compact<u64>")],
    ),
    "DispatchClass": enum(
        "frame_support::dispatch::DispatchClass", "Normal", "Operational", "Mandatory"
    ),
    "Pays": enum("frame_support::dispatch::Pays", "Yes", "No"),
    "DispatchError": Enum(
        "sp_runtime::DispatchError",
        [
            Variant(0, "Other"),
            Variant(1, "CannotLookup"),
            Variant(2, "BadOrigin"),
            Variant(3, "Module", [("", "ModuleError")]),
        ],
    ),
    "ModuleError": Struct(
        "sp_runtime::ModuleError", [("index", "u8"), ("error", "[u8; 4]")]
    ),
    "TimestampCall": Enum(
        "pallet_timestamp::pallet::Call", [Variant(0, "set", [("now", "Compact<u64>")])]
    ),
}

_COMMITMENTS: dict[str, Struct | Enum] = {
    "Data": _DATA,
    "Bounded": Struct(
        "bounded_collections::bounded_vec::BoundedVec", [("", "Vec<u8>")]
    ),
    "Fields": Struct(
        "bounded_collections::bounded_vec::BoundedVec", [("", "Vec<Data>")]
    ),
    "CommitmentInfo": Struct(
        "pallet_commitments::types::CommitmentInfo", [("fields", "Fields")]
    ),
    "Registration": Struct(
        "pallet_commitments::types::Registration",
        [("deposit", "u64"), ("block", "u32"), ("info", "CommitmentInfo")],
    ),
    "CommitmentsCall": Enum(
        "pallet_commitments::pallet::Call",
        [Variant(0, "set_commitment", [("netuid", "u16"), ("info", "CommitmentInfo")])],
    ),
    "CommitmentsEvent": Enum(
        "pallet_commitments::pallet::Event",
        [Variant(0, "Commitment", [("netuid", "u16"), ("who", "AccountId")])],
    ),
    "CommitmentsError": enum(
        "pallet_commitments::pallet::Error",
        "TooManyFieldsInCommitmentInfo",
        "AccountNotAllowedCommit",
        "SpaceLimitExceeded",
        "UnexpectedUnreserveLeftover",
    ),
}

_SUBTENSOR: dict[str, Struct | Enum] = {
    "NeuronInfoLite": _NEURON,
    "AxonInfo": Struct(
        "pallet_subtensor::pallet::AxonInfo",
        [
            ("block", "u64"),
            ("version", "u32"),
            ("ip", "u128"),
            ("port", "u16"),
            ("ip_type", "u8"),
            ("protocol", "u8"),
            ("placeholder1", "u8"),
            ("placeholder2", "u8"),
        ],
    ),
    "PrometheusInfo": Struct(
        "pallet_subtensor::pallet::PrometheusInfo",
        [
            ("block", "u64"),
            ("version", "u32"),
            ("ip", "u128"),
            ("port", "u16"),
            ("ip_type", "u8"),
        ],
    ),
    "DynamicInfo": _SUBNET,
    "SubnetIdentity": Struct(
        "pallet_subtensor::pallet::SubnetIdentityV3", [("subnet_name", "Vec<u8>")]
    ),
    "FixedI128": Struct("substrate_fixed::FixedI128", [("bits", "i128")]),
}

TYPES = _CHAIN | _EVENTS | _COMMITMENTS | _SUBTENSOR
"""By the name that others use for them; the rest is written as in Rust."""

type Extension = tuple[str, str, list[tuple[str, str]], str]

EXTENSIONS: tuple[Extension, ...] = (
    ("CheckNonZeroSender", "frame_system::extensions", [], "()"),
    ("CheckSpecVersion", "frame_system::extensions", [], "u32"),
    ("CheckTxVersion", "frame_system::extensions", [], "u32"),
    ("CheckGenesis", "frame_system::extensions", [], "H256"),
    ("CheckMortality", "frame_system::extensions", [("", "Era")], "H256"),
    ("CheckNonce", "node_subtensor_runtime", [("", "Compact<u32>")], "()"),
    ("CheckWeight", "frame_system::extensions", [], "()"),
    (
        "ChargeTransactionPayment",
        "pallet_transaction_payment",
        [("", "Compact<u64>")],
        "()",
    ),
    ("SubtensorTransactionExtension", "pallet_subtensor", [], "()"),
    ("DrandPriority", "pallet_drand", [], "()"),
    (
        "CheckMetadataHash",
        "frame_metadata_hash_extension",
        [("mode", "Mode")],
        "Option<[u8; 32]>",
    ),
)
"""What is signed besides the call: name, home, fields sent, type not sent."""
TYPES |= {
    name: Struct(f"{home}::{name}", fields) for name, home, fields, _ in EXTENSIONS
}

_EXTRA = f"({', '.join(name for name, *_ in EXTENSIONS)})"
TYPES["UncheckedExtrinsic"] = Struct(
    "sp_runtime::generic::unchecked_extrinsic::UncheckedExtrinsic",
    [("", "Vec<u8>")],
    [
        ("Address", "MultiAddress"),
        ("Call", "RuntimeCall"),
        ("Signature", "MultiSignature"),
        ("Extra", _EXTRA),
    ],
)
