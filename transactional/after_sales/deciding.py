"""Decides cases. A refund goes through the engine under the case's own key, so that it happens exactly once."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec

from transactional.after_sales.clock import stop_clock
from transactional.after_sales.domain import CaseDecided, Outcome, Responsibility, UnderWay, UnknownCase
from transactional.after_sales.notes import add_note
from transactional.after_sales.replacing import take_replacement
from transactional.after_sales.telling import tell
from transactional.database import Connection, Pools, tenant_transaction
from transactional.engine.book import Answer
from transactional.engine.committer import Committer
from transactional.identifiers import derived
from transactional.redemption.commands import Refund
from transactional.vault import Vault
from transactional.worker.job import JobContext

_STEP = 50

# First, as refunds do: none of them is made while it is decided what is replaced.
_HELD = """
select mall.hold_member_account($1, r.member_id)
from mall.after_sales_case c
join mall.redemption r on r.tenant_id = c.tenant_id and r.redemption_id = c.redemption_id
where c.tenant_id = $1 and c.case_id = $2
"""
# All cases of the redemption are locked, in one order: two of them do not give the same pieces at the same time.
_LOCKED = """
select case_id, outcome, responsibility, decided_by, closed_at from mall.after_sales_case
where tenant_id = $1 and redemption_id = (
    select redemption_id from mall.after_sales_case where tenant_id = $1 and case_id = $2)
order by case_id
for update
"""
# Pieces that another case is replacing or refunding are not left for this one. What has come may be broken, too: then it
# is over.
_UNDER_WAY = """
with line as (
    select l.line_no, l.quantity - l.refunded_quantity as left_quantity, c.quantity as wanted
    from mall.after_sales_case c
    join mall.redemption_line l on l.tenant_id = c.tenant_id and l.redemption_id = c.redemption_id
        and (c.line_no is null or l.line_no = c.line_no)
    where c.tenant_id = $1 and c.case_id = $2 and l.quantity > l.refunded_quantity
), other as (
    select o.line_no, o.quantity, o.reference
    from mall.after_sales_case c
    join mall.after_sales_case o on o.tenant_id = c.tenant_id and o.redemption_id = c.redemption_id
        and o.case_id <> c.case_id and o.outcome in ('replace', 'refund') and o.closed_at is null
    where c.tenant_id = $1 and c.case_id = $2
)
select l.line_no, l.left_quantity, sum(coalesce(o.quantity, l.left_quantity))::int as under_way,
    min(o.reference) as reference
from line l
join other o on o.line_no is null or o.line_no = l.line_no
group by l.line_no, l.left_quantity, l.wanted
having coalesce(l.wanted, l.left_quantity) + sum(coalesce(o.quantity, l.left_quantity)) > l.left_quantity
order by l.line_no
limit 1
"""
_DECIDE = """
update mall.after_sales_case set outcome = $3::text, responsibility = $4, is_restocked = $5, decided_by = $6,
    decided_at = $7::timestamptz, closed_at = case when $8 then $7::timestamptz end
where tenant_id = $1 and case_id = $2
"""
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


@dataclass(frozen=True)
class Decision:
    """What comes of a case and who was responsible; `restock` says whether refunded pieces are back on the shelf."""

    outcome: Outcome
    responsibility: Responsibility
    by: str
    text: str
    restock: bool = False


async def decide_case(
    connection: Connection,
    vault: Vault | None,
    *,
    tenant_id: UUID,
    case_id: UUID,
    decision: Decision,
    now: datetime,
) -> bool:
    """Decide a case inside the caller's transaction; return whether a refund is to be made now.

    The same decision again changes nothing. Deciding answers a case that nobody has answered yet. A replacement takes its
    pieces from the stock at once; the case is closed when they have come.

    Raises:
        UnknownCase: it is not there.
        CaseDecided: it was decided otherwise.
        UnderWay: its pieces are being replaced or refunded by another case.
        NotReplaceable, ItemBarred, OutOfStock: it is to be replaced, and cannot be.
        VaultKeyMissing: there is nothing to seal the words with.
    """
    if decision.outcome == "replace":
        await connection.execute(_HELD, tenant_id, case_id)
    cases = {row["case_id"]: row for row in await connection.fetch(_LOCKED, tenant_id, case_id)}
    if case_id not in cases:
        raise UnknownCase(case_id)
    row = cases[case_id]
    if row["outcome"] is not None:
        if (row["outcome"], row["responsibility"]) != (decision.outcome, decision.responsibility):
            raise CaseDecided(case_id, row["outcome"], row["decided_by"])
        return decision.outcome == "refund" and row["closed_at"] is None
    if decision.outcome in ("refund", "replace"):
        await _require_idle(connection, tenant_id, case_id)
    is_closed = decision.outcome != "refund"
    if decision.outcome == "replace":
        lines = await take_replacement(connection, tenant_id=tenant_id, case_id=case_id, now=now)
        is_closed = all(line["handover"] != "shipping" for line in lines)
    await stop_clock(connection, tenant_id=tenant_id, case_id=case_id, now=now)
    await connection.execute(
        _DECIDE,
        tenant_id,
        case_id,
        decision.outcome,
        decision.responsibility,
        decision.restock,
        decision.by,
        now,
        is_closed,
    )
    await add_note(
        connection,
        vault,
        tenant_id=tenant_id,
        case_id=case_id,
        kind="decided",
        text=decision.text,
        by=decision.by,
        now=now,
    )
    if is_closed:
        await tell(connection, tenant_id=tenant_id, case_id=case_id, happened="closed")
    elif decision.outcome == "replace":
        await tell(connection, tenant_id=tenant_id, case_id=case_id, happened="replacing")
    return decision.outcome == "refund"


async def _require_idle(connection: Connection, tenant_id: UUID, case_id: UUID) -> None:
    busy = await connection.fetchrow(_UNDER_WAY, tenant_id, case_id)
    if busy is not None:
        raise UnderWay(
            busy["line_no"],
            left=busy["left_quantity"],
            under_way=busy["under_way"],
            reference=busy["reference"],
        )


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
