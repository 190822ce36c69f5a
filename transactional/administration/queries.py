"""Reads what was done to the rows that the mall is run by. Rows are written by the database alone."""

import json
from typing import Any
from uuid import UUID

from transactional.database import Connection

_ACTS = """
select act_id, acted_at, actor, act, subject, subject_key, changed
from mall.administrative_act
where tenant_id = $1 and ($2::text is null or subject = $2) and ($3::text is null or actor = $3)
    and ($4::uuid is null or act_id < $4)
order by act_id desc limit $5
"""


async def acts_of(
    connection: Connection,
    *,
    tenant_id: UUID,
    subject: str | None,
    actor: str | None,
    before: UUID | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return acts on a tenant's rows, or on the platform's own under the nil tenant, the newest first."""
    rows = await connection.fetch(_ACTS, tenant_id, subject, actor, before, limit)
    return [
        {**dict(row), "subject_key": json.loads(row["subject_key"]), "changed": json.loads(row["changed"])}
        for row in rows
    ]
