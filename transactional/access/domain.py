"""The form of an API key: it names its tenant, so a look-up needs no other table."""

import re
import secrets
from hashlib import sha256
from uuid import UUID

from transactional.problems import Problem

_FORM = re.compile(r"pm_([0-9a-f]{32})_[A-Za-z0-9_-]{43}")


class Unauthenticated(Problem):
    """The request carries no valid API key."""

    slug = "unauthenticated"
    title = "A valid API key is needed"
    status = 401

    def __init__(self) -> None:
        super().__init__("send your tenant's API key as `Authorization: Bearer pm_…`")


def new_key(tenant_id: UUID) -> str:
    """Return a new API key of a tenant, 256 random bits strong."""
    return f"pm_{tenant_id.hex}_{secrets.token_urlsafe(32)}"


def key_hash(key: str) -> bytes:
    """Return what is kept of a key: its SHA-256, 32 bytes."""
    return sha256(key.encode()).digest()


def tenant_of(key: str) -> UUID | None:
    """Return the tenant a key claims, or None if the text is not a key."""
    matched = _FORM.fullmatch(key)
    return UUID(matched[1]) if matched else None
