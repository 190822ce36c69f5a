with
    activity as (select * from {{ ref("int_activity_by_period") }}),
    consumption as (select * from {{ ref("int_consumption_by_period") }}),
    satisfaction as (select * from {{ ref("int_satisfaction_by_period") }}),
    redeemers as (select * from {{ ref("int_redeemers_by_period") }}),
    requests as (select * from {{ ref("int_requests_by_period") }}),
    item_counts as (select * from {{ ref("int_item_kpi_counts") }}),
    service_counts as (select * from {{ ref("int_service_kpi_counts") }}),
    money_counts as (select * from {{ ref("int_money_kpi_counts") }}),
    metrics as (select * from {{ ref("metrics") }}),
    counts as (
        select
            tenant_id,
            grain,
            period_start,
            'activity_rate' as metric,
            active_member_count as numerator,
            registered_member_count as denominator
        from activity
        union all
        select
            tenant_id,
            grain,
            period_start,
            'consumption_rate' as metric,
            redeemed_points as numerator,
            issued_points as denominator
        from consumption
        union all
        select
            tenant_id,
            grain,
            period_start,
            'consumption_rate_cumulative' as metric,
            cumulative_redeemed_points as numerator,
            cumulative_issued_points as denominator
        from consumption
        union all
        select
            tenant_id,
            grain,
            period_start,
            'satisfaction_rate' as metric,
            satisfied_count as numerator,
            answer_count as denominator
        from satisfaction
        union all
        select
            activity.tenant_id,
            activity.grain,
            activity.period_start,
            'member_redemption_rate' as metric,
            redeemers.completed_member_count as numerator,
            activity.registered_member_count as denominator
        from activity
        inner join
            redeemers
            on redeemers.tenant_id = activity.tenant_id
            and redeemers.grain = activity.grain
            and redeemers.period_start = activity.period_start
        union all
        select
            activity.tenant_id,
            activity.grain,
            activity.period_start,
            'member_redemption_rate_cumulative' as metric,
            redeemers.cumulative_completed_member_count as numerator,
            activity.registered_member_count as denominator
        from activity
        inner join
            redeemers
            on redeemers.tenant_id = activity.tenant_id
            and redeemers.grain = activity.grain
            and redeemers.period_start = activity.period_start
        union all
        select
            tenant_id,
            grain,
            period_start,
            'repurchase_rate' as metric,
            repurchaser_count as numerator,
            redeemer_count as denominator
        from redeemers
        union all
        select
            tenant_id,
            grain,
            period_start,
            'order_success_rate' as metric,
            successful_count as numerator,
            valid_count as denominator
        from requests
        union all
        select
            tenant_id,
            grain,
            period_start,
            'ledger_breaks' as metric,
            break_count as numerator,
            check_count as denominator
        from requests
        union all
        select tenant_id, grain, period_start, metric, numerator, denominator
        from item_counts
        union all
        select tenant_id, grain, period_start, metric, numerator, denominator
        from service_counts
        union all
        select tenant_id, grain, period_start, metric, numerator, denominator
        from money_counts
    )

select
    counts.tenant_id,
    counts.grain,
    counts.period_start,
    counts.metric,
    counts.numerator,
    counts.denominator,
    {{ rate("counts.numerator", "counts.denominator") }} as value,
    greatest(counts.denominator, 0) as n,
    case
        when metrics.is_sampled then {{ wilson_low("counts.numerator", "counts.denominator") }}
    end as low,
    case
        when metrics.is_sampled then {{ wilson_high("counts.numerator", "counts.denominator") }}
    end as high,
    metrics.target
from counts
inner join metrics on metrics.metric = counts.metric
