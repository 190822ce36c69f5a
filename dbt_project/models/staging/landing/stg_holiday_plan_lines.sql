with
    versions as (
        {{
            newest_version(
                source("landing", "holiday_plan_line"),
                ["tenant_id", "plan_id", "item_id", "warehouse_id"],
            )
        }}
    )

select
    tenant_id,
    plan_id,
    item_id,
    warehouse_id,
    proposed_quantity,
    proposed_order_by,
    quantity,
    order_by,
    edited_at,
    wish_quantity,
    order_up_to,
    demand_mean,
    demand_q05,
    demand_q50,
    demand_q95
from versions
where version_rank = 1
