"""Makes keys and tells the tenant of a request."""

import asyncio
import time
from uuid import UUID

import asyncpg

from transactional.access.domain import (
    PlatformKeyNeeded,
    Scope,
    Unauthenticated,
    is_platform_key,
    key_hash,
    new_key,
    new_platform_key,
    tenant_of,
)
from transactional.acting import acts
from transactional.database import Connection, tenant_transaction

# A revoked key may work this much longer; in exchange most requests ask the database nothing.
_REMEMBERED_SECONDS = 2.0
_REMEMBERED_KEYS = 10_000


async def issue_key(connection: Connection, *, tenant_id: UUID, label: str) -> str:
    """Make a key for a tenant and return it; only its hash is kept."""
    key = new_key(tenant_id)
    await connection.execute(
        "insert into mall.api_key (tenant_id, key_hash, label) values ($1, $2, $3)",
        tenant_id,
        key_hash(key),
        label,
    )
    return key


async def issue_platform_key(connection: Connection, *, scope: Scope, label: str) -> str:
    """Make a key for one of the platform's own programs and return it; only its hash is kept.

    Needs the owner's connection: nobody who asks over HTTP can make one.
    """
    key = new_platform_key()
    await connection.execute(
        "insert into mall.platform_key (key_hash, scope, label) values ($1, $2, $3)",
        key_hash(key),
        scope,
        label,
    )
    return key


async def platform_key_label(connection: Connection | asyncpg.Pool, *, key: str, scope: Scope) -> str | None:
    """Return what a key of the platform's is called, None if it is none of this scope or was revoked."""
    if not is_platform_key(key):
        return None
    label: str | None = await connection.fetchval(
        "select label from mall.platform_key where key_hash = $1 and scope = $2 and revoked_at is null",
        key_hash(key),
        scope,
    )
    return label


class KeyRing:
    """Knows which tenant a key belongs to, remembering good keys for two seconds."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        # By the whole header, so that a known one costs neither a parse nor a hash.
        self._good_until: dict[str, tuple[UUID, float, str]] = {}
        self._looked_up: dict[str, asyncio.Task[str | None]] = {}

    async def tenant(self, authorization: str | None) -> UUID:
        """Return the tenant of an `Authorization` header.

        Raises:
            Unauthenticated: it is missing, malformed, unknown or revoked.
        """
        header = authorization or ""
        remembered = self._good_until.get(header)
        if remembered is not None and remembered[1] > time.monotonic():
            acts(remembered[2])
            return remembered[0]
        scheme, _, key = header.partition(" ")
        tenant_id = tenant_of(key) if scheme.lower() == "bearer" else None
        if tenant_id is None:
            raise Unauthenticated
        label = await self._label(header, tenant_id, key)
        if label is None:
            self._good_until.pop(header, None)
            raise Unauthenticated
        if len(self._good_until) >= _REMEMBERED_KEYS:
            self._good_until.clear()
        actor = f"key: {label}"
        self._good_until[header] = (tenant_id, time.monotonic() + _REMEMBERED_SECONDS, actor)
        acts(actor)
        return tenant_id

    async def _label(self, header: str, tenant_id: UUID, key: str) -> str | None:
        """Return what a key is called, None if there is no such key.

        Whoever asks while a key is being looked up waits for that answer: of a busy tenant all requests under way
        find it forgotten at once, and each would take a connection and five round trips.
        """
        looking = self._looked_up.get(header)
        if looking is None:
            looking = self._looked_up[header] = asyncio.create_task(self._look_up(tenant_id, key))
            looking.add_done_callback(lambda _: self._looked_up.pop(header))
        # One client that goes away must not take the others' answer with it.
        return await asyncio.shield(looking)

    async def _look_up(self, tenant_id: UUID, key: str) -> str | None:
        async with tenant_transaction(self._pool, tenant_id) as connection:
            label: str | None = await connection.fetchval(
                "select label from mall.api_key where tenant_id = $1 and key_hash = $2 and revoked_at is null",
                tenant_id,
                key_hash(key),
            )
        return label

    async def require_platform(self, authorization: str | None, scope: Scope) -> None:
        """Make sure that an `Authorization` header carries a platform key of a scope.

        Raises:
            PlatformKeyNeeded: it does not; a tenant's key is none.
        """
        scheme, _, key = (authorization or "").partition(" ")
        label = None
        if scheme.lower() == "bearer":
            label = await platform_key_label(self._pool, key=key, scope=scope)
        if label is None:
            raise PlatformKeyNeeded(scope)
        acts(f"platform key: {label}")
