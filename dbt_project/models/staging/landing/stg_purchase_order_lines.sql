with
    versions as (
        {{
            newest_version(
                source("landing", "purchase_order_line"),
                ["tenant_id", "purchase_order_id", "line_no"],
            )
        }}
    )

select
    tenant_id,
    purchase_order_id,
    line_no,
    item_id,
    warehouse_id,
    terms_id,
    quantity,
    unit_cost_fen,
    lead_time_days as lead_days,
    expected_on,
    received_quantity,
    damaged_quantity
from versions
where version_rank = 1 and quantity > 0
