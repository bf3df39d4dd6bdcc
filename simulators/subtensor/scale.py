"""SCALE, the binary encoding of Substrate chains: what the simulated node needs of it.

Little endian throughout; lengths and many numbers are "compact" (2 bits give the size).
"""

from collections.abc import Iterable


def uint(value: int, size: int) -> bytes:
    """Return an unsigned integer of `size` bytes."""
    return value.to_bytes(size, "little")


def compact(value: int) -> bytes:
    """Return a compact integer: 1, 2 or 4 bytes, or a length and that many bytes."""
    if value < 1 << 6:
        return uint(value << 2, 1)
    if value < 1 << 14:
        return uint(value << 2 | 1, 2)
    if value < 1 << 30:
        return uint(value << 2 | 2, 4)
    size = max(4, (value.bit_length() + 7) // 8)
    return uint((size - 4) << 2 | 3, 1) + uint(value, size)


def blob(value: bytes) -> bytes:
    """Return a Vec<u8>."""
    return compact(len(value)) + value


def text(value: str) -> bytes:
    """Return a string."""
    return blob(value.encode())


def vec(items: Iterable[bytes]) -> bytes:
    """Return a list of encoded items."""
    encoded = list(items)
    return compact(len(encoded)) + b"".join(encoded)


def option(value: bytes | None) -> bytes:
    """Return an encoded value that may be absent."""
    return b"\0" if value is None else b"\1" + value


class Reader:
    """Takes encoded values from the front of some bytes."""

    def __init__(self, data: bytes) -> None:
        """Begin at the first byte."""
        self._data = data
        self._at = 0

    @property
    def position(self) -> int:
        """How many bytes were taken."""
        return self._at

    def take(self, size: int) -> bytes:
        """Take that many bytes.

        Raises:
            ValueError: There are fewer.
        """
        end = self._at + size
        if end > len(self._data):
            raise ValueError(f"{size} bytes wanted, {len(self._data) - self._at} left")
        taken, self._at = self._data[self._at : end], end
        return taken

    def rest(self) -> bytes:
        """Take all that is left."""
        return self.take(len(self._data) - self._at)

    def uint(self, size: int) -> int:
        """Take an unsigned integer of `size` bytes."""
        return int.from_bytes(self.take(size), "little")

    def compact(self) -> int:
        """Take a compact integer."""
        first = self.uint(1)
        match first & 3:
            case 0:
                return first >> 2
            case 1:
                return (first | self.uint(1) << 8) >> 2
            case 2:
                return (first | self.uint(3) << 8) >> 2
        return self.uint((first >> 2) + 4)

    def blob(self) -> bytes:
        """Take a Vec<u8>."""
        return self.take(self.compact())
