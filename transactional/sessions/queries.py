"""Looks up tenants by their code and logins by their username."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from transactional.database import NO_TENANT, Connection, tenant_transaction
from transactional.sessions.domain import Visitor


@dataclass(frozen=True)
class Login:
    """An enabled login as it is now.

    Attributes:
        sessions_from: sessions opened before are over; None: none is.
    """

    role: str
    password_hash: str
    sessions_from: datetime | None


async def find_tenant_by_code(pool: asyncpg.Pool, tenant_code: str) -> tuple[UUID, str] | None:
    """Return the id and the name of the tenant with a code, or None."""
    tenant = await pool.fetchrow("select tenant_id, name from mall.tenant_by_code($1)", tenant_code)
    return None if tenant is None else (tenant["tenant_id"], tenant["name"])


async def find_login(pool: asyncpg.Pool, *, tenant_id: UUID, username: str) -> Login | None:
    """Return an enabled login of a tenant, or None."""
    async with tenant_transaction(pool, tenant_id) as connection:
        row = await connection.fetchrow(
            "select role, password_hash, sessions_from from mall.login "
            "where tenant_id = $1 and username = $2 and disabled_at is null",
            tenant_id,
            username,
        )
    return None if row is None else Login(**dict(row))


async def find_linked(pool: asyncpg.Pool, *, tenant_code: str, issuer: str, subject: str) -> Visitor | None:
    """Return the person of a tenant whom an identity provider knows by a subject; None without an enabled login."""
    tenant = await find_tenant_by_code(pool, tenant_code)
    # An unknown code costs the same statements as a known one.
    tenant_id, name = tenant or (NO_TENANT, "")
    async with tenant_transaction(pool, tenant_id) as connection:
        row = await connection.fetchrow(
            "select l.username, l.role from mall.login_identity i "
            "join mall.login l on l.tenant_id = i.tenant_id and l.username = i.username "
            "where i.tenant_id = $1 and i.issuer = $2 and i.subject = $3 and l.disabled_at is null",
            tenant_id,
            issuer,
            subject,
        )
    return None if row is None else Visitor(tenant_id, tenant_code, name, row["username"], row["role"])


async def note_failure(
    connection: Connection, *, tenant_id: UUID, username: str, most: int, locked_until: datetime
) -> None:
    """Count a wrong password; the last of so many in a row locks the login until then."""
    await connection.execute(
        "update mall.login set failed_count = (failed_count + 1) % $3::int, "
        "locked_until = case when failed_count + 1 >= $3::int then $4 else locked_until end "
        "where tenant_id = $1 and username = $2",
        tenant_id,
        username,
        most,
        locked_until,
    )


async def note_success(connection: Connection, *, tenant_id: UUID, username: str, now: datetime) -> bool:
    """Begin to count anew after a right password, and tell whether the login is not locked."""
    return bool(
        await connection.fetchval(
            "update mall.login set failed_count = 0, locked_until = null "
            "where tenant_id = $1 and username = $2 and disabled_at is null "
            "and (locked_until is null or locked_until <= $3) returning true",
            tenant_id,
            username,
            now,
        )
    )


async def store_password(
    connection: Connection, *, tenant_id: UUID, username: str, password_hash: str, now: datetime
) -> None:
    """Change the password of a login; all sessions opened before are over."""
    await connection.execute(
        "update mall.login set password_hash = $3, sessions_from = $4 where tenant_id = $1 and username = $2",
        tenant_id,
        username,
        password_hash,
        now,
    )
