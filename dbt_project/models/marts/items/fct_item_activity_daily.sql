{% set views = ["redemption", "event", "last_day"] %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "date", "changed_views": views},
    )
}}

with
    redemptions as (
        select *
        from {{ ref("int_item_redemptions_daily") }}
        where {{ on_changed_dates("date", views) }}
    ),
    item_views as (
        select * from {{ ref("int_item_views_daily") }} where {{ on_changed_dates("date", views) }}
    ),
    ranges as (select * from {{ ref("int_tenant_fact_ranges") }}),
    item_days as (
        select
            coalesce(redemptions.tenant_id, item_views.tenant_id) as tenant_id,
            coalesce(redemptions.item_id, item_views.item_id) as item_id,
            coalesce(redemptions.date, item_views.date) as date,
            coalesce(item_views.view_count, 0) as view_count,
            coalesce(
                redemptions.redemption_count - redemptions.prize_quantity, 0
            ) as redemption_count,
            coalesce(redemptions.quantity - redemptions.prize_quantity, 0) as quantity,
            coalesce(redemptions.points, 0) as points
        from redemptions
        full join
            item_views
            on item_views.tenant_id = redemptions.tenant_id
            and item_views.item_id = redemptions.item_id
            and item_views.date = redemptions.date
    )

-- An event of a wrong clock must not add days on which the mall did not exist.
select
    item_days.tenant_id,
    item_days.item_id,
    item_days.date,
    item_days.view_count,
    item_days.redemption_count,
    item_days.quantity,
    item_days.points
from item_days
inner join
    ranges
    on ranges.tenant_id = item_days.tenant_id
    and item_days.date between ranges.first_fact_date and ranges.last_fact_date
