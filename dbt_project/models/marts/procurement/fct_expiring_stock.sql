with
    batches as (select * from {{ ref("stg_receipt_batches") }} where expires_on is not null),
    movements as (select * from {{ ref("stg_warehouse_movements") }} where quantity > 0),
    stock as (select * from {{ ref("fct_warehouse_stock") }}),
    came as (
        select tenant_id, warehouse_id, item_id, sum(quantity) as came_quantity
        from movements
        group by tenant_id, warehouse_id, item_id
    ),
    kept as (
        select
            tenant_id,
            warehouse_id,
            item_id,
            expires_on,
            sum(quantity) as batch_quantity,
            -- What expires last is there longest.
            sum(sum(quantity)) over (
                partition by tenant_id, warehouse_id, item_id
                order by expires_on desc
                rows between unbounded preceding and current row
            ) as until_quantity,
            sum(sum(quantity)) over (
                partition by tenant_id, warehouse_id, item_id
            ) as expiring_quantity
        from batches
        group by tenant_id, warehouse_id, item_id, expires_on
    ),
    left_over as (
        select
            kept.tenant_id,
            kept.warehouse_id,
            kept.item_id,
            kept.expires_on,
            least(
                kept.batch_quantity,
                stock.quantity
                - greatest(came.came_quantity - kept.expiring_quantity, 0)
                - (kept.until_quantity - kept.batch_quantity)
            ) as quantity
        from kept
        inner join
            stock
            on stock.tenant_id = kept.tenant_id
            and stock.warehouse_id = kept.warehouse_id
            and stock.item_id = kept.item_id
        inner join
            came
            on came.tenant_id = kept.tenant_id
            and came.warehouse_id = kept.warehouse_id
            and came.item_id = kept.item_id
    )

select tenant_id, warehouse_id, item_id, expires_on, cast(quantity as bigint) as quantity
from left_over
where quantity > 0
