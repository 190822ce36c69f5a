with versions as ({{ newest_version(source("landing", "shipment"), ["tenant_id", "shipment_id"]) }})

select
    tenant_id,
    shipment_id,
    redemption_id,
    carrier,
    province,
    region,
    warehouse_id,
    status,
    created_at,
    shipped_at,
    due_at,
    delivered_at,
    ended_at,
    recorded_at
from versions
where version_rank = 1
