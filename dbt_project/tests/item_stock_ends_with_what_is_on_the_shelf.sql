{{ config(tags=["whole_history"]) }}

-- The stock of an item goes on from row to row, and ends with what is on its shelf now; what
-- sells ends with that less what open flash sales and reservations have left. Of an item with
-- rows in quarantine it
-- cannot be said.
with
    item_stock as (select * from {{ ref("fct_item_stock_daily") }}),
    shelf as (select * from {{ ref("stg_stock") }}),
    flash_sales as (select * from {{ ref("stg_flash_sales") }}),
    reservations as (select * from {{ ref("stg_reservations") }}),
    chained as (
        select
            tenant_id,
            item_id,
            date,
            opening_quantity,
            closing_quantity,
            closing_sellable_quantity,
            lag(closing_quantity, 1, 0) over days as previous_closing_quantity,
            lead(date) over days as next_date
        from item_stock
        window days as (partition by tenant_id, item_id order by date)
    ),
    kept as (
        select tenant_id, item_id, left_quantity
        from flash_sales
        where closed_at is null
        union all
        select tenant_id, item_id, left_quantity
        from reservations
        where released_at is null
    ),
    set_aside as (
        select tenant_id, item_id, sum(left_quantity) as quantity
        from kept
        group by tenant_id, item_id
    ),
    lasts as (
        select
            coalesce(shelf.tenant_id, chained.tenant_id) as tenant_id,
            coalesce(shelf.item_id, chained.item_id) as item_id,
            chained.date,
            coalesce(chained.closing_quantity, 0) as closing_quantity,
            coalesce(chained.closing_sellable_quantity, 0) as closing_sellable_quantity,
            coalesce(shelf.on_hand_quantity, 0) as on_hand_quantity
        from shelf
        full join
            (select * from chained where next_date is null) as chained
            on chained.tenant_id = shelf.tenant_id
            and chained.item_id = shelf.item_id
    )

select tenant_id, item_id, date, opening_quantity as quantity, previous_closing_quantity as expected
from chained
where opening_quantity <> previous_closing_quantity
union all
select tenant_id, item_id, date, closing_quantity, on_hand_quantity
from lasts
where
    closing_quantity <> on_hand_quantity
    and not {{ item_has_quarantined_rows("lasts.tenant_id", "lasts.item_id") }}
union all
select
    lasts.tenant_id,
    lasts.item_id,
    lasts.date,
    lasts.closing_sellable_quantity,
    lasts.on_hand_quantity - coalesce(set_aside.quantity, 0)
from lasts
left join set_aside on set_aside.tenant_id = lasts.tenant_id and set_aside.item_id = lasts.item_id
where
    lasts.closing_sellable_quantity <> lasts.on_hand_quantity - coalesce(set_aside.quantity, 0)
    and not {{ item_has_quarantined_rows("lasts.tenant_id", "lasts.item_id") }}
