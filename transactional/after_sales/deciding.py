"""Decides cases; the refunds that are decided are made by `refunding`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from transactional.after_sales.clock import stop_clock
from transactional.after_sales.domain import CaseDecided, Outcome, Responsibility, UnderWay, UnknownCase
from transactional.after_sales.notes import add_note
from transactional.after_sales.replacing import take_replacement
from transactional.after_sales.telling import tell
from transactional.database import Connection
from transactional.vault import Vault

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
