"""The forms of keys: a tenant's names its tenant, so a look-up needs no other table; a platform key names nobody."""

import re
import secrets
from hashlib import sha256
from typing import Literal
from uuid import UUID

from transactional.problems import Problem

# What a key of the platform's own people and programs may do: put what a release says, read of all tenants, operate the
# mall: charge, settle, take tenants on; or show a person the accounts they joined.
Scope = Literal["write_back", "read", "operate", "persons"]

_PLATFORM_FORM = re.compile(r"pmp_[A-Za-z0-9_-]{43}")
_FORM = re.compile(r"pm_([0-9a-f]{32})_[A-Za-z0-9_-]{43}")


class Unauthenticated(Problem):
    """The request carries no valid API key."""

    slug = "unauthenticated"
    title = "A valid API key is needed"
    status = 401

    def __init__(self) -> None:
        super().__init__(
            "send your tenant's API key as `Authorization: Bearer pm_…`; one that is unknown or revoked does not do"
        )


class PlatformKeyNeeded(Problem):
    """The request carries no valid platform key of the scope."""

    slug = "platform-key-needed"
    title = "A valid platform key is needed"
    status = 401

    def __init__(self, scope: Scope) -> None:
        command = "pipeline key" if scope == "write_back" else f"platform key --scope {scope}"
        super().__init__(
            f"this is for the platform's own people and programs: send a platform key of scope {scope} as "
            f"`Authorization: Bearer pmp_…`; `pointmart {command}` makes one"
        )


def new_platform_key() -> str:
    """Return a new platform key, 256 random bits strong."""
    return f"pmp_{secrets.token_urlsafe(32)}"


def is_platform_key(key: str) -> bool:
    """Tell whether a text has the form of a platform key."""
    return _PLATFORM_FORM.fullmatch(key) is not None


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
