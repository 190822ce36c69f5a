with offers as (select * from {{ ref("stg_offers") }})

select tenant_id, item_id, price_points, handover, opted_in_at, listed_from, listed_until
from offers
