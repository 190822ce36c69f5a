{{ config(tags=["whole_history"]) }}

-- The pieces of an item in all warehouses are those on the shelf, of every tenant that has a
-- warehouse. Of an item with rows in quarantine it cannot be said.
with
    warehouse_stock as (select * from {{ ref("fct_warehouse_stock") }}),
    warehouses as (select * from {{ ref("stg_warehouses") }}),
    stock as (select * from {{ ref("stg_stock") }}),
    lying as (
        select tenant_id, item_id, sum(quantity) as quantity
        from warehouse_stock
        group by tenant_id, item_id
    )

select stock.tenant_id, stock.item_id, stock.on_hand_quantity, lying.quantity as lying_quantity
from stock
left join lying on lying.tenant_id = stock.tenant_id and lying.item_id = stock.item_id
where
    stock.tenant_id in (select tenant_id from warehouses where is_default)
    and stock.on_hand_quantity <> coalesce(lying.quantity, 0)
    and not {{ item_has_quarantined_rows("stock.tenant_id", "stock.item_id") }}
