{% set views = var("item_day_news") %}
{% set days_back = var("longest_trading_gap_days") %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_from": "date", "changed_views": views, "changed_days_back": days_back},
    )
}}

with
    redemptions as (
        select *
        from {{ ref("int_item_redemptions_daily") }}
        where date >= {{ changed_from(views, days_back) }}
    ),
    listed_days as (
        select *
        from {{ ref("int_item_listed_days") }}
        where date >= {{ changed_from(views, days_back) }}
    ),
    stock as (
        select *
        from {{ ref("int_item_stock_daily") }}
        where date >= {{ changed_from(views, days_back) }}
    ),
    -- An offer keeps its latest listing only; a redemption proves that an earlier one was there.
    item_days as (
        select
            coalesce(listed_days.tenant_id, redemptions.tenant_id) as tenant_id,
            coalesce(listed_days.item_id, redemptions.item_id) as item_id,
            coalesce(listed_days.date, redemptions.date) as date,
            coalesce(redemptions.quantity, 0) as quantity,
            coalesce(redemptions.redemption_count, 0) as redemption_count
        from listed_days
        full join
            redemptions
            on redemptions.tenant_id = listed_days.tenant_id
            and redemptions.item_id = listed_days.item_id
            and redemptions.date = listed_days.date
    )

select
    item_days.tenant_id,
    item_days.item_id,
    item_days.date,
    item_days.quantity,
    item_days.redemption_count,
    stock.closing_quantity as on_hand_quantity,
    stock.is_listed,
    stock.is_stocked_out,
    stock.is_stocked_out_all_day,
    stock.refused_quantity
from item_days
left join
    stock
    on stock.tenant_id = item_days.tenant_id
    and stock.item_id = item_days.item_id
    and stock.date = item_days.date
