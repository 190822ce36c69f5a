"""Records what was paid on invoices. Everything runs inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from transactional.database import Connection
from transactional.fees.operations import lock_books
from transactional.invoices.domain import is_payable, remaining_fen
from transactional.invoices.refusals import (
    PaymentExists,
    PaymentTooLarge,
    UnknownInvoice,
    UnknownInvoiceNumber,
)
from transactional.invoices.telling import tell
from transactional.request_types import require_past
from transactional.row_report import all_or_nothing

_SUMS = """
select i.amount_fen,
    coalesce((select sum(c.amount_fen) from mall.credit_note c
        where c.tenant_id = i.tenant_id and c.invoice_id = i.invoice_id), 0)::bigint as credited_fen,
    coalesce((select sum(p.amount_fen) from mall.invoice_payment p
        where p.tenant_id = i.tenant_id and p.invoice_id = i.invoice_id), 0)::bigint as paid_fen
from mall.invoice i
where i.tenant_id = $1 and i.invoice_id = $2
"""


@dataclass(frozen=True)
class NewPayment:
    """Money that came, or went back if it is negative; `reference` is the bank's name of it, so that it counts once."""

    reference: str
    amount_fen: int
    received_at: datetime


@dataclass(frozen=True)
class BankLine:
    """A line of a bank's file: a payment with the number of the invoice that it is on."""

    invoice_number: str
    payment: NewPayment


async def left_of(connection: Connection, *, tenant_id: UUID, invoice_id: UUID) -> int:
    """Return what is left of an invoice, fen; negative if so much is to be paid back.

    Raises:
        UnknownInvoice: the tenant has none with this id.
    """
    row = await connection.fetchrow(_SUMS, tenant_id, invoice_id)
    if row is None:
        raise UnknownInvoice(invoice_id)
    return remaining_fen(**dict(row))


async def record_payment(
    connection: Connection,
    *,
    tenant_id: UUID,
    invoice_id: UUID,
    new: NewPayment,
    by: str,
    now: datetime,
    is_told: bool = True,
) -> tuple[UUID, bool]:
    """Record money that came on an invoice, or went back.

    Args:
        is_told: whether those who listen are told that it is paid; of a past that is imported nobody is.

    Returns:
        The payment's id, and whether this call recorded it.

    Raises:
        UnknownInvoice: the tenant has none with this id.
        PaymentExists: the reference names another payment.
        PaymentTooLarge: more would be paid than is left, or more paid back than was given back.
        InvalidRequest: it is yet to come.
    """
    await lock_books(connection, tenant_id=tenant_id)
    left = await left_of(connection, tenant_id=tenant_id, invoice_id=invoice_id)
    known = await connection.fetchrow(
        "select payment_id, (invoice_id, amount_fen, received_at) = ($3::uuid, $4::bigint, $5::timestamptz) as is_same "
        "from mall.invoice_payment where tenant_id = $1 and reference = $2",
        tenant_id,
        new.reference,
        invoice_id,
        new.amount_fen,
        new.received_at,
    )
    if known is not None:
        if not known["is_same"]:
            raise PaymentExists(new.reference)
        return known["payment_id"], False
    require_past("received_at", new.received_at, now)
    if not is_payable(amount_fen=new.amount_fen, remaining_fen=left):
        raise PaymentTooLarge(left_fen=left, paid_fen=new.amount_fen)
    payment_id: UUID = await connection.fetchval(
        "insert into mall.invoice_payment (tenant_id, invoice_id, reference, amount_fen, received_at, recorded_by, "
        "noted_at) values ($1, $2, $3, $4, $5, $6, $7) returning payment_id",
        tenant_id,
        invoice_id,
        new.reference,
        new.amount_fen,
        new.received_at,
        by,
        now,
    )
    if is_told and new.amount_fen == left > 0:
        await tell(connection, tenant_id=tenant_id, invoice_id=invoice_id, happened="paid")
    return payment_id, True


async def record_bank_file(
    connection: Connection, *, lines: Sequence[BankLine], by: str, now: datetime
) -> int:
    """Record all lines of a bank's file or nothing, and return how many were new. Needs the committer's connection.

    Raises:
        RowsRefused: naming each line that is refused.
    """

    # Two files at once would wait for each other's tenants.
    await connection.execute("select pg_advisory_xact_lock(hashtextextended('bank file', 0))")

    async def take(line: BankLine) -> bool:
        found = await connection.fetch(
            "select tenant_id, invoice_id from mall.invoice where number = $1", line.invoice_number
        )
        if len(found) != 1:
            raise UnknownInvoiceNumber(line.invoice_number)
        (tenant_id, invoice_id) = found[0]
        _, is_new = await record_payment(
            connection, tenant_id=tenant_id, invoice_id=invoice_id, new=line.payment, by=by, now=now
        )
        return is_new

    return sum(await all_or_nothing(lines, take))
