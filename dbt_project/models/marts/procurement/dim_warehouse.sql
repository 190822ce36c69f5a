with warehouses as (select * from {{ ref("stg_warehouses") }})

select tenant_id, warehouse_id, code, name, region, capacity_units, rank, is_active, is_default
from warehouses
