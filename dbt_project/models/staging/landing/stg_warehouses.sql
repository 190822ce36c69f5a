with
    versions as (
        {{ newest_version(source("landing", "warehouse"), ["tenant_id", "warehouse_id"]) }}
    )

select
    tenant_id,
    warehouse_id,
    code,
    name,
    region,
    capacity_units,
    rank,
    is_active,
    is_default,
    recorded_at
from versions
where version_rank = 1
