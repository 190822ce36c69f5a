"""Identifiers and subjects that follow from the seed, so that the same seed makes the same world."""

from datetime import datetime
from uuid import UUID

import numpy as np
from asyncpg.pgproto import pgproto
from numpy.typing import NDArray

from transactional.risk.subjects import subject_hash, subject_key

_BLOCK = 20_000
# Not a secret: nobody's address or device stands behind these.
_SUBJECT_KEY = subject_key("a simulated world")


class Identities:
    """Makes UUIDs of version 7 whose random bits come from a generator."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._high: list[int] = []
        self._low: list[int] = []

    def at(self, moment: datetime) -> UUID:
        """Return the next identifier of something that happened at a moment.

        It is of the driver's own class, whose hash, comparison and bytes cost a fraction of the standard one's.
        """
        if not self._low:
            self._high = self._rng.integers(0, 1 << 12, _BLOCK).tolist()
            self._low = self._rng.integers(0, 1 << 62, _BLOCK).tolist()
        milliseconds = int(moment.timestamp() * 1000)
        high, low = self._high.pop(), self._low.pop()
        number = milliseconds << 80 | 7 << 76 | high << 64 | 2 << 62 | low
        return pgproto.UUID(number.to_bytes(16))

    def many(self, milliseconds: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return a row of 16 bytes for each moment, in milliseconds since 1970."""
        count = len(milliseconds)
        ids = self._rng.integers(0, 256, (count, 16), dtype=np.uint8)
        ids[:, :6] = milliseconds.astype(">u8").view(np.uint8).reshape(count, 8)[:, 2:]
        ids[:, 6] = ids[:, 6] & 0x0F | 0x70
        ids[:, 8] = ids[:, 8] & 0x3F | 0x80
        return ids


def rows_of(identifiers: list[UUID]) -> NDArray[np.uint8]:
    """Return a row of 16 bytes for each identifier."""
    return np.frombuffer(b"".join(i.bytes for i in identifiers), dtype=np.uint8).reshape(-1, 16)


def address(household: int) -> bytes:
    """Return what stands for the network address of a household, as the service would keep it."""
    return subject_hash(
        _SUBJECT_KEY, "ip", f"10.{household >> 16 & 255}.{household >> 8 & 255}.{household & 255}"
    )


def device(name: str) -> bytes:
    """Return what stands for a device, as the service would keep it."""
    return subject_hash(_SUBJECT_KEY, "device", name)
