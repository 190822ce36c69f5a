-- No unit of demand is lost between the lines and the dense series.
with
    lines as (
        select *
        from {{ ref("fct_redemption_lines") }}
        where {{ on_changed_dates("effective_date", ["redemption"]) }}
    ),
    demand as (
        select *
        from {{ ref("fct_item_demand_daily") }}
        where {{ on_changed_dates("date", ["redemption"]) }}
    ),
    line_totals as (
        select tenant_id, item_id, sum(quantity) as quantity
        from lines
        where is_demand
        group by tenant_id, item_id
    ),
    demand_totals as (
        select tenant_id, item_id, sum(quantity) as quantity from demand group by tenant_id, item_id
    )

select
    coalesce(line_totals.tenant_id, demand_totals.tenant_id) as tenant_id,
    coalesce(line_totals.item_id, demand_totals.item_id) as item_id,
    line_totals.quantity as line_quantity,
    demand_totals.quantity as demand_quantity
from line_totals
full join
    demand_totals
    on demand_totals.tenant_id = line_totals.tenant_id
    and demand_totals.item_id = line_totals.item_id
where coalesce(line_totals.quantity, 0) <> coalesce(demand_totals.quantity, 0)
