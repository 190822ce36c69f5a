with receipt_batches as (select * from {{ source("landing", "receipt_batch") }})

select
    tenant_id,
    receipt_id,
    batch_no,
    purchase_order_id,
    line_no,
    item_id,
    warehouse_id,
    quantity,
    damaged_quantity,
    expires_on,
    received_at,
    recorded_at
from receipt_batches
