with adjustments as (select * from {{ ref("stg_stock_adjustments") }})

select
    tenant_id,
    adjustment_id,
    warehouse_id,
    item_id,
    {{ business_date("effective_at") }} as adjusted_date,
    kind,
    quantity,
    effective_at
from adjustments
