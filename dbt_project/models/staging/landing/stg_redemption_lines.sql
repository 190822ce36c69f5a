with
    versions as (
        {{
            newest_version(
                source("landing", "redemption_line"), ["tenant_id", "redemption_id", "line_no"]
            )
        }}
    )

-- Rows landed before lines could be refunded lack the quantity.
select
    tenant_id,
    redemption_id,
    line_no,
    item_id,
    quantity,
    unit_points,
    coalesce(refunded_quantity, 0) as refunded_quantity
from versions
where version_rank = 1
