with
    versions as (
        {{ newest_version(source("landing", "expired_stock"), ["tenant_id", "alert_id"]) }}
    )

select
    tenant_id,
    alert_id,
    warehouse_id,
    item_id,
    expires_on,
    quantity,
    opened_at,
    closed_at,
    recorded_at
from versions
where version_rank = 1
