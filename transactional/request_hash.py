"""The hash by which a retry with the same reference is told from another request with it."""

from collections.abc import Set
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from transactional.clock import BUSINESS_ZONE
from transactional.vault import Vault


def request_hash(body: BaseModel, *, without: Set[str] = frozenset()) -> bytes:
    """Return the SHA-256 of what was asked, 32 bytes; fields `without` which it was asked are left out.

    A moment counts as the same however it is written: a file has it with another offset than a program.
    """
    return sha256(to_json(_with_one_offset(body.model_dump(exclude=set(without))))).digest()


def _with_one_offset(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(BUSINESS_ZONE)
    if isinstance(value, dict):
        return {name: _with_one_offset(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_with_one_offset(one) for one in value]
    return value


def request_hash_key(vault: Vault | None) -> bytes | None:
    """Return the key of the hashes that are kept of requests with an idempotency key; None without a vault."""
    return None if vault is None else vault.subkey(b"request hashes")
