with
    versions as (
        {{
            newest_version(
                source("landing", "purchase_order"), ["tenant_id", "purchase_order_id"]
            )
        }}
    )

select
    tenant_id,
    purchase_order_id,
    supplier_id,
    origin,
    status,
    order_by,
    created_at,
    approved_at,
    ordered_at,
    first_received_at,
    received_at,
    ended_at,
    recorded_at
from versions
where version_rank = 1
