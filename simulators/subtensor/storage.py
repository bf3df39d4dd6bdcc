"""Keys and values of the chain's storage."""

from hashlib import blake2b

import xxhash

from .scale import blob, compact, uint, vec

RAW_LIMIT = 128
_BIG_RAW = 136


def twox64(data: bytes) -> bytes:
    """Return the 8-byte hash that most keys carry before their plain text."""
    return uint(xxhash.xxh64_intdigest(data), 8)


def _twox128(text: str) -> bytes:
    return b"".join(
        uint(xxhash.xxh64_intdigest(text.encode(), seed), 8) for seed in (0, 1)
    )


def blake2_256(data: bytes) -> bytes:
    """Return the 32-byte hash of blocks and extrinsics."""
    return blake2b(data, digest_size=32).digest()


def _item(pallet: str, name: str) -> bytes:
    return _twox128(pallet) + _twox128(name)


NUMBER = _item("System", "Number")
EVENTS = _item("System", "Events")
NOW = _item("Timestamp", "Now")
_ACCOUNT = _item("System", "Account")
_TEMPO = _item("SubtensorModule", "Tempo")
_SPLIT = _item("SubtensorModule", "MechanismEmissionSplit")
LAST_EPOCH = _item("SubtensorModule", "LastEpochBlock")
PENDING_EPOCH = _item("SubtensorModule", "PendingEpochAt")
SUBNET_EPOCH = _item("SubtensorModule", "SubnetEpochIndex")
_COMMITMENT = _item("Commitments", "CommitmentOf")


def account_key(account: bytes) -> bytes:
    """Return where an account's nonce and balance are."""
    return _ACCOUNT + blake2b(account, digest_size=16).digest() + account


def tempo_key(netuid: int) -> bytes:
    """Return where a subnet's tempo is: u16."""
    return _TEMPO + uint(netuid, 2)


def epoch_key(item: bytes, netuid: int) -> bytes:
    """Return where one of the three items about a subnet's epochs is: u64."""
    return item + uint(netuid, 2)


def split_key(netuid: int) -> bytes:
    """Return where a subnet's split between mechanisms is: Vec<u16>."""
    plain = uint(netuid, 2)
    return _SPLIT + twox64(plain) + plain


def commitment_key(netuid: int, account: bytes) -> bytes:
    """Return where an account's commitment is."""
    return _COMMITMENT + uint(netuid, 2) + twox64(account) + account


def account_info(nonce: int) -> bytes:
    """Return an AccountInfo with one TAO."""
    return uint(nonce, 4) + uint(0, 4) + uint(1, 4) + uint(0, 4) + _balance()


def nonce_of(info: bytes | None) -> int:
    """Return the nonce of an AccountInfo; 0 where there is none."""
    return 0 if info is None else int.from_bytes(info[:4], "little")


def _balance() -> bytes:
    return uint(10**9, 8) + bytes(16) + uint(1 << 127, 16)


def split(shares: tuple[int, ...]) -> bytes:
    """Return a split between mechanisms, of 65535."""
    return vec(uint(share, 2) for share in shares)


def data_field(payload: bytes) -> bytes:
    """Return bytes as a Data: Raw{length}, or BigRaw when there are more than 128."""
    if len(payload) > RAW_LIMIT:
        return uint(_BIG_RAW, 1) + blob(payload)
    return uint(1 + len(payload), 1) + payload


def registration(block: int, *fields: bytes) -> bytes:
    """Return a commitment as stored: deposit, block of the last change, fields."""
    return uint(0, 8) + uint(block, 4) + compact(len(fields)) + b"".join(fields)
