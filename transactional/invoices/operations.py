"""Closes months and gives back. Everything runs inside the caller's transaction."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from transactional.clock import business_date
from transactional.database import Connection
from transactional.fees.domain import month_of
from transactional.fees.operations import charge_measured, lock_books
from transactional.fees.queries import live_day
from transactional.fees.refusals import MonthNotOver
from transactional.invoices.payments import left_of
from transactional.invoices.refusals import CreditNoteExists, CreditTooLarge, NothingToInvoice, UnknownInvoice
from transactional.invoices.telling import tell
from transactional.invoices.terms import due_day

_ISSUE = """
with summed as (
    select count(*)::int as fees, coalesce(sum(due_fen), 0)::bigint as amount_fen,
        coalesce(sum(waived_fen), 0)::bigint as waived_fen
    from mall.fee where tenant_id = $1 and month = $2
), issued as (
    insert into mall.invoice (tenant_id, number, month, fees, amount_fen, waived_fen, issued_at, due_on)
    select $1, t.code || '-' || to_char($2::date, 'YYYYMM'), $2, s.fees, s.amount_fen, s.waived_fen, $3, $4
    from summed s, mall.tenant t
    where t.tenant_id = $1 and s.fees > 0
    returning invoice_id
), lines as (
    insert into mall.invoice_line (tenant_id, invoice_id, fee_id, month, due_fen)
    select $1, i.invoice_id, f.fee_id, f.month, f.due_fen
    from issued i, mall.fee f
    where f.tenant_id = $1 and f.month = $2
)
select invoice_id from issued
"""


@dataclass(frozen=True)
class NewCreditNote:
    """What is given back of an invoice; `reference` names it, so that it is given once."""

    reference: str
    amount_fen: int
    reason: str
    issued_by: str


async def issue_invoice(
    connection: Connection, *, tenant_id: UUID, month: date, now: datetime, is_told: bool = True
) -> tuple[UUID, bool]:
    """Charge what a month measured and issue its invoice, once and for good.

    Args:
        is_told: whether those who listen are told; of a past that is imported nobody is.

    Returns:
        The invoice's id, and whether this call issued it.

    Raises:
        UnknownTenant: there is none with this id.
        MonthNotOver: the month has not ended in Shanghai.
        NothingToInvoice: no confirmed tariff bound the tenant in it.
    """
    await lock_books(connection, tenant_id=tenant_id)
    await live_day(connection, tenant_id=tenant_id)
    known: UUID | None = await connection.fetchval(
        "select invoice_id from mall.invoice where tenant_id = $1 and month = $2", tenant_id, month
    )
    if known is not None:
        return known, False
    today = business_date(now)
    if month >= month_of(today):
        raise MonthNotOver(month)
    await charge_measured(connection, tenant_id=tenant_id, month=month, now=now)
    due = await due_day(connection, tenant_id=tenant_id, issued_on=today)
    issued: UUID | None = await connection.fetchval(_ISSUE, tenant_id, month, now, due)
    if issued is None:
        raise NothingToInvoice(month)
    if is_told:
        await tell(connection, tenant_id=tenant_id, invoice_id=issued, happened="issued")
    return issued, True


async def give_credit(
    connection: Connection,
    *,
    tenant_id: UUID,
    invoice_id: UUID,
    new: NewCreditNote,
    request_hash: bytes,
    now: datetime,
) -> tuple[UUID, bool]:
    """Give back a part of an invoice, or all of it.

    Returns:
        The credit note's id, and whether this call issued it.

    Raises:
        UnknownInvoice: the tenant has none with this id.
        CreditNoteExists: the reference names another one.
        CreditTooLarge: all credit notes together exceed the invoice.
    """
    await lock_books(connection, tenant_id=tenant_id)
    invoiced = await connection.fetchval(
        "select amount_fen from mall.invoice where tenant_id = $1 and invoice_id = $2", tenant_id, invoice_id
    )
    if invoiced is None:
        raise UnknownInvoice(invoice_id)
    known = await connection.fetchrow(
        "select credit_note_id, invoice_id, request_hash from mall.credit_note "
        "where tenant_id = $1 and reference = $2",
        tenant_id,
        new.reference,
    )
    if known is not None:
        if (known["invoice_id"], known["request_hash"]) != (invoice_id, request_hash):
            raise CreditNoteExists(new.reference)
        return known["credit_note_id"], False
    credited = await connection.fetchval(
        "select coalesce(sum(amount_fen), 0)::bigint from mall.credit_note where tenant_id = $1 and invoice_id = $2",
        tenant_id,
        invoice_id,
    )
    if credited + new.amount_fen > invoiced:
        raise CreditTooLarge(left_fen=invoiced - credited, asked_fen=new.amount_fen)
    left = await left_of(connection, tenant_id=tenant_id, invoice_id=invoice_id)
    note: UUID = await connection.fetchval(
        "insert into mall.credit_note (tenant_id, invoice_id, reference, request_hash, amount_fen, reason, issued_by, "
        "issued_at) values ($1, $2, $3, $4, $5, $6, $7, $8) returning credit_note_id",
        tenant_id,
        invoice_id,
        new.reference,
        request_hash,
        new.amount_fen,
        new.reason,
        new.issued_by,
        now,
    )
    if 0 < left <= new.amount_fen:
        await tell(connection, tenant_id=tenant_id, invoice_id=invoice_id, happened="paid")
    return note, True
