with starting_items as (select * from {{ ref("stg_ml_starting_items") }})

select tenant_id, member_group, item_id, score, starting_rank
from starting_items
