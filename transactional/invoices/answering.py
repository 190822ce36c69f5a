"""How requests end that make something of an invoice: with the invoice as it then stands."""

from datetime import datetime
from uuid import UUID

from fastapi import Response

from transactional.clock import business_date
from transactional.database import Connection
from transactional.invoices.documents import InvoiceInFull
from transactional.invoices.queries import find_invoice


async def told_in_full(
    connection: Connection,
    response: Response,
    *,
    tenant_id: UUID,
    invoice_id: UUID,
    is_new: bool,
    now: datetime,
) -> InvoiceInFull:
    """Return an invoice with all that is on it; 200 says that the request was known, its route's status that it is new."""
    found = await find_invoice(
        connection, tenant_id=tenant_id, invoice_id=invoice_id, today=business_date(now)
    )
    if not is_new:
        response.status_code = 200
    return InvoiceInFull.model_validate(found)
