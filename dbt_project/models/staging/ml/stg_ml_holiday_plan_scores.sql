with holiday_plan_scores as (select * from {{ source("ml", "holiday_plan_scores") }})

select
    cast(tenant_id as uuid) as tenant_id,
    cast(plan_id as uuid) as plan_id,
    cast(item_id as uuid) as item_id,
    cast(warehouse_id as uuid) as warehouse_id,
    cast(occasion_id as varchar) as occasion_id,
    cast(first_day as date) as first_day,
    cast(last_day as date) as last_day,
    cast(demand as double) as demand,
    cast(forecast as double) as forecast,
    cast(is_inside as boolean) as is_inside,
    cast(quantity as bigint) as quantity,
    cast(hindsight_quantity as double) as hindsight_quantity,
    cast(lost as double) as lost,
    cast(lost_without as double) as lost_without,
    cast(lost_hindsight as double) as lost_hindsight,
    cast(left_over as double) as left_over,
    cast(left_without as double) as left_without,
    cast(cost_fen as double) as cost_fen,
    cast(cost_without_fen as double) as cost_without_fen,
    cast(cost_hindsight_fen as double) as cost_hindsight_fen
from holiday_plan_scores
