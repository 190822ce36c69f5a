with movements as (select * from {{ ref("stg_warehouse_movements") }})

select
    tenant_id,
    warehouse_id,
    item_id,
    {{ business_date("effective_at") }} as date,
    cast(- sum(quantity) as bigint) as issued_quantity
from movements
where reason = 'settled' and quantity < 0
group by tenant_id, warehouse_id, item_id, {{ business_date("effective_at") }}
