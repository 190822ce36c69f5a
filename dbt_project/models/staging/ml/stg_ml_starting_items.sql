with starting_items as (select * from {{ source("ml", "starting_items") }})

select
    cast(tenant_id as uuid) as tenant_id,
    cast(member_group as varchar) as member_group,
    cast(item_id as uuid) as item_id,
    cast(score as double) as score,
    cast(starting_rank as bigint) as starting_rank
from starting_items
