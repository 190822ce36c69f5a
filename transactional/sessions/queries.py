"""Looks up tenants by their code and logins by their username."""

from uuid import UUID

import asyncpg

from transactional.database import Connection, tenant_transaction
from transactional.sessions.domain import Visitor

# No tenant has it, so an unknown code costs the same two statements as a known one.
_NO_TENANT = UUID(int=0)


async def find_login(pool: asyncpg.Pool, *, tenant_code: str, username: str) -> tuple[Visitor, str] | None:
    """Return the person and password hash of an enabled login, or None."""
    tenant = await pool.fetchrow("select tenant_id, name from mall.tenant_by_code($1)", tenant_code)
    tenant_id = tenant["tenant_id"] if tenant else _NO_TENANT
    async with tenant_transaction(pool, tenant_id) as connection:
        login = await _enabled_login(connection, tenant_id, username)
    if tenant is None or login is None:
        return None
    visitor = Visitor(tenant_id, tenant_code, tenant["name"], username, login["role"])
    return visitor, login["password_hash"]


async def find_role(pool: asyncpg.Pool, *, tenant_id: UUID, username: str) -> str | None:
    """Return the role of an enabled login, or None."""
    async with tenant_transaction(pool, tenant_id) as connection:
        login = await _enabled_login(connection, tenant_id, username)
    return None if login is None else login["role"]


async def _enabled_login(connection: Connection, tenant_id: UUID, username: str) -> asyncpg.Record | None:
    return await connection.fetchrow(
        "select role, password_hash from mall.login "
        "where tenant_id = $1 and username = $2 and disabled_at is null",
        tenant_id,
        username,
    )
