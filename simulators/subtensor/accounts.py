"""Accounts of a Substrate chain: 32 bytes, written in SS58, and development keys."""

from dataclasses import dataclass
from hashlib import blake2b

import sr25519  # type: ignore[import-untyped]

from .metadata import SS58_FORMAT

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_CHECKSUM = b"SS58PRE"


@dataclass(frozen=True, slots=True)
class Key:
    """A key pair whose seed everybody knows: never for anything of value."""

    seed: bytes

    @property
    def pair(self) -> tuple[bytes, bytes]:
        """Public and secret key, 32 and 64 bytes."""
        public, secret = sr25519.pair_from_seed(self.seed)
        return bytes(public), bytes(secret)

    @property
    def account(self) -> bytes:
        """The public key."""
        return self.pair[0]

    @property
    def address(self) -> str:
        """The account in SS58."""
        return ss58(self.account)

    def sign(self, message: bytes) -> bytes:
        """Return the signature, 64 bytes; each is another."""
        return bytes(sr25519.sign(self.pair, message))


ALICE = Key(
    bytes.fromhex("e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a")
)
BOB = Key(
    bytes.fromhex("398f0c28f98885e046333d4a41c19cee4c37368a9832c6502f6cfd182e2aef89")
)


def named(name: str) -> bytes:
    """Return an account whose key does not exist."""
    return blake2b(name.encode(), digest_size=32).digest()


def ss58(account: bytes) -> str:
    """Return an account's address: base 58 of prefix, account and checksum."""
    body = bytes((SS58_FORMAT,)) + account
    number = int.from_bytes(body + _checksum(body))
    address = ""
    while number:
        number, digit = divmod(number, 58)
        address = _ALPHABET[digit] + address
    return address


def account_of(address: str) -> bytes:
    """Return the account of an address.

    Raises:
        ValueError: It is not an address of this chain.
    """
    digits = [_ALPHABET.find(letter) for letter in address]
    number = 0
    for digit in digits:
        number = number * 58 + digit
    if -1 in digits or number >= 1 << 8 * 35:
        raise ValueError(f"not an address of this chain: {address}")
    data = number.to_bytes(35)
    if data[0] != SS58_FORMAT or _checksum(data[:33]) != data[33:]:
        raise ValueError(f"not an address of this chain: {address}")
    return data[1:33]


def _checksum(body: bytes) -> bytes:
    return blake2b(_CHECKSUM + body).digest()[:2]
