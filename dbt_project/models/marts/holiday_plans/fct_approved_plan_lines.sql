with
    plans as (select * from {{ ref("stg_holiday_plans") }} where status = 'approved'),
    lines as (select * from {{ ref("stg_holiday_plan_lines") }})

select
    plans.tenant_id,
    plans.plan_id,
    plans.occasion_id,
    plans.first_day,
    plans.last_day,
    plans.as_of_date,
    lines.item_id,
    lines.warehouse_id,
    lines.proposed_quantity,
    lines.proposed_order_by,
    lines.quantity,
    lines.order_by,
    lines.order_up_to - lines.wish_quantity as supply_quantity,
    lines.demand_mean,
    lines.demand_q05,
    lines.demand_q50,
    lines.demand_q95
from plans
inner join lines on lines.tenant_id = plans.tenant_id and lines.plan_id = plans.plan_id
