with totals as (select * from {{ ref("int_stock_totals_daily") }})

select
    tenant_id,
    date,
    on_hand_quantity,
    issued_quantity,
    issued_30_days_quantity,
    available_30_days_quantity
from totals
