with stock as (select * from {{ ref("int_item_stock_daily") }})

select
    tenant_id,
    item_id,
    date,
    opening_quantity,
    received_quantity,
    returned_quantity,
    corrected_quantity,
    issued_quantity,
    closing_quantity,
    closing_sellable_quantity,
    lowest_sellable_quantity,
    highest_sellable_quantity,
    is_listed,
    is_stocked_out,
    is_stocked_out_all_day,
    refusal_count,
    refused_quantity
from stock
