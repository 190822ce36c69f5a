with versions as ({{ newest_version(source("landing", "flash_sale"), ["tenant_id", "sale_id"]) }})

select
    tenant_id,
    sale_id,
    item_id,
    price_points,
    starts_at,
    ends_at,
    allotted as allotted_quantity,
    left_count as left_quantity,
    member_limit,
    closed_at,
    recorded_at
from versions
where version_rank = 1
