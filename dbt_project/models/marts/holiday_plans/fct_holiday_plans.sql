with lines as (select * from {{ ref("fct_holiday_plan_lines") }})

select
    tenant_id,
    occasion_id,
    first_day,
    max(last_day) as last_day,
    max(as_of_date) as as_of_date,
    count(*) as line_count,
    cast(sum(case when quantity > 0 then 1 else 0 end) as bigint) as ordered_line_count,
    cast(sum(case when is_too_late then 1 else 0 end) as bigint) as too_late_line_count,
    min(order_by) as first_order_by,
    cast(sum(wish_quantity) as bigint) as wish_quantity,
    cast(sum(quantity) as bigint) as quantity,
    cast(sum(purchase_fen) as bigint) as purchase_fen,
    cast(sum(cost_without_fen) as bigint) as cost_without_fen,
    cast(sum(cost_with_fen) as bigint) as cost_with_fen,
    avg(risk_without) as risk_without,
    avg(risk_with) as risk_with
from lines
group by tenant_id, occasion_id, first_day
