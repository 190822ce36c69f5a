with
    batches as (select * from {{ ref("stg_receipt_batches") }} where expires_on is not null),
    movements as (select * from {{ ref("stg_warehouse_movements") }}),
    stock as (select * from {{ ref("fct_warehouse_stock") }}),
    looked_at as (select * from {{ ref("stg_expired_stock") }}),
    -- What was found after its last day stays what it was until it is taken off the books.
    waiting as (
        select tenant_id, warehouse_id, item_id, sum(quantity) as waiting_quantity
        from looked_at
        where closed_at is null
        group by tenant_id, warehouse_id, item_id
    ),
    -- Pieces that were carried away and back have come once: what was carried here and had not left
    -- from here is the most that was ever carried in beyond what was carried out.
    moved as (
        select
            *,
            sum(case when reason = 'relocation' then quantity else 0 end) over (
                partition by tenant_id, warehouse_id, item_id
                order by effective_at, movement_id
                rows between unbounded preceding and current row
            ) as carried_quantity
        from movements
    ),
    came as (
        select
            tenant_id,
            warehouse_id,
            item_id,
            sum(case when quantity > 0 and reason <> 'relocation' then quantity else 0 end)
            + greatest(max(carried_quantity), 0) as came_quantity
        from moved
        group by tenant_id, warehouse_id, item_id
    ),
    by_day as (
        select
            tenant_id,
            warehouse_id,
            item_id,
            expires_on,
            cast(sum(quantity) as bigint) as batch_quantity
        from batches
        group by tenant_id, warehouse_id, item_id, expires_on
    ),
    dated as (
        select tenant_id, warehouse_id, item_id, sum(batch_quantity) as dated_quantity
        from by_day
        group by tenant_id, warehouse_id, item_id
    ),
    -- What expires last is there longest, and what has no last day longer still.
    kept as (
        select
            by_day.tenant_id,
            by_day.warehouse_id,
            by_day.item_id,
            by_day.expires_on,
            by_day.batch_quantity,
            sum(by_day.batch_quantity) over (
                partition by by_day.tenant_id, by_day.warehouse_id, by_day.item_id
                order by by_day.expires_on desc
                rows between unbounded preceding and current row
            ) as until_quantity
        from by_day
        left join
            looked_at
            on looked_at.tenant_id = by_day.tenant_id
            and looked_at.warehouse_id = by_day.warehouse_id
            and looked_at.item_id = by_day.item_id
            and looked_at.expires_on = by_day.expires_on
        where looked_at.alert_id is null
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
                - coalesce(waiting.waiting_quantity, 0)
                - greatest(came.came_quantity - dated.dated_quantity, 0)
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
        inner join
            dated
            on dated.tenant_id = kept.tenant_id
            and dated.warehouse_id = kept.warehouse_id
            and dated.item_id = kept.item_id
        left join
            waiting
            on waiting.tenant_id = kept.tenant_id
            and waiting.warehouse_id = kept.warehouse_id
            and waiting.item_id = kept.item_id
        union all
        select
            looked_at.tenant_id,
            looked_at.warehouse_id,
            looked_at.item_id,
            looked_at.expires_on,
            least(looked_at.quantity, stock.quantity) as quantity
        from looked_at
        inner join
            stock
            on stock.tenant_id = looked_at.tenant_id
            and stock.warehouse_id = looked_at.warehouse_id
            and stock.item_id = looked_at.item_id
        where looked_at.closed_at is null
    )

select tenant_id, warehouse_id, item_id, expires_on, cast(quantity as bigint) as quantity
from left_over
where quantity > 0
