"""Keys of the platform's own people and programs, made by whoever owns the database."""

import asyncio

import asyncpg

from transactional.access.domain import Scope
from transactional.access.operations import issue_platform_key


def new_platform_key(database_url: str, *, scope: Scope, label: str) -> str:
    """Make a key for one purpose and return it; the database keeps its hash alone.

    Args:
        label: what the key is for; its first 100 characters are kept, and the scope in place of none.
    """
    return asyncio.run(_issue(database_url, scope, label[:100] or scope))


async def _issue(database_url: str, scope: Scope, label: str) -> str:
    connection = await asyncpg.connect(database_url)
    try:
        return await issue_platform_key(connection, scope=scope, label=label)
    finally:
        await connection.close()
