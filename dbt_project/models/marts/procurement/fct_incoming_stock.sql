with lines as (select * from {{ ref("fct_purchase_order_lines") }} where outstanding_quantity > 0)

select
    tenant_id,
    item_id,
    warehouse_id,
    expected_on,
    cast(
        sum(case when status = 'approved' then 0 else outstanding_quantity end) as bigint
    ) as ordered_quantity,
    cast(
        sum(case when status = 'approved' then outstanding_quantity else 0 end) as bigint
    ) as approved_quantity,
    cast(sum(outstanding_quantity) as bigint) as incoming_quantity
from lines
group by tenant_id, item_id, warehouse_id, expected_on
