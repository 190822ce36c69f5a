with stock_movements as (select * from {{ source("landing", "stock_movement") }})

select tenant_id, movement_id, item_id, quantity, reason, effective_at, recorded_at
from stock_movements
