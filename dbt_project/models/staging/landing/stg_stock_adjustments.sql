with stock_adjustments as (select * from {{ source("landing", "stock_adjustment") }})

select tenant_id, adjustment_id, warehouse_id, item_id, quantity, kind, effective_at, recorded_at
from stock_adjustments
