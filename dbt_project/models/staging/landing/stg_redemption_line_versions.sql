with versions as (select * from {{ source("landing", "redemption_line") }})

-- Rows landed before lines could be refunded lack the quantity.
select
    tenant_id,
    redemption_id,
    line_no,
    item_id,
    quantity,
    unit_points,
    coalesce(refunded_quantity, 0) as refunded_quantity,
    batch,
    xid
from versions
