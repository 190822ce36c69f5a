with versions as ({{ newest_version(source("landing", "stock_alert"), ["tenant_id", "alert_id"]) }})

select
    tenant_id,
    alert_id,
    item_id,
    warehouse_id,
    threshold_quantity,
    quantity,
    opened_at,
    acknowledged_at,
    closed_at,
    recorded_at
from versions
where version_rank = 1
