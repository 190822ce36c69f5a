with
    movements as (select * from {{ ref("stg_warehouse_movements") }}),
    warehouses as (select * from {{ ref("stg_warehouses") }}),
    stock as (select * from {{ ref("stg_stock") }}),
    items as (select * from {{ ref("stg_items") }}),
    moved as (
        select tenant_id, item_id, warehouse_id, quantity
        from movements
        union all
        -- What is missing everywhere lies in the default warehouse.
        select stock.tenant_id, stock.item_id, warehouses.warehouse_id, 0 as quantity
        from stock
        inner join warehouses on warehouses.tenant_id = stock.tenant_id and warehouses.is_default
    ),
    booked as (
        select tenant_id, item_id, warehouse_id, cast(sum(quantity) as bigint) as booked_quantity
        from moved
        group by tenant_id, item_id, warehouse_id
    ),
    -- As the mall settles them: what was redeemed since leaves the warehouses in their order, each
    -- until it is empty.
    ranked as (
        select
            booked.*,
            warehouses.code as warehouse_code,
            warehouses.is_default,
            sum(booked.booked_quantity) over by_item - stock.on_hand_quantity as excess_quantity,
            sum(booked.booked_quantity) over in_order - booked.booked_quantity as before_quantity
        from booked
        inner join
            warehouses
            on warehouses.tenant_id = booked.tenant_id
            and warehouses.warehouse_id = booked.warehouse_id
        inner join stock on stock.tenant_id = booked.tenant_id and stock.item_id = booked.item_id
        window
            by_item as (partition by booked.tenant_id, booked.item_id),
            in_order as (
                partition by booked.tenant_id, booked.item_id
                order by warehouses.rank, warehouses.code
                rows between unbounded preceding and current row
            )
    ),
    settled as (
        select
            *,
            booked_quantity
            - least(booked_quantity, greatest(excess_quantity - before_quantity, 0))
            + case when is_default then greatest(- excess_quantity, 0) else 0 end as quantity
        from ranked
    )

select
    settled.tenant_id,
    settled.warehouse_id,
    settled.item_id,
    settled.warehouse_code,
    cast(settled.quantity as bigint) as quantity,
    cast(settled.quantity * items.storage_units as bigint) as used_units
from settled
inner join items on items.item_id = settled.item_id
where settled.quantity > 0
