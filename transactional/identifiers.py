"""Time-ordered public identifiers (UUID version 7, RFC 9562 section 5.7)."""

import secrets
from datetime import datetime
from hashlib import blake2b
from uuid import UUID


def uuid7(moment: datetime) -> UUID:
    """Return a new identifier that sorts by `moment` in milliseconds, with 74 random bits."""
    milliseconds = int(moment.timestamp() * 1000) & 0xFFFFFFFFFFFF
    noise = secrets.randbits(74)
    return UUID(int=milliseconds << 80 | 7 << 76 | (noise >> 62) << 64 | 2 << 62 | noise & (1 << 62) - 1)


def derived(identifier: UUID, number: int) -> UUID:
    """Return the `number`-th identifier that follows from another: the same time, other bits, always the same."""
    digest = blake2b(identifier.bytes + number.to_bytes(2), digest_size=8).digest()
    low = int.from_bytes(digest) & (1 << 62) - 1
    return UUID(int=identifier.int >> 62 << 62 | low)
