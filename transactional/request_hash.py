"""The hash by which a retry with the same reference is told from another request with it."""

from collections.abc import Set
from hashlib import sha256

from pydantic import BaseModel


def request_hash(body: BaseModel, *, without: Set[str] = frozenset()) -> bytes:
    """Return the SHA-256 of what was asked, 32 bytes; fields `without` which it was asked are left out."""
    return sha256(body.model_dump_json(exclude=set(without)).encode()).digest()
