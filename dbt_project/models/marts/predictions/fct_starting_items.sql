with
    starting_items as (select * from {{ ref("stg_ml_starting_items") }}),
    items as (select * from {{ ref("stg_items") }})

-- Equals are listed as shops list them.
select
    starting_items.tenant_id,
    starting_items.member_group,
    starting_items.item_id,
    starting_items.score,
    row_number() over (
        partition by starting_items.tenant_id, starting_items.member_group
        order by
            starting_items.score desc,
            coalesce(items.listing_priority, 0) desc,
            starting_items.starting_rank
    ) as starting_rank
from starting_items
left join items on items.item_id = starting_items.item_id
