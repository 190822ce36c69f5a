with lines as (select * from {{ ref("int_redemption_lines") }})

select
    tenant_id,
    redemption_id,
    line_no,
    member_id,
    item_id,
    mode,
    status,
    quantity,
    refunded_quantity,
    unit_points,
    line_points,
    effective_at,
    effective_date,
    is_demand
from lines
where is_counted
