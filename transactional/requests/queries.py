"""Finds the first answer given under an idempotency key."""

import json
from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.engine.words import together
from transactional.problems import Problem


class UnknownRequest(Problem):
    """No request was decided under the key."""

    slug = "unknown-request"
    title = "No such request"
    status = 404

    def __init__(self, key: str) -> None:
        super().__init__(
            f"no request was decided under the key {key!r}; if you sent one, send it with this key again",
            idempotency_key=key,
        )


async def request_by_key(connection: Connection, *, tenant_id: UUID, key: str) -> dict[str, Any]:
    """Return what was asked under a key and what was answered first.

    Raises:
        UnknownRequest: nothing was decided under it.
    """
    row = await connection.fetchrow(
        "select operation, response_status, response_body, words, recorded_at from mall.idempotency_key "
        "where tenant_id = $1 and key = $2",
        tenant_id,
        key,
    )
    if row is None:
        raise UnknownRequest(key)
    return {
        "idempotency_key": key,
        "operation": row["operation"],
        "decided_at": row["recorded_at"],
        "status": row["response_status"],
        "body": json.loads(together(row["response_body"], row["words"])),
    }
