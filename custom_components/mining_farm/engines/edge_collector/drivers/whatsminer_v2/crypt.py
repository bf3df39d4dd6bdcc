"""What proves the password of a Whatsminer's API 2, and hides a command from others.

Source: the maker's description of API 2.0.5, and public clients of it.
"""

import base64
from collections.abc import Mapping
import hashlib
import json
from typing import Any, NamedTuple, Self

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from ..bounds import load_json

_DIGITS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# The order of the bytes in the text of an MD5 crypt ("$1$", Poul-Henning Kamp 1994).
_TRIPLES = ((0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5))
_ROUNDS = 1000
_BLOCK = 16


class Session(NamedTuple):
    """The key of a password, and the token of the moment."""

    key: bytes
    token: str

    @classmethod
    def of(cls, password: str, *, salt: str, newsalt: str, time: str) -> Self:
        """Return the session that a password and the reply to `get_token` give."""
        secret = md5crypt(password, salt)
        key = hashlib.sha256(secret.encode()).digest()
        return cls(key, md5crypt(f"{secret}{time}", newsalt))

    def seal(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is sent for a command."""
        body = json.dumps({**command, "token": self.token}, separators=(",", ":"))
        data = body.encode()
        padded = data + bytes(-len(data) % _BLOCK)
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(padded) + encryptor.finalize()
        return {"enc": 1, "data": base64.b64encode(sealed).decode()}

    def open(self, sealed: object) -> object:
        """Return the JSON in a sealed reply; None where it cannot be opened."""
        try:
            data = base64.b64decode(str(sealed), validate=True)
            decryptor = self._cipher().decryptor()
            opened = decryptor.update(data) + decryptor.finalize()
            return load_json(opened.rstrip(bytes(range(_BLOCK + 1))))
        except ValueError, RecursionError:
            return None

    def _cipher(self) -> Cipher[modes.ECB]:
        # The protocol knows no other mode.
        return Cipher(algorithms.AES256(self.key), modes.ECB())  # noqa: S305


def md5crypt(password: str, salt: str) -> str:
    """Return the last part of "$1$salt$…" of a password, 22 characters."""
    secret, salted = password.encode(), salt.encode()[:8]
    mixed = hashlib.md5(secret + salted + secret, usedforsecurity=False).digest()
    first = secret + b"$1$" + salted
    first += (mixed * (len(secret) // _BLOCK + 1))[: len(secret)]
    length = len(secret)
    while length:
        first += b"\0" if length & 1 else secret[:1]
        length >>= 1
    digest = hashlib.md5(first, usedforsecurity=False).digest()
    for turn in range(_ROUNDS):
        parts = (
            secret if turn & 1 else digest,
            salted if turn % 3 else b"",
            secret if turn % 7 else b"",
            digest if turn & 1 else secret,
        )
        digest = hashlib.md5(b"".join(parts), usedforsecurity=False).digest()
    return _text(digest)


def _text(digest: bytes) -> str:
    numbers = [
        (digest[a] << 16 | digest[b] << 8 | digest[c], 4) for a, b, c in _TRIPLES
    ]
    numbers.append((digest[11], 2))
    return "".join(
        _DIGITS[number >> 6 * place & 63]
        for number, places in numbers
        for place in range(places)
    )
