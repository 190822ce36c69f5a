with
    plans as (select * from {{ ref("fct_holiday_plan_lines") }}),
    tenants as (select * from {{ ref("dim_tenant") }} where not is_test)

select
    plans.occasion_id,
    plans.first_day,
    max(plans.last_day) as last_day,
    max(plans.as_of_date) as as_of_date,
    count(distinct plans.tenant_id) as tenant_count,
    count(*) as line_count,
    cast(sum(case when plans.quantity > 0 then 1 else 0 end) as bigint) as ordered_line_count,
    cast(sum(case when plans.is_too_late then 1 else 0 end) as bigint) as too_late_line_count,
    min(plans.order_by) as first_order_by,
    cast(sum(plans.wish_quantity) as bigint) as wish_quantity,
    cast(sum(plans.quantity) as bigint) as quantity,
    cast(sum(plans.budget_quantity) as bigint) as budget_quantity,
    cast(sum(plans.purchase_fen) as bigint) as purchase_fen,
    cast(sum(plans.cost_without_fen) as bigint) as cost_without_fen,
    cast(sum(plans.cost_with_fen) as bigint) as cost_with_fen,
    round(sum(plans.risk_without), 6) as stock_outs_without,
    round(sum(plans.risk_with), 6) as stock_outs_with
from plans
inner join tenants on tenants.tenant_id = plans.tenant_id
group by plans.occasion_id, plans.first_day
