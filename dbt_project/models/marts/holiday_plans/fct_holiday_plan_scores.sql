with
    scores as (select * from {{ ref("stg_ml_holiday_plan_scores") }}),
    lines as (select * from {{ ref("fct_approved_plan_lines") }})

select
    scores.tenant_id,
    scores.plan_id,
    scores.item_id,
    scores.warehouse_id,
    scores.occasion_id,
    scores.first_day,
    scores.last_day,
    scores.demand,
    scores.forecast,
    scores.is_inside,
    scores.quantity,
    scores.hindsight_quantity,
    scores.lost,
    scores.lost_without,
    scores.lost_hindsight,
    scores.left_over,
    scores.left_without,
    scores.cost_fen,
    scores.cost_without_fen,
    scores.cost_hindsight_fen
from scores
inner join
    lines
    on lines.tenant_id = scores.tenant_id
    and lines.plan_id = scores.plan_id
    and lines.item_id = scores.item_id
    and lines.warehouse_id = scores.warehouse_id
