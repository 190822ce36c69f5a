with item_popularity as (select * from {{ ref("stg_ml_item_popularity") }})

select tenant_id, item_id, score, popularity_rank
from item_popularity
