"""Tells of documents before they lapse, as licences are told of. Everything runs inside the caller's transaction."""

from datetime import datetime
from uuid import UUID

from transactional.clock import business_date
from transactional.database import Connection
from transactional.licences.domain import DAYS_BEFORE
from transactional.supplier_gates.refusals import UnknownDocumentAlert

# A document is renewed where another verified one of the kind and brand lasts longer and leaves no gap. Of what was
# rejected, and of what nobody verified, there is nothing to tell.
_EVALUATE = """
with telling as (
    select d.tenant_id, d.document_id, d.expires_on, d.rejected_at is not null or exists (
            select from mall.supplier_document n
            where n.tenant_id = d.tenant_id and n.supplier_id = d.supplier_id and n.kind = d.kind
                and n.brand_id is not distinct from d.brand_id and n.verified_at is not null and n.rejected_at is null
                and n.expires_on > d.expires_on and n.valid_from <= d.expires_on + 1
        ) as is_settled
    from mall.supplier_document d
    where d.verified_at is not null and ($4::uuid is null or d.tenant_id = $4 and d.supplier_id = $5)
        and d.expires_on <= $2::date + $6::int
), closed as (
    update mall.supplier_document_alert a set closed_at = greatest($1, a.opened_at)
    from telling t
    where a.tenant_id = t.tenant_id and a.document_id = t.document_id and a.closed_at is null and t.is_settled
    returning 1
), opened as (
    insert into mall.supplier_document_alert (tenant_id, document_id, days_before, opened_at)
    select t.tenant_id, t.document_id, l.days, $1
    from telling t
    cross join unnest($3::int[]) as l(days)
    where not t.is_settled and t.expires_on - $2::date <= l.days
    on conflict (tenant_id, document_id, days_before) do nothing
    returning 1
)
select (select count(*) from closed) + (select count(*) from opened)
"""


async def evaluate_alerts(
    connection: Connection, *, now: datetime, tenant_id: UUID | None = None, supplier_id: UUID | None = None
) -> int:
    """Open the alerts that are due and close those of renewed documents, of one supplier or all; return how many."""
    changed: int = await connection.fetchval(
        _EVALUATE, now, business_date(now), list(DAYS_BEFORE), tenant_id, supplier_id, max(DAYS_BEFORE)
    )
    return changed


async def acknowledge(
    connection: Connection, *, tenant_id: UUID, alert_id: UUID, by: str, now: datetime
) -> None:
    """Note that somebody has seen an alert; the first one stays.

    Raises:
        UnknownDocumentAlert: it is not there.
    """
    seen = await connection.fetchval(
        "update mall.supplier_document_alert set acknowledged_at = coalesce(acknowledged_at, $3), "
        "acknowledged_by = coalesce(acknowledged_by, $4) where tenant_id = $1 and alert_id = $2 returning true",
        tenant_id,
        alert_id,
        now,
        by,
    )
    if not seen:
        raise UnknownDocumentAlert(alert_id)
