with item_neighbours as (select * from {{ ref("stg_ml_item_neighbours") }})

select tenant_id, item_id, neighbour_item_id, kind, weight, neighbour_rank
from item_neighbours
