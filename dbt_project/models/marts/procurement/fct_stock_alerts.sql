with alerts as (select * from {{ ref("stg_stock_alerts") }})

select
    tenant_id,
    alert_id,
    item_id,
    warehouse_id,
    {{ business_date("opened_at") }} as opened_date,
    threshold_quantity,
    quantity,
    opened_at,
    acknowledged_at,
    closed_at,
    closed_at is null as is_open
from alerts
