{% set views = ["redemption", "event", "entry", "registration", "last_day"] %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_month_from": "month", "changed_views": views},
    )
}}

with
    period_days as (select * from {{ ref("int_kpi_period_days") }}),
    members as (select * from {{ ref("int_counted_members") }}),
    redemption_days as (select * from {{ ref("int_member_redemption_days") }}),
    -- Each month stands on the year that it ends. The last month is as of the last fact, like its
    -- figures.
    months as (
        select tenant_id, period_start as month, max(date) as as_of_date
        from period_days
        where
            grain = 'month' and period_start >= {{ changed_month_from(views) }} - interval 11 month
        group by tenant_id, period_start
    ),
    active_months as (
        select *
        from {{ ref("int_member_active_months") }}
        where month >= {{ changed_month_from(views) }} - interval 11 month
    ),
    last_active_before as (
        select tenant_id, member_id, max(last_active_date) as last_active_date
        from {{ ref("int_member_active_months") }}
        where month < {{ changed_month_from(views) }} - interval 11 month
        group by tenant_id, member_id
    ),
    redemption_months as (
        select
            tenant_id,
            member_id,
            cast(date_trunc('month', date) as date) as month,
            sum(redemption_count) as redemption_count,
            sum(net_points) as net_points,
            max(date) as last_redemption_date
        from redemption_days
        where date >= {{ changed_month_from(views) }} - interval 11 month
        group by tenant_id, member_id, cast(date_trunc('month', date) as date)
    ),
    -- A member has every month from its registration on, so twelve rows are twelve months.
    member_months as (
        select
            members.tenant_id,
            members.member_id,
            months.month,
            months.as_of_date,
            members.registered_date,
            sum(redemption_months.redemption_count) over trailing_year as redemption_count,
            sum(redemption_months.net_points) over trailing_year as net_points,
            max(redemption_months.last_redemption_date) over trailing_year as last_redemption_date,
            greatest(
                max(active_months.last_active_date) over so_far, last_active_before.last_active_date
            ) as last_active_date
        from members
        inner join
            months
            on months.tenant_id = members.tenant_id
            and members.registered_date <= months.as_of_date
        left join
            redemption_months
            on redemption_months.tenant_id = members.tenant_id
            and redemption_months.member_id = members.member_id
            and redemption_months.month = months.month
        left join
            active_months
            on active_months.tenant_id = members.tenant_id
            and active_months.member_id = members.member_id
            and active_months.month = months.month
        left join
            last_active_before
            on last_active_before.tenant_id = members.tenant_id
            and last_active_before.member_id = members.member_id
        window
            trailing_year as (
                partition by members.tenant_id, members.member_id
                order by months.month
                rows between 11 preceding and current row
            ),
            so_far as (partition by members.tenant_id, members.member_id order by months.month)
    )

select
    tenant_id,
    member_id,
    month,
    as_of_date,
    registered_date,
    cast(coalesce(redemption_count, 0) as bigint) as redemption_count,
    cast(coalesce(net_points, 0) as bigint) as net_points,
    last_redemption_date,
    last_active_date
from member_months
where month >= {{ changed_month_from(views) }}
