with item_popularity as (select * from {{ source("ml", "item_popularity") }})

select
    cast(tenant_id as uuid) as tenant_id,
    cast(item_id as uuid) as item_id,
    cast(score as double) as score,
    cast(popularity_rank as integer) as popularity_rank
from item_popularity
