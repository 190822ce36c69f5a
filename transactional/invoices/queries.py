"""Invoices as their tenant sees them."""

from datetime import date
from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.fees.queries import list_fees
from transactional.invoices.domain import remaining_fen, state_of
from transactional.invoices.refusals import UnknownInvoice

_INVOICES = """
select i.invoice_id, i.number, i.month, i.fees as fee_count, i.amount_fen, i.waived_fen, i.issued_at, i.due_on,
    coalesce((select sum(c.amount_fen) from mall.credit_note c
        where c.tenant_id = i.tenant_id and c.invoice_id = i.invoice_id), 0)::bigint as credited_fen,
    coalesce((select sum(p.amount_fen) from mall.invoice_payment p
        where p.tenant_id = i.tenant_id and p.invoice_id = i.invoice_id), 0)::bigint as paid_fen
from mall.invoice i
where i.tenant_id = $1
"""
_CREDITS = """
select credit_note_id, reference, amount_fen, reason, issued_by, issued_at
from mall.credit_note
where tenant_id = $1 and invoice_id = $2
order by credit_note_id
"""
_PAYMENTS = """
select payment_id, reference, amount_fen, received_at, recorded_by, noted_at
from mall.invoice_payment
where tenant_id = $1 and invoice_id = $2
order by payment_id
"""
# An invoice has a fee for each line of a tariff and span of days, and the pieces of a month.
_MOST_FEES = 100_000


async def list_invoices(
    connection: Connection, *, tenant_id: UUID, today: date, before: UUID | None = None, limit: int = 1
) -> list[dict[str, Any]]:
    """Return invoices as they stand today, the newest first, those before one."""
    rows = await connection.fetch(
        f"{_INVOICES} and ($2::uuid is null or i.invoice_id < $2) order by i.invoice_id desc limit $3",
        tenant_id,
        before,
        limit,
    )
    return [_standing(dict(row), today) for row in rows]


async def find_invoice(
    connection: Connection, *, tenant_id: UUID, invoice_id: UUID, today: date
) -> dict[str, Any]:
    """Return an invoice as it stands today, with its fees, its credit notes and what was paid.

    Raises:
        UnknownInvoice: the tenant has none with this id.
    """
    row = await connection.fetchrow(f"{_INVOICES} and i.invoice_id = $2", tenant_id, invoice_id)
    if row is None:
        raise UnknownInvoice(invoice_id)
    fees = await list_fees(connection, tenant_id=tenant_id, invoice_id=invoice_id, limit=_MOST_FEES)
    credits = await connection.fetch(_CREDITS, tenant_id, invoice_id)
    payments = await connection.fetch(_PAYMENTS, tenant_id, invoice_id)
    return _standing(dict(row), today) | {
        "fees": fees,
        "credit_notes": [dict(credit) for credit in credits],
        "payments": [dict(payment) for payment in payments],
    }


def _standing(row: dict[str, Any], today: date) -> dict[str, Any]:
    left = remaining_fen(
        amount_fen=row["amount_fen"], credited_fen=row["credited_fen"], paid_fen=row["paid_fen"]
    )
    state = state_of(remaining_fen=left, paid_fen=row["paid_fen"], due_on=row["due_on"], today=today)
    return row | {"remaining_fen": left, "state": state}
