with warehouse_movements as (select * from {{ source("landing", "warehouse_movement") }})

select tenant_id, movement_id, warehouse_id, item_id, quantity, reason, effective_at, recorded_at
from warehouse_movements
