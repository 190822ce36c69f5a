"""Every act about a tenant's rules, who did it and why. Everything runs inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from transactional.database import Connection

Act = Literal["added", "proposed", "activated", "withdrawn", "ended"]

_ACTS = """
select act_id, act, rule_id, proposal_id, reason, acted_by, acted_at
from mall.risk_rule_act
where tenant_id = $1 and ($2::uuid is null or act_id < $2)
order by act_id desc
limit $3
"""


@dataclass(frozen=True)
class Actor:
    """Who acts, when and why; `name` is None where a program with the tenant's key names nobody."""

    name: str | None
    reason: str
    at: datetime


async def note_act(
    connection: Connection,
    *,
    tenant_id: UUID,
    act: Act,
    actor: Actor,
    rule_ids: Sequence[UUID] = (),
    proposal_id: UUID | None = None,
) -> None:
    """Keep an act about each of some rules, or about a proposal alone."""
    await connection.executemany(
        "insert into mall.risk_rule_act (tenant_id, act, rule_id, proposal_id, reason, acted_by, acted_at) "
        "values ($1, $2, $3, $4, $5, $6, $7)",
        [
            (tenant_id, act, rule_id, proposal_id, actor.reason, actor.name, actor.at)
            for rule_id in (rule_ids or (None,))
        ],
    )


async def list_acts(
    connection: Connection, *, tenant_id: UUID, before: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Return acts about rules, the newest first, those before one."""
    return [dict(row) for row in await connection.fetch(_ACTS, tenant_id, before, limit)]
