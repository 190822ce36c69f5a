{{ config(tags=["whole_history"]) }}

-- No unit that a redemption took, and no request refused for stock, is lost between the facts and
-- the item-days.
with
    item_stock as (select * from {{ ref("fct_item_stock_daily") }}),
    lines as (select * from {{ ref("stg_redemption_lines") }}),
    refusals as (select * from {{ ref("fct_refusals") }}),
    facts as (
        select tenant_id, item_id, quantity as issued_quantity, 0 as refusal_count
        from lines
        union all
        select tenant_id, item_id, 0 as issued_quantity, 1 as refusal_count
        from refusals
        where class = 'stock' and item_id is not null
        union all
        select tenant_id, item_id, - issued_quantity, - refusal_count
        from item_stock
    )

select
    tenant_id,
    item_id,
    sum(issued_quantity) as missing_quantity,
    sum(refusal_count) as missing_refusal_count
from facts
group by tenant_id, item_id
having sum(issued_quantity) <> 0 or sum(refusal_count) <> 0
