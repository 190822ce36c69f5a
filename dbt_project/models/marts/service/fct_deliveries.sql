with deliveries as (select * from {{ ref("int_deliveries") }})

select
    tenant_id,
    delivery_id,
    shipment_id,
    redemption_id,
    carrier,
    province,
    region,
    warehouse_id,
    status,
    unit_count,
    shipped_at,
    shipped_date,
    deliver_due_at,
    deliver_due_date,
    promised_at,
    delivered_at,
    delivery_days,
    is_delivered_on_time
from deliveries
