"""Opens and answers cases. Their clock is in `clock`, and they are decided by `deciding`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from transactional.after_sales.clock import stop_clock
from transactional.after_sales.domain import (
    ANSWER_WITHIN,
    CaseExists,
    NotTakenBack,
    Reason,
    Type,
    UnknownCase,
)
from transactional.after_sales.notes import add_note
from transactional.after_sales.telling import tell
from transactional.clock import business_date
from transactional.database import Connection
from transactional.problems import InvalidRequest
from transactional.redemption.domain import UnknownRedemption
from transactional.redemption.refusals import UnknownLine
from transactional.vault import Vault

_INSERT = """
insert into mall.after_sales_case (tenant_id, case_id, reference, request_hash, redemption_id, line_no, quantity,
    member_id, supplier_id, type, reason, opened_at, due_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict (tenant_id, reference) do nothing returning true
"""
# The supplier of a line is the first by rank with terms of its item on the day.
_SUPPLIER = """
select t.supplier_id
from mall.supplier_terms t
join mall.supplier s using (tenant_id, supplier_id)
where t.tenant_id = $1 and t.item_id = $2 and s.status = 'active' and $3 between t.valid_from and coalesce(t.valid_until, $3)
order by t.rank, t.terms_id
limit 1
"""
# What the case is about and its listing said would not be taken back.
_KEPT = """
select l.item_id
from mall.redemption_line l
join mall.item i using (item_id)
where l.tenant_id = $1 and l.redemption_id = $2 and ($3::smallint is null or l.line_no = $3)
    and 'no_return' = any(i.compliance_flags)
order by l.line_no
limit 1
"""


@dataclass(frozen=True)
class NewCase:
    """A case to be opened; `reference` is the sender's own name of it, so that a retry opens no second one.

    Attributes:
        line_no, quantity: which pieces of the redemption it is about; None is all of it.
    """

    reference: str
    redemption_id: UUID
    type: Type
    reason: Reason
    text: str
    opened_by: str
    line_no: int | None = None
    quantity: int | None = None


async def open_case(
    connection: Connection,
    vault: Vault | None,
    *,
    tenant_id: UUID,
    case_id: UUID,
    new: NewCase,
    request_hash: bytes,
    now: datetime,
) -> tuple[UUID, bool]:
    """Open a case inside the caller's transaction; return its id and whether this call opened it.

    Raises:
        CaseExists: the reference names a case with other particulars.
        UnknownRedemption, UnknownLine: it is about what is not there.
        NotTakenBack: somebody changed their mind about what is not taken back for that.
        InvalidRequest: it is about more pieces than the line has.
        VaultKeyMissing: there is nothing to seal what was said with.
    """
    known = await _known(connection, tenant_id, new.reference, request_hash)
    if known is not None:
        return known, False
    member_id = await connection.fetchval(
        "select r.member_id from mall.redemption r "
        "join mall.member m on m.tenant_id = r.tenant_id and m.member_id = r.member_id and m.erased_at is null "
        "where r.tenant_id = $1 and r.redemption_id = $2",
        tenant_id,
        new.redemption_id,
    )
    if member_id is None:
        raise UnknownRedemption(f"your tenant has no redemption {new.redemption_id}")
    quantity, supplier_id = None, None
    if new.line_no is not None:
        line = await connection.fetchrow(
            "select item_id, quantity from mall.redemption_line "
            "where tenant_id = $1 and redemption_id = $2 and line_no = $3",
            tenant_id,
            new.redemption_id,
            new.line_no,
        )
        if line is None:
            raise UnknownLine(new.line_no)
        quantity = new.quantity or line["quantity"]
        if quantity > line["quantity"]:
            raise InvalidRequest(f"quantity: line {new.line_no} has {line['quantity']} pieces")
        supplier_id = await connection.fetchval(_SUPPLIER, tenant_id, line["item_id"], business_date(now))
    if new.reason == "changed_mind" and new.type in ("return", "exchange"):
        kept = await connection.fetchval(_KEPT, tenant_id, new.redemption_id, new.line_no)
        if kept is not None:
            raise NotTakenBack(kept)
    inserted = await connection.fetchval(
        _INSERT,
        tenant_id,
        case_id,
        new.reference,
        request_hash,
        new.redemption_id,
        new.line_no,
        quantity,
        member_id,
        supplier_id,
        new.type,
        new.reason,
        now,
        now + ANSWER_WITHIN,
    )
    if not inserted:
        # Another request with this reference was faster.
        known = await _known(connection, tenant_id, new.reference, request_hash)
        assert known is not None
        return known, False
    await add_note(
        connection,
        vault,
        tenant_id=tenant_id,
        case_id=case_id,
        kind="opened",
        text=new.text,
        by=new.opened_by,
        now=now,
    )
    await tell(connection, tenant_id=tenant_id, case_id=case_id, happened="opened")
    return case_id, True


async def answer_case(
    connection: Connection,
    vault: Vault | None,
    *,
    tenant_id: UUID,
    case_id: UUID,
    text: str,
    by: str,
    now: datetime,
) -> None:
    """Answer a case inside the caller's transaction; the first answer stops its clock.

    Raises:
        UnknownCase: it is not there.
        VaultKeyMissing: there is nothing to seal the answer with.
    """
    row = await connection.fetchrow(
        "select answered_at from mall.after_sales_case where tenant_id = $1 and case_id = $2 for update",
        tenant_id,
        case_id,
    )
    if row is None:
        raise UnknownCase(case_id)
    await add_note(
        connection, vault, tenant_id=tenant_id, case_id=case_id, kind="answered", text=text, by=by, now=now
    )
    if row["answered_at"] is None:
        await stop_clock(connection, tenant_id=tenant_id, case_id=case_id, now=now)
        await tell(connection, tenant_id=tenant_id, case_id=case_id, happened="answered")


async def _known(connection: Connection, tenant_id: UUID, reference: str, request_hash: bytes) -> UUID | None:
    row = await connection.fetchrow(
        "select case_id, request_hash from mall.after_sales_case where tenant_id = $1 and reference = $2",
        tenant_id,
        reference,
    )
    if row is None:
        return None
    if row["request_hash"] != request_hash:
        raise CaseExists(reference, row["case_id"])
    case_id: UUID = row["case_id"]
    return case_id
