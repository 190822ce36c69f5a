with fulfilments as (select * from {{ ref("int_fulfilments") }})

select
    tenant_id,
    redemption_id,
    status,
    paid_at,
    ship_due_at,
    ship_due_date,
    shipped_at,
    delivered_at,
    is_shipped_on_time
from fulfilments
