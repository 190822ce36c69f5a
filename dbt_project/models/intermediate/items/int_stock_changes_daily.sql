{% set views = var("stock_news") %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "date", "changed_views": views},
    )
}}

with
    movements as (
        select *
        from {{ ref("stg_stock_movements") }}
        where {{ on_changed_times("effective_at", views) }}
    ),
    lines as (select * from {{ ref("int_redemption_lines") }}),
    redemptions as (
        select *
        from {{ ref("int_redemptions") }}
        where draw_id is not null or flash_sale_id is not null
    ),
    draws as (select * from {{ ref("stg_draws") }}),
    flash_sales as (select * from {{ ref("stg_flash_sales") }}),
    reservations as (select * from {{ ref("stg_reservations") }}),
    offers as (select * from {{ ref("stg_offers") }}),
    -- A prize is on the shelf until its draw is revealed, however early its ticket was sold.
    prizes as (
        select
            lines.tenant_id,
            lines.item_id,
            lines.effective_at as asked_at,
            coalesce(draws.revealed_at, lines.effective_at) as issued_at,
            lines.quantity
        from lines
        inner join
            redemptions
            on redemptions.tenant_id = lines.tenant_id
            and redemptions.redemption_id = lines.redemption_id
        left join
            draws on draws.tenant_id = redemptions.tenant_id and draws.draw_id = redemptions.draw_id
        where lines.mode = 'draw'
    ),
    -- Pieces of a cancelled flash sale redemption are the sale's again while the sale is not
    -- closed. They come back as a movement, and no one else can ask for them.
    sale_returns as (
        select
            lines.tenant_id,
            lines.item_id,
            redemptions.ended_at as changed_at,
            lines.quantity - lines.refunded_quantity as quantity
        from lines
        inner join
            redemptions
            on redemptions.tenant_id = lines.tenant_id
            and redemptions.redemption_id = lines.redemption_id
        inner join
            flash_sales
            on flash_sales.tenant_id = redemptions.tenant_id
            and flash_sales.sale_id = redemptions.flash_sale_id
        where
            lines.mode = 'flash_sale'
            and redemptions.status = 'cancelled'
            and (redemptions.ended_at < flash_sales.closed_at or flash_sales.closed_at is null)
    ),
    -- Goods leave the shelf whoever takes them, so test and erased members count here.
    changes as (
        select
            tenant_id,
            item_id,
            effective_at as changed_at,
            case when reason = 'receipt' then quantity else 0 end as received_quantity,
            case when reason = 'return' then quantity else 0 end as returned_quantity,
            case
                when reason in ('correction', 'issue') then quantity else 0
            end as corrected_quantity,
            0 as issued_quantity,
            -- What is issued otherwise than by a redemption was reserved before.
            case when reason = 'issue' then 0 else quantity end as sellable_quantity,
            false as is_first_listing
        from movements
        union all
        -- What a flash sale sells was set aside when it was opened.
        select
            tenant_id,
            item_id,
            effective_at as changed_at,
            0 as received_quantity,
            0 as returned_quantity,
            0 as corrected_quantity,
            quantity as issued_quantity,
            case when mode = 'flash_sale' then 0 else - quantity end as sellable_quantity,
            false as is_first_listing
        from lines
        where mode <> 'draw' and {{ on_changed_dates("effective_date", views) }}
        union all
        select
            tenant_id, item_id, issued_at, 0, 0, 0, quantity, - quantity, false as is_first_listing
        from prizes
        union all
        -- The day of the ticket has a row too, because the prize is demand of that day.
        select tenant_id, item_id, asked_at, 0, 0, 0, 0, 0, false as is_first_listing
        from prizes
        union all
        -- History that is loaded later is recorded after it began.
        select
            tenant_id,
            item_id,
            least(recorded_at, starts_at) as changed_at,
            0,
            0,
            0,
            0,
            - allotted_quantity as sellable_quantity,
            false as is_first_listing
        from flash_sales
        union all
        select tenant_id, item_id, closed_at, 0, 0, 0, 0, left_quantity, false as is_first_listing
        from flash_sales
        where closed_at is not null
        union all
        select tenant_id, item_id, changed_at, 0, 0, 0, 0, - quantity, false as is_first_listing
        from sale_returns
        union all
        select tenant_id, item_id, reserved_at, 0, 0, 0, 0, - quantity, false as is_first_listing
        from reservations
        union all
        select tenant_id, item_id, released_at, 0, 0, 0, 0, left_quantity, false as is_first_listing
        from reservations
        where released_at is not null
        union all
        -- What is there when an item comes on the list counts, what was there before does not.
        select tenant_id, item_id, listed_from, 0, 0, 0, 0, 0, true as is_first_listing
        from offers
    ),
    dated as (
        select *, {{ business_date("changed_at") }} as date
        from changes
        where {{ on_changed_times("changed_at", views) }}
    ),
    -- The frame takes all changes of an instant together: what came and went at once was never
    -- missing.
    running as (
        select
            dated.*,
            sum(dated.sellable_quantity) over (
                partition by dated.tenant_id, dated.item_id, dated.date
                order by dated.changed_at
                range between unbounded preceding and current row
            ) as running_quantity,
            dated.changed_at >= offers.listed_from
            and (dated.changed_at < offers.listed_until or offers.listed_until is null) as is_listed
        from dated
        left join offers on offers.tenant_id = dated.tenant_id and offers.item_id = dated.item_id
    )

select
    tenant_id,
    item_id,
    date,
    cast(
        sum(received_quantity + returned_quantity + corrected_quantity - issued_quantity) as bigint
    ) as change_quantity,
    cast(sum(received_quantity) as bigint) as received_quantity,
    cast(sum(returned_quantity) as bigint) as returned_quantity,
    cast(sum(corrected_quantity) as bigint) as corrected_quantity,
    cast(sum(issued_quantity) as bigint) as issued_quantity,
    cast(sum(sellable_quantity) as bigint) as sellable_change_quantity,
    cast(
        min(case when is_listed then running_quantity end) as bigint
    ) as lowest_sellable_change_quantity,
    cast(
        max(case when is_listed then running_quantity end) as bigint
    ) as highest_sellable_change_quantity,
    max(is_first_listing) as is_first_listed
from running
group by tenant_id, item_id, date
