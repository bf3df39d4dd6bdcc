"""HTTP digest as lighttpd does it (RFC 2617, MD5, qop auth), seen from the server."""

import hashlib
import re

from aiohttp import web

_PAIR = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')


class Digest:
    """Lets in whoever knows the password."""

    def __init__(self, realm: str, username: str, password: str) -> None:
        """Take the one account."""
        self._realm = realm
        self._username = username
        self.password = password
        self.nonce = "5f1e2d3c4b5a"

    @property
    def challenge(self) -> dict[str, str]:
        """Header of an answer to one who did not sign in."""
        return {
            "WWW-Authenticate": f'Digest realm="{self._realm}", nonce="{self.nonce}", '
            'qop="auth"'
        }

    def admits(self, request: web.BaseRequest) -> bool:
        """Return whether a request carries the right proof."""
        given = request.headers.get("Authorization", "")
        if not given.startswith("Digest "):
            return False
        proof = {name: quoted or plain for name, quoted, plain in _PAIR.findall(given)}
        if (proof.get("username"), proof.get("nonce")) != (self._username, self.nonce):
            return False
        known = _md5(f"{self._username}:{self._realm}:{self.password}")
        asked = _md5(f"{request.method}:{proof.get('uri')}")
        middle = f"{proof.get('nc')}:{proof.get('cnonce')}:{proof.get('qop')}"
        return proof.get("response") == _md5(f"{known}:{self.nonce}:{middle}:{asked}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
