{% set views = ["redemption", "stock_movement", "offer"] %}
{% set days_back = var("longest_trading_gap_days") + 1 %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_from": "date", "changed_days_back": days_back, "changed_views": views},
    )
}}

with
    lines as (
        select *
        from {{ ref("fct_redemption_lines") }}
        where effective_date >= {{ changed_from(views, days_back) }}
    ),
    listed_days as (
        select *
        from {{ ref("int_item_listed_days") }}
        where date >= {{ changed_from(views, days_back) }}
    ),
    all_stock_changes as (select * from {{ ref("int_stock_changes_daily") }}),
    -- What changed before the first day computed is one change: the stock that day opens with.
    stock_changes as (
        select tenant_id, item_id, date, change_quantity
        from all_stock_changes
        where date >= {{ changed_from(views, days_back) }}
        union all
        select
            tenant_id,
            item_id,
            {{ changed_from(views, days_back) }} - 1 as date,
            sum(change_quantity) as change_quantity
        from all_stock_changes
        where date < {{ changed_from(views, days_back) }}
        group by tenant_id, item_id
    ),
    demand as (
        select
            tenant_id,
            item_id,
            effective_date as date,
            sum(quantity) as quantity,
            count(distinct redemption_id) as redemption_count
        from lines
        where is_demand
        group by tenant_id, item_id, effective_date
    ),
    -- An offer keeps its latest listing only; a redemption proves that an earlier one was there.
    item_days as (
        select
            coalesce(listed_days.tenant_id, demand.tenant_id) as tenant_id,
            coalesce(listed_days.item_id, demand.item_id) as item_id,
            coalesce(listed_days.date, demand.date) as date,
            coalesce(demand.quantity, 0) as quantity,
            coalesce(demand.redemption_count, 0) as redemption_count
        from listed_days
        full join
            demand
            on demand.tenant_id = listed_days.tenant_id
            and demand.item_id = listed_days.item_id
            and demand.date = listed_days.date
    ),
    -- Item days and stock changes on one line of time: the running total of a day is its closing
    -- stock.
    timeline as (
        select
            tenant_id,
            item_id,
            date,
            quantity,
            redemption_count,
            0 as change_quantity,
            true as is_item_day
        from item_days
        union all
        select
            tenant_id,
            item_id,
            date,
            0 as quantity,
            0 as redemption_count,
            change_quantity,
            false as is_item_day
        from stock_changes
    ),
    closing_stock as (
        select
            tenant_id,
            item_id,
            date,
            quantity,
            redemption_count,
            is_item_day,
            sum(change_quantity) over (
                partition by tenant_id, item_id order by date
            ) as on_hand_quantity
        from timeline
    )

select
    tenant_id,
    item_id,
    date,
    cast(quantity as bigint) as quantity,
    redemption_count,
    cast(on_hand_quantity as bigint) as on_hand_quantity,
    on_hand_quantity > 0 as is_in_stock
from closing_stock
where is_item_day
