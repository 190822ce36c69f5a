with
    versions as (
        {{
            newest_version(
                source("landing", "supplier_trial"), ["tenant_id", "purchase_order_id"]
            )
        }}
    )

select
    tenant_id,
    purchase_order_id,
    supplier_id,
    begun_at,
    quantity,
    delivered_quantity,
    due_quantity,
    shipped_quantity,
    complaints as complaint_count,
    answered as answered_count,
    result,
    judged_at,
    recorded_at
from versions
where version_rank = 1
