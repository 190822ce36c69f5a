with versions as ({{ newest_version(source("landing", "top_up"), ["tenant_id", "top_up_id"]) }})

select
    tenant_id,
    top_up_id,
    redemption_id,
    line_no,
    item_id,
    quantity,
    provider,
    status,
    attempts,
    requested_at,
    settled_at,
    refunded_at,
    recorded_at
from versions
where version_rank = 1
