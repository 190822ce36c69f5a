with
    item_popularity as (select * from {{ ref("stg_ml_item_popularity") }}),
    items as (select * from {{ ref("stg_items") }})

-- Equals are listed as shops list them.
select
    item_popularity.tenant_id,
    item_popularity.item_id,
    item_popularity.score,
    cast(
        row_number() over (
            partition by item_popularity.tenant_id
            order by
                item_popularity.score desc,
                coalesce(items.listing_priority, 0) desc,
                item_popularity.popularity_rank
        ) as integer
    ) as popularity_rank
from item_popularity
left join items on items.item_id = item_popularity.item_id
