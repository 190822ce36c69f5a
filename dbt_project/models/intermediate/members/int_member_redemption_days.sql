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
    redemptions as (
        select *
        from {{ ref("int_redemption_outcomes") }}
        where {{ on_changed_dates("effective_date", views, window_days, window_days) }}
    ),
    ranges as (select * from {{ ref("int_tenant_fact_ranges") }}),
    days as (
        select
            tenant_id,
            member_id,
            effective_date as date,
            count(*) as redemption_count,
            sum(net_points) as net_points
        from redemptions
        where is_kept
        group by tenant_id, member_id, effective_date
    ),
    days_with_next as (
        select
            days.*, lead(date) over (partition by tenant_id, member_id order by date) as next_date
        from days
    ),
    -- A later day is nothing that this one tells, nor would a build of some days find it.
    days_with_window as (
        select
            tenant_id,
            member_id,
            date,
            redemption_count,
            net_points,
            case
                when {{ datediff("date", "next_date", "day") }} <= {{ window_days }} then next_date
            end as next_date
        from days_with_next
        where {{ on_changed_dates("date", views, window_days) }}
    )

-- A window that is still open says nothing yet, not even where the member has come back: else the
-- quick ones would be counted before the others can be.
select
    days.tenant_id,
    days.member_id,
    days.date,
    days.redemption_count,
    cast(days.net_points as bigint) as net_points,
    days.next_date,
    case
        when {{ datediff("days.date", "ranges.last_fact_date", "day") }} >= {{ window_days }}
        then days.next_date is not null
    end as is_repurchased
from days_with_window as days
inner join ranges on ranges.tenant_id = days.tenant_id
