with versions as ({{ newest_version(source("landing", "offer"), ["tenant_id", "item_id"]) }})

-- Rows landed before offers had bounds of their own keep to those of the program.
select
    tenant_id,
    item_id,
    price_points,
    coalesce(cash_share_min_bp, 0) as cash_share_min_bp,
    coalesce(cash_share_max_bp, 10000) as cash_share_max_bp,
    handover,
    opted_in_at,
    listed_from,
    listed_until,
    recorded_at
from versions
where version_rank = 1
