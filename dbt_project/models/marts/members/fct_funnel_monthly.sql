{% set views = ["event", "redemption"] %}
{% set window_days = var("repurchase_window_days") %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_month_from": "month", "changed_views": views},
    )
}}

with
    acts as (
        select * from {{ ref("fct_events") }} where occurred_date >= {{ changed_month_from(views) }}
    ),
    -- A day may be the next of one from before the first changed month.
    redemption_days as (
        select *
        from {{ ref("int_member_redemption_days") }}
        where date >= {{ changed_month_from(views) }} - {{ window_days }}
    ),
    ranges as (select * from {{ ref("int_tenant_fact_ranges") }}),
    visitors as (
        select
            tenant_id,
            member_id,
            cast(date_trunc('month', occurred_date) as date) as month,
            bool_or(kind = 'view') as is_viewer
        from acts
        group by tenant_id, member_id, cast(date_trunc('month', occurred_date) as date)
    ),
    returns as (
        select distinct tenant_id, member_id, next_date as date
        from redemption_days
        where next_date is not null
    ),
    redeemers as (
        select
            days.tenant_id,
            days.member_id,
            cast(date_trunc('month', days.date) as date) as month,
            bool_or(returns.date is not null) as is_repeater
        from redemption_days as days
        left join
            returns
            on returns.tenant_id = days.tenant_id
            and returns.member_id = days.member_id
            and returns.date = days.date
        where days.date >= {{ changed_month_from(views) }}
        group by days.tenant_id, days.member_id, cast(date_trunc('month', days.date) as date)
    ),
    members as (
        select
            coalesce(visitors.tenant_id, redeemers.tenant_id) as tenant_id,
            coalesce(visitors.month, redeemers.month) as month,
            visitors.member_id is not null as is_visitor,
            coalesce(visitors.is_viewer, false) as is_viewer,
            redeemers.member_id is not null as is_redeemer,
            coalesce(redeemers.is_repeater, false) as is_repeater
        from visitors
        full join
            redeemers
            on redeemers.tenant_id = visitors.tenant_id
            and redeemers.member_id = visitors.member_id
            and redeemers.month = visitors.month
    )

-- Each step holds whoever took all steps before it; who redeems unseen is told beside them.
select
    members.tenant_id,
    members.month,
    count(*) filter (where is_visitor) as visitor_count,
    count(*) filter (where is_viewer) as viewer_count,
    count(*) filter (where is_viewer and is_redeemer) as redeemer_count,
    count(*) filter (where is_viewer and is_repeater) as repeater_count,
    count(*) filter (where is_redeemer and not is_viewer) as unseen_redeemer_count
from members
inner join ranges on ranges.tenant_id = members.tenant_id
where
    members.month
    between cast(date_trunc('month', ranges.first_fact_date) as date) and ranges.last_fact_date
group by members.tenant_id, members.month
