"""SS58: how the network spells an account (base58, prefix 42, BLAKE2b checksum)."""

from hashlib import blake2b

from ..errors import WalletError

PREFIX = 42
"""Of generic Substrate accounts, which Bittensor uses."""
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_LENGTH = 35
"""One byte of prefix, 32 of the public key, two of the checksum."""


def ss58_encode(public_key: bytes) -> str:
    """Return the address of a 32-byte public key; ValueError for another length."""
    if len(public_key) != 32:
        raise ValueError("a public key has 32 bytes")
    payload = bytes([PREFIX]) + public_key
    return _base58(payload + _checksum(payload))


def ss58_decode(address: str) -> bytes:
    """Return the public key of an address; WalletError says what is wrong with it."""
    number = 0
    for character in address:
        digit = _ALPHABET.find(character)
        if digit < 0:
            raise WalletError(f"an address holds no {character!r}")
        number = number * 58 + digit
        if number >= 1 << 8 * _LENGTH:
            raise WalletError("the address is too long")
    data = number.to_bytes(_LENGTH)
    if _base58(data) != address:
        raise WalletError("the address is too short")
    payload, checksum = data[:-2], data[-2:]
    if _checksum(payload) != checksum:
        raise WalletError("the address has a typing error: its checksum is wrong")
    if payload[0] != PREFIX:
        raise WalletError(
            f"the address is of another network: its prefix is not {PREFIX}"
        )
    return payload[1:]


def _checksum(payload: bytes) -> bytes:
    return blake2b(b"SS58PRE" + payload).digest()[:2]


def _base58(data: bytes) -> str:
    """Spell bytes that do not begin with zero, or with zeros as leading ones."""
    number = int.from_bytes(data)
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = _ALPHABET[digit] + text
    zeros = len(data) - len(data.lstrip(b"\0"))
    return _ALPHABET[0] * zeros + text
