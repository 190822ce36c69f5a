with versions as ({{ newest_version(source("landing", "offer"), ["tenant_id", "item_id"]) }})

select
    tenant_id, item_id, price_points, handover, opted_in_at, listed_from, listed_until, recorded_at
from versions
where version_rank = 1
