{% set views = ["completion", "last_day"] %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_period": "period_start", "changed_views": views},
    )
}}

with
    period_days as (
        select *
        from {{ ref("int_kpi_period_days") }}
        where {{ on_changed_periods("period_start", "grain", views) }}
    ),
    redemptions as (
        select *
        from {{ ref("int_redemption_outcomes") }}
        where {{ on_changed_dates("completed_date", views, whole_months=true) }}
    ),
    members as (select * from {{ ref("int_counted_members") }}),
    days as (select distinct tenant_id, date from period_days),
    completed_days as (
        select distinct
            redemptions.tenant_id, redemptions.member_id, redemptions.completed_date as date
        from redemptions
        inner join
            days
            on days.tenant_id = redemptions.tenant_id
            and days.date = redemptions.completed_date
        where redemptions.is_completed
    ),
    -- A redemption dated before its member's registration must not lift the rate above one.
    completed_members as (
        select distinct
            period_days.tenant_id,
            period_days.grain,
            period_days.period_start,
            completed_days.member_id
        from completed_days
        inner join
            period_days
            on period_days.tenant_id = completed_days.tenant_id
            and period_days.date = completed_days.date
        inner join
            members
            on members.tenant_id = completed_days.tenant_id
            and members.member_id = completed_days.member_id
            and members.registered_date <= period_days.period_end
    )

select tenant_id, grain, period_start, count(*) as completed_member_count
from completed_members
group by tenant_id, grain, period_start
