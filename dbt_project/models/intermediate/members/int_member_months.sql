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
    -- The last month is as of the last fact, like its figures.
    months_of_years as (
        select tenant_id, period_start as month, max(date) as as_of_date
        from period_days
        where
            grain = 'month' and period_start >= {{ changed_month_from(views) }} - interval 11 month
        group by tenant_id, period_start
    ),
    months as (select * from months_of_years where month >= {{ changed_month_from(views) }}),
    redemption_months as (
        select *
        from {{ ref("int_member_redemption_months") }}
        where month >= {{ changed_month_from(views) }} - interval 11 month
    ),
    -- Each month stands on the year that it ends.
    trailing_years as (
        select
            months.tenant_id,
            redemption_months.member_id,
            months.month,
            sum(redemption_months.redemption_count) as redemption_count,
            sum(redemption_months.net_points) as net_points,
            max(redemption_months.last_redemption_date) as last_redemption_date
        from months
        inner join
            months_of_years
            on months_of_years.tenant_id = months.tenant_id
            and months_of_years.month between months.month - interval 11 month and months.month
        inner join
            redemption_months
            on redemption_months.tenant_id = months_of_years.tenant_id
            and redemption_months.month = months_of_years.month
        group by months.tenant_id, redemption_months.member_id, months.month
    ),
    active_months as (
        select *
        from {{ ref("int_member_active_months") }}
        where month >= {{ changed_month_from(views) }}
    ),
    -- The month before the first that is computed says when its members had last been active.
    last_active_before as (
        {% if changed_spans(views) is none %}
            select tenant_id, member_id, last_active_date from active_months where false
        {% else %}
            select tenant_id, member_id, last_active_date
            from {{ this }}
            where month = cast({{ changed_month_from(views) }} - interval 1 month as date)
        {% endif %}
    ),
    member_months as (
        select
            members.tenant_id,
            members.member_id,
            months.month,
            months.as_of_date,
            members.registered_date,
            trailing_years.redemption_count,
            trailing_years.net_points,
            trailing_years.last_redemption_date,
            greatest(
                max(active_months.last_active_date) over (
                    partition by members.tenant_id, members.member_id order by months.month
                ),
                last_active_before.last_active_date
            ) as last_active_date
        from members
        inner join
            months
            on months.tenant_id = members.tenant_id
            and members.registered_date <= months.as_of_date
        left join
            trailing_years
            on trailing_years.tenant_id = members.tenant_id
            and trailing_years.member_id = members.member_id
            and trailing_years.month = months.month
        left join
            active_months
            on active_months.tenant_id = members.tenant_id
            and active_months.member_id = members.member_id
            and active_months.month = months.month
        left join
            last_active_before
            on last_active_before.tenant_id = members.tenant_id
            and last_active_before.member_id = members.member_id
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
