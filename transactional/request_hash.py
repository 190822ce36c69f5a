"""The hash by which a retry with the same reference is told from another request with it."""

from collections.abc import Set
from hashlib import sha256

from pydantic import BaseModel

from transactional.vault import Vault


def request_hash(body: BaseModel, *, without: Set[str] = frozenset()) -> bytes:
    """Return the SHA-256 of what was asked, 32 bytes; fields `without` which it was asked are left out."""
    return sha256(body.model_dump_json(exclude=set(without)).encode()).digest()


def request_hash_key(vault: Vault | None) -> bytes | None:
    """Return the key of the hashes that are kept of requests with an idempotency key; None without a vault."""
    return None if vault is None else vault.subkey(b"request hashes")
