with offers as (select * from {{ ref("stg_offers") }})

select
    tenant_id,
    item_id,
    price_points,
    cash_share_min_bp,
    cash_share_max_bp,
    handover,
    opted_in_at,
    listed_from,
    listed_until
from offers
