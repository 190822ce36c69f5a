{% set views = ["redemption", "last_day"] %}
{% set window_days = var("repurchase_window_days") %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={
            "changed_period": "period_start",
            "changed_views": views,
            "changed_days_back": window_days,
        },
    )
}}

with
    redemption_days as (
        select *, cast(date_trunc('month', date) as date) as month
        from {{ ref("int_member_redemption_days") }}
        where {{ on_changed_dates("date", views, window_days, whole_months=true) }}
    ),
    -- A member's first day in a month closes first, and a second day in it is a coming back: so any
    -- day of the month decides as the first one does.
    member_months as (
        select
            tenant_id,
            month,
            max(case when is_repurchased is not null then 1 else 0 end) as redeemer_count,
            max(case when is_repurchased then 1 else 0 end) as repurchaser_count
        from redemption_days
        group by tenant_id, member_id, month
    ),
    periods as (
        select
            tenant_id,
            'day' as grain,
            date as period_start,
            count(is_repurchased) as redeemer_count,
            sum(case when is_repurchased then 1 else 0 end) as repurchaser_count
        from redemption_days
        group by tenant_id, date
        union all
        select
            tenant_id,
            'month' as grain,
            month as period_start,
            sum(redeemer_count) as redeemer_count,
            sum(repurchaser_count) as repurchaser_count
        from member_months
        group by tenant_id, month
    )

select
    tenant_id,
    grain,
    period_start,
    cast(redeemer_count as bigint) as redeemer_count,
    cast(repurchaser_count as bigint) as repurchaser_count
from periods
where {{ on_changed_periods("period_start", "grain", views, window_days) }}
