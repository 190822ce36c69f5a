with
    versions as (
        {{ newest_version(source("landing", "compensation"), ["tenant_id", "compensation_id"]) }}
    )

select
    tenant_id,
    compensation_id,
    clock,
    redemption_id,
    shipment_id,
    party,
    supplier_id,
    carrier,
    due_at,
    opened_at,
    points,
    credited_at,
    outcome,
    settled_at,
    recorded_at
from versions
where version_rank = 1
