with
    versions as (
        {{ newest_version(source("landing", "reservation"), ["tenant_id", "reservation_id"]) }}
    )

select
    tenant_id,
    reservation_id,
    item_id,
    purpose,
    quantity,
    left_count as left_quantity,
    reserved_at,
    expires_at,
    released_at,
    recorded_at
from versions
where version_rank = 1
