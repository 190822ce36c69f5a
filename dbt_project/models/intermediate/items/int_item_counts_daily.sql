{% set views = var("item_day_news") + ["event", "risk_assessment", "last_day"] %}
{% set days_back = var("longest_trading_gap_days") %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_from": "date", "changed_views": views, "changed_days_back": days_back},
    )
}}

with
    redemptions as (
        select *
        from {{ ref("int_redemptions") }}
        where effective_date >= {{ changed_from(views, days_back) }}
    ),
    item_redemptions as (
        select *
        from {{ ref("int_item_redemptions_daily") }}
        where date >= {{ changed_from(views, days_back) }}
    ),
    item_views as (
        select *
        from {{ ref("int_item_views_daily") }}
        where date >= {{ changed_from(views, days_back) }}
    ),
    stock as (
        select *
        from {{ ref("int_item_stock_daily") }}
        where date >= {{ changed_from(views, days_back) }}
    ),
    stock_totals as (
        select *
        from {{ ref("int_stock_totals_daily") }}
        where date >= {{ changed_from(views, days_back) }}
    ),
    refusals as (
        select *
        from {{ ref("int_refusals") }}
        where effective_date >= {{ changed_from(views, days_back) }}
    ),
    virtual_redemptions as (
        select *
        from {{ ref("int_virtual_redemptions") }}
        where paid_date >= {{ changed_from(views, days_back) }}
    ),
    assessments as (
        select *
        from {{ ref("int_risk_assessments") }}
        where effective_date >= {{ changed_from(views, days_back) }}
    ),
    counts as (
        select
            tenant_id,
            date,
            'item_redemption_rate' as metric,
            redemption_count - prize_quantity as numerator,
            0 as denominator
        from item_redemptions
        union all
        select
            tenant_id,
            date,
            'item_redemption_rate' as metric,
            0 as numerator,
            view_count as denominator
        from item_views
        union all
        select
            tenant_id,
            date,
            'stock_out_rate' as metric,
            case when is_stocked_out then 1 else 0 end as numerator,
            1 as denominator
        from stock
        where is_listed
        union all
        select
            tenant_id,
            effective_date as date,
            'lost_demand_rate' as metric,
            1 as numerator,
            1 as denominator
        from refusals
        where class = 'stock'
        union all
        -- Tickets, bills and exchanges ask for nothing that could be out of stock.
        select
            tenant_id,
            effective_date as date,
            'lost_demand_rate' as metric,
            0 as numerator,
            1 as denominator
        from redemptions
        where is_counted and mode in ('points', 'points_cash', 'flash_sale')
        union all
        -- The averages of both sides are over the same days, so their sums have the same ratio.
        select
            tenant_id,
            date,
            'stock_turnover_days' as metric,
            on_hand_quantity as numerator,
            issued_quantity as denominator
        from stock_totals
        union all
        select
            tenant_id,
            paid_date as date,
            'virtual_issue_rate' as metric,
            case when is_prompt then 1 else 0 end as numerator,
            1 as denominator
        from virtual_redemptions
        union all
        select
            tenant_id,
            effective_date as date,
            case
                when decided_verdict = 'deny' then 'abuse_block_rate' else 'false_block_rate'
            end as metric,
            case when is_blocked then 1 else 0 end as numerator,
            1 as denominator
        from assessments
        where is_reviewed
    )

select
    tenant_id,
    date,
    metric,
    cast(sum(numerator) as bigint) as numerator,
    cast(sum(denominator) as bigint) as denominator
from counts
group by tenant_id, date, metric
