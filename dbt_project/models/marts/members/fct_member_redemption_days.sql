{% set views = ["redemption", "last_day"] %}
{% set window_days = var("repurchase_window_days") %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "date", "changed_views": views, "changed_days_back": window_days},
    )
}}

with
    redemption_days as (
        select *
        from {{ ref("int_member_redemption_days") }}
        where {{ on_changed_dates("date", views, window_days) }}
    )

select tenant_id, member_id, date, redemption_count, net_points, next_date, is_repurchased
from redemption_days
