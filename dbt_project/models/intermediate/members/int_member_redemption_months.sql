{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_month_from": "month", "changed_views": ["redemption"]},
    )
}}

with
    redemption_days as (
        select *
        from {{ ref("int_member_redemption_days") }}
        where date >= {{ changed_month_from(["redemption"]) }}
    ),
    -- Whoever redeemed before the first month that is computed has had the first month.
    redeemed_before as (
        {% if changed_spans(["redemption"]) is none %}
            select tenant_id, member_id, date as first_month from redemption_days where false
        {% else %}
            select tenant_id, member_id, first_month
            from {{ this }}
            where month = first_month and month < {{ changed_month_from(["redemption"]) }}
        {% endif %}
    ),
    months as (
        select
            tenant_id,
            member_id,
            cast(date_trunc('month', date) as date) as month,
            sum(redemption_count) as redemption_count,
            sum(net_points) as net_points,
            max(date) as last_redemption_date
        from redemption_days
        group by tenant_id, member_id, cast(date_trunc('month', date) as date)
    )

select
    months.tenant_id,
    months.member_id,
    months.month,
    coalesce(
        redeemed_before.first_month,
        min(months.month) over (partition by months.tenant_id, months.member_id)
    ) as first_month,
    cast(months.redemption_count as bigint) as redemption_count,
    cast(months.net_points as bigint) as net_points,
    months.last_redemption_date
from months
left join
    redeemed_before
    on redeemed_before.tenant_id = months.tenant_id
    and redeemed_before.member_id = months.member_id
