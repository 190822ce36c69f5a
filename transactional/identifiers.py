"""Time-ordered public identifiers (UUID version 7, RFC 9562 section 5.7)."""

import secrets
from datetime import datetime
from uuid import UUID


def uuid7(moment: datetime) -> UUID:
    """Return a new identifier that sorts by `moment` in milliseconds, with 74 random bits."""
    milliseconds = int(moment.timestamp() * 1000) & 0xFFFFFFFFFFFF
    noise = secrets.randbits(74)
    return UUID(int=milliseconds << 80 | 7 << 76 | (noise >> 62) << 64 | 2 << 62 | noise & (1 << 62) - 1)
