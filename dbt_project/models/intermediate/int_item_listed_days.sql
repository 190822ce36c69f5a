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
    offers as (select * from {{ ref("stg_offers") }}),
    trading_days as (select * from {{ ref("int_tenant_trading_days") }}),
    -- listed_until is the first instant off the list: an offer that ends at midnight ends the day
    -- before.
    listings as (
        select
            tenant_id,
            item_id,
            {{ business_date("listed_from") }} as first_date,
            {{ business_date("listed_until - interval 1 microsecond") }} as last_date
        from offers
    )

select listings.tenant_id, listings.item_id, trading_days.date
from listings
inner join
    trading_days
    on trading_days.tenant_id = listings.tenant_id
    and trading_days.date >= listings.first_date
    and trading_days.date >= {{ changed_from(views, days_back) }}
    and (trading_days.date <= listings.last_date or listings.last_date is null)
