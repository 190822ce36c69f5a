with item_neighbours as (select * from {{ source("ml", "item_neighbours") }})

select
    cast(tenant_id as uuid) as tenant_id,
    cast(item_id as uuid) as item_id,
    cast(neighbour_item_id as uuid) as neighbour_item_id,
    cast(kind as varchar) as kind,
    cast(weight as double) as weight,
    cast(neighbour_rank as integer) as neighbour_rank
from item_neighbours
