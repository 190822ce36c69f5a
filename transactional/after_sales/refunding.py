"""Makes the refunds that were decided: through the engine under the case's own key, so that each happens exactly once."""

from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec

from transactional.after_sales.notes import add_note
from transactional.after_sales.telling import tell
from transactional.database import Pools, tenant_transaction
from transactional.engine.book import Answer
from transactional.engine.committer import Committer
from transactional.identifiers import derived
from transactional.redemption.commands import Refund
from transactional.vault import Vault
from transactional.worker.job import JobContext

_STEP = 50
_REOPEN = """
update mall.after_sales_case set outcome = null, responsibility = null, is_restocked = null, decided_by = null,
    decided_at = null
where tenant_id = $1 and case_id = $2 and closed_at is null and outcome = 'refund'
returning true
"""
_CLOSE = """
update mall.after_sales_case set closed_at = $3
where tenant_id = $1 and case_id = $2 and closed_at is null and outcome = 'refund'
returning true
"""
_DUE = """
select tenant_id, case_id from mall.after_sales_case
where outcome = 'refund' and closed_at is null order by decided_at limit $1
"""


async def make_refund(
    pools: Pools,
    committer: Committer,
    vault: Vault | None,
    *,
    tenant_id: UUID,
    case_id: UUID,
    now: datetime,
) -> Answer | None:
    """Give back what a case was decided to, once, and close it; a refusal of the engine opens it again.

    Returns:
        The engine's refusal, None if the refund is made.

    Raises:
        CommitUnavailable, Overloaded: the engine did not take it; the worker tries again.
    """
    async with tenant_transaction(pools.api, tenant_id) as connection:
        row = await connection.fetchrow(
            "select redemption_id, line_no, quantity, is_restocked, reason, decided_at from mall.after_sales_case "
            "where tenant_id = $1 and case_id = $2 and outcome = 'refund' and closed_at is null",
            tenant_id,
            case_id,
        )
    if row is None:
        return None
    # A case that is decided again after a refusal asks anew; a repetition of one decision does not.
    key = f"after-sales:{case_id}:{row['decided_at'].isoformat()}"
    lines = None if row["line_no"] is None else ((row["line_no"], row["quantity"]),)
    answer = await committer.submit(
        Refund(
            tenant_id=tenant_id,
            key=key,
            body_hash=sha256(key.encode()).digest(),
            at=now,
            redemption_id=row["redemption_id"],
            transfer_id=derived(case_id, 1),
            lines=lines,
            points=None,
            restock=row["is_restocked"],
            reason=f"after-sales: {row['reason']}",
        )
    )
    async with tenant_transaction(pools.api, tenant_id) as connection:
        if answer.status < 400:
            if await connection.fetchval(_CLOSE, tenant_id, case_id, now):
                await tell(connection, tenant_id=tenant_id, case_id=case_id, happened="closed")
            return None
        if await connection.fetchval(_REOPEN, tenant_id, case_id):
            why = str(msgspec.json.decode(answer.body)["detail"])[:2000]
            await add_note(
                connection,
                vault,
                tenant_id=tenant_id,
                case_id=case_id,
                kind="refund_refused",
                text=why,
                by="engine",
                now=now,
            )
            await tell(connection, tenant_id=tenant_id, case_id=case_id, happened="refund_refused")
    return answer


async def make_refunds(context: JobContext) -> int:
    """Make the refunds that were decided and not made, because something broke in between; return how many."""
    rows = await context.pools.committer.fetch(_DUE, _STEP)
    for row in rows:
        await make_refund(
            context.pools,
            context.committer,
            context.settings.vault(),
            tenant_id=row["tenant_id"],
            case_id=row["case_id"],
            now=context.clock(),
        )
    return len(rows)
