"""A supplier's dossier: where it stands, its documents with their last days, samples, trials and suspensions."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from transactional.clock import business_date
from transactional.database import Connection
from transactional.supplier_gates.domain import GATES
from transactional.supplier_gates.trials import figures_of
from transactional.suppliers.domain import UnknownSupplier

_SUPPLIER = """
select supplier_id, code, name, is_gated, mall.supplier_standing(tenant_id, supplier_id, $3) as status,
    mall.documents_in_order(tenant_id, supplier_id, is_gated, $3) as documents,
    mall.samples_passed(tenant_id, supplier_id, is_gated) as samples,
    mall.trial_passed(tenant_id, supplier_id, is_gated) as trial
from mall.supplier
where tenant_id = $1 and supplier_id = $2
"""
_DOCUMENTS = """
select d.document_id, d.kind, d.number, d.brand_id, b.code as brand_code, d.level, d.issued_on, d.valid_from,
    d.expires_on, d.expires_on - $3 as days_to_expiry, d.file_url, d.file_sha256, d.handed_in_by, d.handed_in_at,
    d.verified_by, d.verified_at, d.rejected_by, d.rejected_at, d.rejected_reason, d.is_forged,
    d.verified_at is not null and d.rejected_at is null and $3 between d.valid_from and d.expires_on as is_valid
from mall.supplier_document d
left join mall.brand b on b.brand_id = d.brand_id
where d.tenant_id = $1 and d.supplier_id = $2 and ($4::uuid is null or d.document_id = $4)
order by d.kind, d.expires_on desc, d.document_id
"""
_SAMPLES = """
select sample_id, reference, result, score, remarks, tested_on, noted_by, noted_at
from mall.supplier_sample
where tenant_id = $1 and supplier_id = $2 and ($3::uuid is null or sample_id = $3)
order by noted_at desc
"""
_TRIALS = """
select t.purchase_order_id, o.status as order_status, o.first_received_at, t.begun_at, t.result, t.judged_by, t.judged_at,
    t.delivered_quantity, t.due_quantity, t.shipped_quantity, t.complaints, t.answered, coalesce(t.quantity, (
        select sum(l.quantity) from mall.purchase_order_line l
        where l.tenant_id = t.tenant_id and l.purchase_order_id = t.purchase_order_id
    ))::bigint as quantity
from mall.supplier_trial t
join mall.purchase_order o using (tenant_id, purchase_order_id)
where t.tenant_id = $1 and t.supplier_id = $2 and ($3::uuid is null or t.purchase_order_id = $3)
order by t.begun_at desc
"""
_SUSPENSIONS = """
select suspension_id, failed_gate, reason, suspended_by, suspended_at, lifted_by, lifted_at
from mall.supplier_suspension
where tenant_id = $1 and supplier_id = $2
order by suspended_at desc
"""
_ALERTS = """
select a.alert_id, a.document_id, d.supplier_id, s.code as supplier_code, d.kind, d.number, d.expires_on, a.days_before,
    a.opened_at, a.acknowledged_at, a.acknowledged_by, a.closed_at
from mall.supplier_document_alert a
join mall.supplier_document d using (tenant_id, document_id)
join mall.supplier s using (tenant_id, supplier_id)
where a.tenant_id = $1 and ($2::uuid is null or a.alert_id = $2) and ($3 or a.closed_at is null)
order by d.expires_on, a.days_before
limit 1000
"""


async def find_dossier(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, now: datetime
) -> dict[str, Any]:
    """Return a supplier with everything that its gates know of it, the newest first; trials by what they came to by now.

    Raises:
        UnknownSupplier: it is not there.
    """
    supplier = await connection.fetchrow(_SUPPLIER, tenant_id, supplier_id, business_date(now))
    if supplier is None:
        raise UnknownSupplier(supplier_id)
    documents = await find_documents(
        connection, tenant_id=tenant_id, supplier_id=supplier_id, day=business_date(now)
    )
    samples = await find_samples(connection, tenant_id=tenant_id, supplier_id=supplier_id)
    trials = await find_trials(connection, tenant_id=tenant_id, supplier_id=supplier_id, now=now)
    suspensions = [dict(row) for row in await connection.fetch(_SUSPENSIONS, tenant_id, supplier_id)]
    told = dict(supplier)
    passed = {gate: told.pop(gate) for gate in GATES}
    moments = {
        "documents": [one["verified_at"] for one in documents if one["is_valid"]],
        "samples": [one["noted_at"] for one in samples[:1]],
        "trial": [one["judged_at"] for one in trials if one["judged_at"] is not None],
    }
    # A gate that nothing was asked for at was passed at no moment.
    gates = [
        {"gate": g, "is_passed": passed[g], "passed_at": max(moments[g], default=None) if passed[g] else None}
        for g in GATES
    ]
    return {
        **told,
        "gates": gates,
        "documents": documents,
        "samples": samples,
        "trials": trials,
        "suspensions": suspensions,
    }


async def find_documents(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, day: date, document_id: UUID | None = None
) -> list[dict[str, Any]]:
    """Return a supplier's documents by kind, those that last longest first, and whether each holds on a day."""
    rows = await connection.fetch(_DOCUMENTS, tenant_id, supplier_id, day, document_id)
    return [dict(row) for row in rows]


async def find_samples(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, sample_id: UUID | None = None
) -> list[dict[str, Any]]:
    """Return the tests of a supplier's samples, the newest first."""
    return [dict(row) for row in await connection.fetch(_SAMPLES, tenant_id, supplier_id, sample_id)]


async def find_trials(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, now: datetime, order_id: UUID | None = None
) -> list[dict[str, Any]]:
    """Return a supplier's trials, the newest first: as judged, or as their events stand now."""
    trials = [dict(row) for row in await connection.fetch(_TRIALS, tenant_id, supplier_id, order_id)]
    for trial in trials:
        since = trial.pop("first_received_at")
        if trial["result"] is None:
            figures = await figures_of(
                connection,
                tenant_id=tenant_id,
                order_id=trial["purchase_order_id"],
                since=since,
                quantity=trial["quantity"],
                now=now,
            )
            trial |= {
                name: getattr(figures, name)
                for name in (
                    "delivered_quantity",
                    "due_quantity",
                    "shipped_quantity",
                    "complaints",
                    "answered",
                )
            }
    return trials


async def list_alerts(
    connection: Connection, *, tenant_id: UUID, with_closed: bool, alert_id: UUID | None = None
) -> list[dict[str, Any]]:
    """Return the alerts of suppliers' documents, what lapses first at the top."""
    return [dict(row) for row in await connection.fetch(_ALERTS, tenant_id, alert_id, with_closed)]
