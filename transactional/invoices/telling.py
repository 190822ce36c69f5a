"""What is told to those who listen when something becomes of an invoice."""

from typing import Literal
from uuid import UUID

from transactional.database import Connection

Happened = Literal["issued", "paid", "overdue"]

_TELL = """
insert into mall.outbox (tenant_id, topic, subject_id, payload)
select tenant_id, 'invoice.' || $3, invoice_id, jsonb_build_object('invoice_id', invoice_id, 'number', number,
    'month', to_char(month, 'YYYY-MM'), 'amount_fen', amount_fen, 'credited_fen', credited, 'paid_fen', paid,
    'remaining_fen', amount_fen - credited - paid, 'issued_at', issued_at, 'due_on', due_on)
from mall.invoice i
cross join lateral (
    select coalesce(sum(amount_fen), 0)::bigint as credited from mall.credit_note c
    where c.tenant_id = i.tenant_id and c.invoice_id = i.invoice_id
) credits
cross join lateral (
    select coalesce(sum(amount_fen), 0)::bigint as paid from mall.invoice_payment p
    where p.tenant_id = i.tenant_id and p.invoice_id = i.invoice_id
) payments
where tenant_id = $1 and invoice_id = $2
"""


async def tell(connection: Connection, *, tenant_id: UUID, invoice_id: UUID, happened: Happened) -> None:
    """Write what has become of an invoice to the outbox, as it stands in this transaction."""
    await connection.execute(_TELL, tenant_id, invoice_id, happened)
