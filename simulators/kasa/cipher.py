"""The legacy cipher: XOR with an autokey that starts at 171; framed on TCP, bare on UDP."""

import struct

_FIRST_KEY = 171
_LENGTH = struct.Struct(">I")

HEADER_SIZE = _LENGTH.size
"""Bytes before the body of a frame."""


def scramble(plain: bytes) -> bytes:
    """Return the cipher text: each byte made is the key of the next."""
    key, cipher = _FIRST_KEY, bytearray()
    for byte in plain:
        key ^= byte
        cipher.append(key)
    return bytes(cipher)


def unscramble(cipher: bytes) -> bytes:
    """Return the plain text: each cipher byte is the key of the next."""
    key, plain = _FIRST_KEY, bytearray()
    for byte in cipher:
        plain.append(key ^ byte)
        key = byte
    return bytes(plain)


def frame(plain: bytes) -> bytes:
    """Return what goes over TCP: the length in 4 bytes, big-endian, and the cipher text."""
    return _LENGTH.pack(len(plain)) + scramble(plain)


def body_size(header: bytes) -> int:
    """Return how many bytes of cipher text follow these 4 bytes."""
    size: int = _LENGTH.unpack(header)[0]
    return size
