{# How far each counted member went in a month, from the changed ones on: a row per tenant, month and member who came
   or redeemed. A query of the marts about acts and days of redeeming. #}
{% macro funnel_members(views) -%}
    {%- set window_days = var("repurchase_window_days") -%}
    select
        coalesce(visitors.tenant_id, redeemers.tenant_id) as tenant_id,
        coalesce(visitors.month, redeemers.month) as month,
        coalesce(visitors.member_id, redeemers.member_id) as member_id,
        visitors.member_id is not null as is_visitor,
        coalesce(visitors.is_viewer, false) as is_viewer,
        redeemers.member_id is not null as is_redeemer,
        coalesce(redeemers.is_repeater, false) as is_repeater
    from
        (
            select
                tenant_id,
                member_id,
                cast(date_trunc('month', occurred_date) as date) as month,
                bool_or(kind = 'view') as is_viewer
            from {{ ref("fct_events") }}
            where occurred_date >= {{ changed_month_from(views) }}
            group by tenant_id, member_id, cast(date_trunc('month', occurred_date) as date)
        ) as visitors
    full join
        (
            select
                days.tenant_id,
                days.member_id,
                cast(date_trunc('month', days.date) as date) as month,
                bool_or(returns.date is not null) as is_repeater
            from {{ ref("int_member_redemption_days") }} as days
            -- A day may be the next of one from before the first changed month.
            left join
                (
                    select distinct tenant_id, member_id, next_date as date
                    from {{ ref("int_member_redemption_days") }}
                    where
                        next_date is not null
                        and date >= {{ changed_month_from(views) }} - {{ window_days }}
                ) as returns
                on returns.tenant_id = days.tenant_id
                and returns.member_id = days.member_id
                and returns.date = days.date
            where days.date >= {{ changed_month_from(views) }}
            group by days.tenant_id, days.member_id, cast(date_trunc('month', days.date) as date)
        ) as redeemers
        on redeemers.tenant_id = visitors.tenant_id
        and redeemers.member_id = visitors.member_id
        and redeemers.month = visitors.month
{%- endmacro %}

{# The counts of a funnel over such rows. Each step holds whoever took all steps before it; who redeems unseen is
   told beside them. #}
{% macro funnel_counts() -%}
    count(*) filter (where is_visitor) as visitor_count,
    count(*) filter (where is_viewer) as viewer_count,
    count(*) filter (where is_viewer and is_redeemer) as redeemer_count,
    count(*) filter (where is_viewer and is_repeater) as repeater_count,
    count(*) filter (where is_redeemer and not is_viewer) as unseen_redeemer_count
{%- endmacro %}
